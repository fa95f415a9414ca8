// SPDX-License-Identifier: MIT
// The checks on SRV records: where they point, and whether there is anything.
#include "model/limits.h"
#include "plan/discovery_checks.h"
#include "plan/discovery_naming.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace lyncprobe::plan::checks {

namespace {

constexpr std::string_view kFederation = "_sipfederationtls._tcp";
constexpr std::string_view kXmpp = "_xmpp-server._tcp";
constexpr std::string_view kSignInOutside = "_sip._tls";

// An Edge Server with one address serves its clients on 5061 (Topology Builder's proposal).
constexpr std::uint16_t kSingleAddressClients = 5061;

// One SRV target in the company of what it belongs to.
struct Pointed {
    const DomainDiscovery& domain;
    const DiscoveryRow& row;
    const SrvTarget& target;
    FindingList& findings;

    void add(std::string_view check, Verdict verdict, std::string message) const {
        Facts evidence;
        evidence.set("record", row.name);
        evidence.set("target", target.host);
        evidence.set("port", static_cast<std::int64_t>(target.port));
        findings.add(check, verdict, std::move(message), std::move(evidence));
    }
};

void judge_place(const Pointed& at) {
    const auto& [domain, row, target, findings] = at;
    if (row.record == kXmpp) {
        at.add(
            "dns-strict-naming", Verdict::not_applicable,
            fmt::format("{}: XMPP asks for no name of the domain", row.record)
        );
        return;
    }
    const bool partner = row.record == kFederation;
    const auto* refuse = partner ? "partners refuse it, and mobile clients get no push messages"
                                 : "clients ask their users whether to trust it, or refuse it";
    const auto named = fmt::format("{} names {}", row.record, target.host);
    switch (place_of(target.host, domain.domain)) {
    case Place::in_domain:
        at.add("dns-strict-naming", Verdict::pass, fmt::format("{}, in the domain", named));
        break;
    case Place::hosted:
        at.add(
            "dns-strict-naming", Verdict::pass,
            fmt::format("{}, at Microsoft 365, which is excepted", named)
        );
        break;
    case Place::trusted:
        at.add(
            "dns-strict-naming", partner ? Verdict::fail : Verdict::pass,
            partner ? fmt::format("{}, which is outside {}: {}", named, domain.domain, refuse)
                    : fmt::format("{}, which clients trust by default", named)
        );
        break;
    case Place::apex:
        at.add(
            "dns-strict-naming", Verdict::fail,
            fmt::format("{}, the domain itself and no host in it: {}", named, refuse)
        );
        break;
    case Place::below:
        at.add(
            "dns-strict-naming", Verdict::fail,
            fmt::format(
                "{}, which is in a subdomain and not directly in {}: {}", named, domain.domain,
                refuse
            )
        );
        break;
    case Place::elsewhere:
        at.add(
            "dns-strict-naming", Verdict::fail,
            fmt::format("{}, which is outside {}: {}", named, domain.domain, refuse)
        );
        break;
    }
}

void judge_host(const Pointed& at) {
    const auto& [domain, row, target, findings] = at;
    const auto found = domain.hosts.find(target.host);
    if (found == domain.hosts.end()) return;
    const auto& host = found->second;
    const auto said = fmt::format(
        "{} names {}: {}{}", row.record, target.host, in_words(host.status),
        host.detail.empty() ? "" : ", " + host.detail
    );
    // A server without recursion knows its own zones only.
    const bool not_its_zone = !host.recursion && !host.aliases.empty();
    switch (host.status) {
    case DnsStatus::found: {
        const auto useless = std::ranges::find_if(host.addresses, never_a_server);
        if (useless != host.addresses.end())
            at.add(
                "dns-srv-host", Verdict::fail,
                fmt::format(
                    "{} names {}, whose address {} is never a server's", row.record, target.host,
                    to_text(*useless)
                )
            );
        else
            at.add(
                "dns-srv-host", Verdict::pass,
                fmt::format("{} names {}, which has an address", row.record, target.host)
            );
        break;
    }
    case DnsStatus::no_such_name:
    case DnsStatus::no_such_record:
    case DnsStatus::alias_loop:
        if (!not_its_zone) {
            at.add("dns-srv-host", Verdict::fail, said);
            break;
        }
        [[fallthrough]];
    default: at.add("dns-answer", Verdict::inconclusive, said); break;
    }
    if (host.aliases.empty()) return;
    const bool hosted = leads_to_hosting(host);
    at.add(
        "dns-srv-alias", hosted ? Verdict::pass : Verdict::warn,
        fmt::format(
            "{} names {}, an alias of {}{}", row.record, target.host, host.aliases.back(),
            hosted ? " at Microsoft 365" : "; an SRV record must name the host itself"
        )
    );
}

void judge_port(const Pointed& at) {
    const auto& [domain, row, target, findings] = at;
    if (target.port == 0) {
        at.add(
            "dns-srv-port", Verdict::fail,
            fmt::format("{} names {} with port 0, where nobody can listen", row.record, target.host)
        );
        return;
    }
    const bool single_address =
        row.record == kSignInOutside && target.port == kSingleAddressClients;
    if (target.port == row.usual_port || single_address)
        at.add("dns-srv-port", Verdict::pass, fmt::format("{}: port {}", row.record, target.port));
    else
        at.add(
            "dns-srv-port", Verdict::warn,
            fmt::format(
                "{} names {} with port {}; the usual one is {}, and firewalls of others may let "
                "nothing else pass",
                row.record, target.host, target.port, row.usual_port
            )
        );
}

void judge_target(const Pointed& at) {
    const auto& [domain, row, target, findings] = at;
    if (target.host == ".") {
        at.add(
            "dns-srv-none", Verdict::warn,
            fmt::format(
                "{} says that the domain has no such service: its target is \".\"", row.record
            )
        );
        return;
    }
    if (parse_address(target.host)) {
        at.add(
            "dns-srv-name", Verdict::fail,
            fmt::format(
                "{} names the address {}, where only a host name may stand", row.record, target.host
            )
        );
        judge_port(at);
        return;
    }
    if (const auto checked = check_host_name(target.host); !checked.reason.empty()) {
        at.add(
            "dns-srv-name", Verdict::fail,
            fmt::format(
                "{} names '{}', which is no host name: {}", row.record, target.host, checked.reason
            )
        );
        judge_port(at);
        return;
    }
    if (target.host == row.name) {
        at.add("dns-srv-name", Verdict::fail, fmt::format("{} names itself", row.record));
        judge_port(at);
        return;
    }
    judge_place(at);
    judge_host(at);
    judge_port(at);
}

void judge_order(const DiscoveryRow& row, FindingList& findings) {
    const auto& targets = row.answer.targets;
    if (targets.empty()) return;
    Facts evidence;
    evidence.set("record", row.name);
    evidence.set("targets", static_cast<std::int64_t>(targets.size() + row.answer.targets_skipped));
    const auto warn = [&](std::string message) {
        findings.add("dns-srv-order", Verdict::warn, std::move(message), evidence);
    };
    bool good = true;
    std::map<std::pair<std::string, std::uint16_t>, int> times;
    std::map<std::uint16_t, std::pair<bool, bool>> weights; // by priority: with, without a weight
    for (const auto& target : targets) {
        if (++times[{target.host, target.port}] == 2) {
            warn(fmt::format("{} names {} twice", row.record, target.host));
            good = false;
        }
        auto& [with, without] = weights[target.priority];
        (target.weight > 0 ? with : without) = true;
    }
    for (const auto& [priority, has] : weights)
        if (has.first && has.second) {
            warn(fmt::format(
                "{}: of the records with priority {} some have a weight and some have 0: those "
                "with 0 are hardly ever taken",
                row.record, priority
            ));
            good = false;
        }
    if (row.answer.targets_skipped > 0) {
        warn(fmt::format(
            "{} has {} targets; only the first {} were looked at", row.record,
            targets.size() + row.answer.targets_skipped, limits::kSrvTargets
        ));
        good = false;
    }
    if (good)
        findings.add(
            "dns-srv-order", Verdict::pass,
            fmt::format(
                "{}: {} target{}", row.record, targets.size(), targets.size() == 1 ? "" : "s"
            ),
            evidence
        );
}

} // namespace

void judge_srv_records(const DomainDiscovery& domain, FindingList& findings) {
    for (const auto& row : domain.rows) {
        if (row.type != RecordType::srv || row.answer.status != DnsStatus::found) continue;
        if (!row.answer.aliases.empty()) {
            Facts evidence;
            evidence.set("record", row.name);
            evidence.set("aliases", row.answer.aliases);
            findings.add(
                "dns-srv-owner", Verdict::warn,
                fmt::format("{} is an alias of {}", row.record, row.answer.aliases.back()),
                std::move(evidence)
            );
        }
        for (const auto& target : row.answer.targets)
            judge_target({domain, row, target, findings});
        judge_order(row, findings);
    }
}

} // namespace lyncprobe::plan::checks
