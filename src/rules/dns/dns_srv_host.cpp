// SPDX-License-Identifier: MIT
// Rule dns-srv-host: the host of an SRV record has an address.
#include "model/host.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::optional<Ruling> rule_on_srv_host(const SrvPointer& at) {
    const auto* host = names_a_host(at) ? host_of(at) : nullptr;
    if (host == nullptr) return std::nullopt;
    if (host_is_absent(*host)) {
        const auto& domain = at.domain.domain;
        if (auto dot = missing_final_dot(at.row.record, "names", at.target.host, domain))
            return dot;
        if (!host->aliases.empty())
            if (auto dot = missing_final_dot(
                    at.target.host, "is an alias of", host->aliases.back(), domain
                ))
                return dot;
        return fail(answer_text(at, *host));
    }
    if (host->status != DnsStatus::found) return std::nullopt; // dns-answer says so
    const auto useless = std::ranges::find_if(host->addresses, never_a_server);
    if (useless != host->addresses.end())
        return fail(fmt::format(
            "{} names {}, whose address {} is never a server's", at.row.record, at.target.host,
            lyncprobe::to_text(*useless)
        ));
    return pass(fmt::format("{} names {}, which has an address", at.row.record, at.target.host));
}

} // namespace

constinit const Rule dns_srv_host{
    .id = "dns-srv-host",
    .title = "The host of the SRV record has an address",
    .scope = Scope::dns,
    .source = kSrvRecord,
    .demands = "The host that an SRV record names has an address that can be a server's.",
    .why = "Clients and partners cannot connect to a host without an address.",
    .fix = "publish an A record for the host, or correct the target",
    .evidence = "record, target, port: of the SRV record",
    .check_domain = for_each_target<rule_on_srv_host>,
};

} // namespace lyncprobe::rules
