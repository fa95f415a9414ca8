// SPDX-License-Identifier: MIT
// Rule dns-srv-name: an SRV record names a host.
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

namespace lyncprobe::rules {

namespace {

std::optional<Ruling> rule_on_srv_name(const SrvPointer& at) {
    auto problem = no_host_name(at);
    if (problem.empty()) return std::nullopt;
    return fail(std::move(problem));
}

} // namespace

constinit const Rule dns_srv_name{
    .id = "dns-srv-name",
    .title = "The target of the SRV record is a host name",
    .scope = Scope::dns,
    .source = kSrvRecord,
    .demands = "The target of an SRV record is a host name: no address, not the name of the record "
               "itself, and no bytes that no host name has.",
    .why = "Such a target has no address: clients pass over the record, or give up.",
    .fix = "make the target the DNS name of the server, and give that name an A record",
    .evidence = "record, target, port: of the SRV record",
    .check_domain = for_each_target<rule_on_srv_name>,
};

} // namespace lyncprobe::rules
