// SPDX-License-Identifier: MIT
// Rule dns-answer: the name servers answer, and no alias leads nowhere.
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::rules {

namespace {

// A name server in trouble answers many questions in the same way: said once.
void add_open_questions(const DomainDiscovery& domain, std::vector<DomainRuling>& out) {
    std::map<std::pair<DnsStatus, std::string>, std::vector<std::string>> open;
    for (const auto& row : domain.rows)
        if (!certain(row.answer.status) && row.answer.status != DnsStatus::alias_loop)
            open[{row.answer.status, row.answer.detail}].emplace_back(row.record);
    for (const auto& [why, records] : open) {
        const auto& [status, detail] = why;
        const auto about = records.size() == domain.rows.size()
                               ? std::string("every record")
                               : fmt::format("{}", fmt::join(records, ", "));
        out.push_back(
            {.ruling = inconclusive(fmt::format(
                                        "{}{}{}: {}", in_words(status), detail.empty() ? "" : ", ",
                                        detail, about
                                    ))
                           .with("status", std::string(lyncprobe::to_text(status)))
                           .with("records", records)}
        );
    }
}

std::optional<Ruling> rule_on_alias(const DiscoveryRow& row, std::string_view domain) {
    const auto& answer = row.answer;
    // Certain by the name alone, also where a server of the zone cannot look behind the alias.
    for (const auto& alias : answer.aliases)
        if (auto dot = missing_final_dot(row.record, "is an alias of", alias, domain)) return dot;
    if (answer.status == DnsStatus::alias_loop)
        return fail(fmt::format("{}: {}", row.record, answer.detail));
    if (!certain(answer.status)) return std::nullopt;
    // Only a resolver looks behind the alias; a server of the zone alone cannot.
    return verdict(
        answer.recursion ? Verdict::fail : Verdict::inconclusive,
        fmt::format(
            "{} is an alias of {}, and nothing was found there{}", row.record,
            answer.aliases.back(),
            answer.recursion ? "" : "; this name server answers for its own zones only"
        )
    );
}

std::optional<Ruling> rule_on_host(const SrvPointer& at) {
    const auto* host = names_a_host(at) ? host_of(at) : nullptr;
    if (host == nullptr || host->status == DnsStatus::found || host_is_absent(*host))
        return std::nullopt;
    return inconclusive(answer_text(at, *host));
}

std::vector<DomainRuling> check_dns_answer(const DomainDiscovery& domain) {
    std::vector<DomainRuling> out;
    add_open_questions(domain, out);
    for (const auto& row : domain.rows) {
        if (row.answer.aliases.empty() || row.answer.status == DnsStatus::found) continue;
        if (auto ruling = rule_on_alias(row, domain.domain))
            out.push_back(
                {.ruling = std::move(*ruling)
                               .with("record", row.name)
                               .with("aliases", row.answer.aliases)}
            );
    }
    for (auto& ruling : for_each_target(domain, rule_on_host))
        out.push_back(std::move(ruling));
    return out;
}

} // namespace

constinit const Rule dns_answer{
    .id = "dns-answer",
    .title = "The name servers answer every question",
    .scope = Scope::dns,
    .source = {.document = "RFC 1034; RFC 1035", .section = "3.6.2; 4.1.1"},
    .demands = "Every question is answered: no refusal, server failure or silence, no loop of "
               "aliases, and no alias that leads to nothing.",
    .why = "What is not answered is not known: clients wait for every such answer before they ask "
           "on, and this report cannot tell whether a record is there.",
    .fix = "ask a resolver that knows the zone (--resolver), and mend the zone where it is broken",
    .evidence = "status, records: what was answered about which; record, aliases: an alias that "
                "leads nowhere; record, target, port: an SRV record whose host is not known",
    .check_domain = check_dns_answer,
};

} // namespace lyncprobe::rules
