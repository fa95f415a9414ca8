// SPDX-License-Identifier: MIT
// Rule dns-srv-none: the target "." says that there is no such service.
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::optional<Ruling> rule_on_srv_none(const SrvPointer& at) {
    if (at.target.host != ".") return std::nullopt;
    return warn(fmt::format(
        "{} says that the domain has no such service: its target is \".\"", at.row.record
    ));
}

} // namespace

constinit const Rule dns_srv_none{
    .id = "dns-srv-none",
    .title = "The SRV record names a host",
    .scope = Scope::dns,
    .source = kSrvRecord,
    .demands = "The target of an SRV record is a host, not \".\", which says that the domain has "
               "no such service.",
    .why = "Clients and partners that read \".\" give up, also where the service is there.",
    .fix = "name the server, or remove the record where the domain has no such service",
    .evidence = "record, target, port: of the SRV record",
    .check_domain = for_each_target<rule_on_srv_none>,
};

} // namespace lyncprobe::rules
