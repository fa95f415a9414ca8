// SPDX-License-Identifier: MIT
// Rule dns-plain-sip: no record offers sign-in without TLS.
#include "plan/discovery_naming.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

namespace lyncprobe::rules {

namespace {

std::vector<DomainRuling> check_dns_plain_sip(const DomainDiscovery& domain) {
    if (!leads_somewhere(plan::row_of(domain, "_sipinternal._tcp"))) return {};
    return {{.ruling = warn("_sipinternal._tcp offers sign-in without TLS to Lync clients")}};
}

} // namespace

constinit const Rule dns_plain_sip{
    .id = "dns-plain-sip",
    .title = "No record offers sign-in without TLS",
    .scope = Scope::dns,
    .source = kDnsRequirements.at("records for automatic client sign-in"),
    .demands = "There is no _sipinternal._tcp, which leads clients to SIP without TLS.",
    .why = "Without TLS a password's hash and every message can be read on the way.",
    .fix = "remove _sipinternal._tcp where clients are to use TLS",
    .evidence = "none",
    .check_domain = check_dns_plain_sip,
};

} // namespace lyncprobe::rules
