// SPDX-License-Identifier: MIT
#include "rules/dns/srv_targets.h"

#include "model/host.h"
#include "plan/discovery_naming.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

bool leads_somewhere(const DiscoveryRow& row) {
    if (row.answer.status != DnsStatus::found) return false;
    if (row.type != RecordType::srv) return true;
    return std::ranges::any_of(row.answer.targets, [](const SrvTarget& target) {
        return target.host != ".";
    });
}

std::string no_host_name(const SrvPointer& at) {
    const auto& host = at.target.host;
    if (host == ".") return {};
    if (parse_address(host))
        return fmt::format(
            "{} names the address {}, where only a host name is allowed", at.row.record, host
        );
    if (const auto checked = check_host_name(host); !checked.reason.empty())
        return fmt::format(
            "{} names '{}', which is no host name: {}", at.row.record, host, checked.reason
        );
    return host == at.row.name ? fmt::format("{} names itself", at.row.record) : std::string();
}

bool names_a_host(const SrvPointer& at) {
    return at.target.host != "." && no_host_name(at).empty();
}

std::string answer_text(const SrvPointer& at, const DnsAnswer& of_host) {
    return fmt::format(
        "{} names {}: {}{}", at.row.record, at.target.host, in_words(of_host.status),
        of_host.detail.empty() ? "" : ", " + of_host.detail
    );
}

std::optional<Ruling> missing_final_dot(
    std::string_view record, std::string_view verb, std::string_view name, std::string_view domain
) {
    const auto meant = plan::without_appended_zone(name, domain);
    if (meant.empty()) return std::nullopt;
    return fail(fmt::format(
                    "{} {} {}: the final dot is missing behind {}, so the name server appended the "
                    "name of its zone",
                    record, verb, name, meant
                ))
        .fixed_by(fmt::format(
            "write the name with a final dot in the zone: {}. (without the dot it is taken as "
            "relative to the zone)",
            meant
        ));
}

const DnsAnswer* host_of(const SrvPointer& at) {
    const auto found = at.domain.hosts.find(at.target.host);
    return found == at.domain.hosts.end() ? nullptr : &found->second;
}

bool host_is_absent(const DnsAnswer& of_host) {
    const bool not_its_zone = !of_host.recursion && !of_host.aliases.empty();
    return !not_its_zone &&
           (of_host.status == DnsStatus::no_such_name ||
            of_host.status == DnsStatus::no_such_record || of_host.status == DnsStatus::alias_loop);
}

std::vector<DomainRuling> for_each_target(const DomainDiscovery& domain, TargetCheck check) {
    std::vector<DomainRuling> out;
    for (std::size_t i = 0; i < domain.rows.size(); ++i) {
        const auto& row = domain.rows[i];
        if (row.type != RecordType::srv || row.answer.status != DnsStatus::found) continue;
        for (std::size_t number = 0; number < row.answer.targets.size(); ++number) {
            const auto& target = row.answer.targets[number];
            auto ruling = check({domain, row, target});
            if (!ruling) continue;
            ruling->evidence.set("record", row.name);
            ruling->evidence.set("target", target.host);
            ruling->evidence.set("port", static_cast<std::int64_t>(target.port));
            out.push_back({.ruling = std::move(*ruling), .row = i, .place = number + 1});
        }
    }
    return out;
}

} // namespace lyncprobe::rules
