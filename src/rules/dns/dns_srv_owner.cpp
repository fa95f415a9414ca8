// SPDX-License-Identifier: MIT
// Rule dns-srv-owner: an SRV record is not behind an alias.
#include "rules/engine/all.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::vector<DomainRuling> check_dns_srv_owner(const DomainDiscovery& domain) {
    std::vector<DomainRuling> out;
    for (std::size_t i = 0; i < domain.rows.size(); ++i) {
        const auto& row = domain.rows[i];
        if (row.type != RecordType::srv || row.answer.status != DnsStatus::found) continue;
        if (row.answer.aliases.empty()) continue;
        out.push_back(
            {.ruling =
                 warn(fmt::format("{} is an alias of {}", row.record, row.answer.aliases.back()))
                     .with("record", row.name)
                     .with("aliases", row.answer.aliases),
             .row = i}
        );
    }
    return out;
}

} // namespace

constinit const Rule dns_srv_owner{
    .id = "dns-srv-owner",
    .title = "The SRV record is at its own name, not behind an alias",
    .scope = Scope::dns,
    .source = kSrvRecord,
    .demands =
        "The name of the SRV record has the record itself and is no alias (CNAME) of another name.",
    .why = "Resolvers follow the alias, but not every client accepts a record under another name, "
           "and what it says is then another zone's to change.",
    .fix = "replace the alias by an SRV record of the domain itself",
    .evidence = "record: the name; aliases: where it leads",
    .check_domain = check_dns_srv_owner,
};

} // namespace lyncprobe::rules
