// SPDX-License-Identifier: MIT
// Rule dns-strict-naming: clients and partners follow an SRV record only within the SIP domain.
#include "plan/discovery_naming.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::optional<Ruling> rule_on_strict_naming(const SrvPointer& at) {
    if (!names_a_host(at)) return std::nullopt;
    const auto& record = at.row.record;
    const auto& domain = at.domain.domain;
    if (record == "_xmpp-server._tcp")
        return not_applicable(fmt::format("{}: XMPP asks for no name of the domain", record));
    if (auto dot = missing_final_dot(record, "names", at.target.host, domain)) return dot;
    const bool partner = record == kFederationRecord;
    const auto* refuse = partner ? "partners refuse it, and mobile clients get no push messages"
                                 : "clients ask their users whether to trust it, or refuse it";
    const auto named = fmt::format("{} names {}", record, at.target.host);
    const auto outside = [&] {
        return fail(fmt::format("{}, which is outside {}: {}", named, domain, refuse));
    };
    switch (plan::place_of(at.target.host, domain)) {
    case plan::Place::in_domain: return pass(fmt::format("{}, in the domain", named));
    case plan::Place::hosted:
        return pass(fmt::format("{}, at Microsoft 365, which is excepted", named));
    case plan::Place::trusted:
        return partner ? outside() : pass(fmt::format("{}, which clients trust by default", named));
    case plan::Place::apex:
        return fail(fmt::format("{}, the domain itself and no host in it: {}", named, refuse));
    case plan::Place::below:
        return fail(fmt::format(
            "{}, which is in a subdomain and not directly in {}: {}", named, domain, refuse
        ));
    case plan::Place::elsewhere: break;
    }
    return outside();
}

} // namespace

constinit const Rule dns_strict_naming{
    .id = "dns-strict-naming",
    .title = "SRV records for SIP name a host directly in the SIP domain",
    .scope = Scope::dns,
    .source = kDnsRequirements,
    .demands =
        "An SRV record for SIP names a host directly in its SIP domain: for contoso.com "
        "sip.contoso.com, not edge.contoso.net nor sip.eu.contoso.com. Microsoft 365 is excepted, "
        "for sign-in also what clients trust by default. XMPP asks for no such name.",
    .why = "Whoever changes DNS answers could lead clients anywhere: they ask their users whether "
           "to trust another domain, or refuse it, and a partner's Edge always refuses.",
    .fix = "point the SRV record at a name such as sip.<domain>, give that name an A record, and "
           "put it into the server's certificate",
    .evidence = "record, target, port: of the SRV record",
    .check_domain = for_each_target<rule_on_strict_naming>,
};

} // namespace lyncprobe::rules
