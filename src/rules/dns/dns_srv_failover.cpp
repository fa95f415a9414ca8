// SPDX-License-Identifier: MIT
// Rule dns-srv-failover: federation has one priority and one host name.
#include "model/text/lists.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <set>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::size_t kHostsShown = 4;

std::optional<Ruling> rule_on_srv_failover(const DiscoveryRow& row) {
    std::set<std::uint16_t> priorities;
    std::set<std::string> hosts;
    for (const auto& target : row.answer.targets) {
        if (target.host == ".") continue; // "no such service"
        priorities.insert(target.priority);
        hosts.insert(target.host);
    }
    if (hosts.empty()) return std::nullopt;
    const std::vector<std::string> names(hosts.begin(), hosts.end());
    std::vector<std::string> parts;
    if (hosts.size() > 1)
        parts.push_back(
            fmt::format("{} host names ({})", hosts.size(), enumerate(names, kHostsShown))
        );
    if (priorities.size() > 1) parts.push_back(fmt::format("{} priorities", priorities.size()));
    auto ruling =
        parts.empty()
            ? pass(fmt::format("{}: one host name, one priority", row.record))
            : warn(fmt::format(
                  "{} has {}: that was never supported as fail-over, and federation stops when the "
                  "first Edge pool does",
                  row.record, joined(parts, " with ")
              ));
    return std::move(ruling)
        .with("record", row.name)
        .with("hosts", names)
        .with("priorities", static_cast<std::int64_t>(priorities.size()));
}

std::vector<DomainRuling> check_dns_srv_failover(const DomainDiscovery& domain) {
    std::vector<DomainRuling> out;
    for (std::size_t i = 0; i < domain.rows.size(); ++i) {
        const auto& row = domain.rows[i];
        if (row.record != kFederationRecord || row.answer.status != DnsStatus::found) continue;
        if (auto ruling = rule_on_srv_failover(row))
            out.push_back(
                {.ruling = std::move(*ruling), .row = i, .place = row.answer.targets.size() + 1}
            ); // after what is said of its targets
    }
    return out;
}

} // namespace

constinit const Rule dns_srv_failover{
    .id = "dns-srv-failover",
    .title = "Federation has one priority and one host name",
    .scope = Scope::dns,
    .source =
        {.document = "Failing over the Edge pool used for Lync Server federation in Lync Server "
                     "2013",
         .section = "procedure",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-failing-over-the-edge-pool-used-for-lync-server-federation"},
    .demands = "All records of _sipfederationtls._tcp have one priority and name one host. Several "
               "priorities or several host names warn: they were never supported as a means of "
               "fail-over for federation.",
    .why = "All federation of a deployment goes through the one Edge pool that is set as its "
           "federation route. A record of another pool leads partners to Edge Servers through "
           "which nothing is routed, and does not help when the first pool is down.",
    .fix = "keep the record of the Edge pool that is the federation route; several servers of it "
           "are several addresses of the one name. When the pool is lost, change the route "
           "(Set-CsSite) and this record",
    .evidence = "record: the name; hosts: the host names; priorities: how many",
    .check_domain = check_dns_srv_failover,
};

} // namespace lyncprobe::rules
