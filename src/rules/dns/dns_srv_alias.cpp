// SPDX-License-Identifier: MIT
// Rule dns-srv-alias: an SRV record names the host itself.
#include "plan/discovery_naming.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::optional<Ruling> rule_on_srv_alias(const SrvPointer& at) {
    const auto* host = names_a_host(at) ? host_of(at) : nullptr;
    if (host == nullptr || host->aliases.empty()) return std::nullopt;
    const bool hosted = plan::leads_to_hosting(*host);
    return verdict(
        hosted ? Verdict::pass : Verdict::warn,
        fmt::format(
            "{} names {}, an alias of {}{}", at.row.record, at.target.host, host->aliases.back(),
            hosted ? " at Microsoft 365" : "; an SRV record must name the host itself"
        )
    );
}

} // namespace

constinit const Rule dns_srv_alias{
    .id = "dns-srv-alias",
    .title = "The host of the SRV record is no alias",
    .scope = Scope::dns,
    .source = kSrvRecord,
    .demands = "The host that an SRV record names has address records of its own and is no alias "
               "(CNAME); Microsoft 365 is excepted.",
    .why = "RFC 2782 forbids it, and a client that does not follow the alias finds no address.",
    .fix = "give the host an A record instead of a CNAME",
    .evidence = "record, target, port: of the SRV record",
    .check_domain = for_each_target<rule_on_srv_alias>,
};

} // namespace lyncprobe::rules
