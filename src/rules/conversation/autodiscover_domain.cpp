// SPDX-License-Identifier: MIT
// Rule autodiscover-domain: autodiscover sends users to hosts of their own SIP domain.
#include "model/text/ascii.h"
#include "model/text/lists.h"
#include "plan/discovery_naming.h"
#include "probes/autodiscover.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

namespace keys = probes::autodiscover_answer;

constexpr std::size_t kHostsShown = 3;

// Named after the SIP domain whose users ask there, unlike a web site of the pool.
bool is_asked_by_name(const Target& target) { return target.host.starts_with("lyncdiscover"); }

// The SIP domains of the users that ask here: where the deployment has several, one pool serves
// them all. A domain that the list does not have counts alone where it was said, and not at all
// where it is only what the host lies in.
std::vector<std::string> domains_of_users(const Subject& s) {
    const auto own = s.context.sip_domains;
    const auto& target = s.target();
    const bool said = is_asked_by_name(target) || !plan::is_below(target.host, target.sip_domain);
    if (own.empty() || (said && !contains(own, target.sip_domain))) return {target.sip_domain};
    return {own.begin(), own.end()};
}

std::vector<std::string> hosts_outside(const Subject& s, const std::vector<std::string>& domains) {
    const auto& answer = *s.seen().answer;
    const bool outside = equal_ignoring_case(answer.text(keys::kAccessLocation), "External");
    std::vector<std::string> out;
    for (const auto& named : probes::learnt_endpoints(answer)) {
        if (outside && probes::is_for_inside(named)) continue;
        const bool known =
            plan::is_trusted(named.host) || std::ranges::any_of(domains, [&](const auto& domain) {
                return plan::is_below(named.host, domain);
            });
        if (!known && !contains(out, named.host)) out.push_back(named.host);
    }
    return out;
}

std::string applies_autodiscover_domain(const Subject& s) {
    if (s.target().probe != Probe::autodiscover) return "no autodiscover service";
    if (s.target().sip_domain.empty()) return "no SIP domain of its users is known";
    if (probes::learnt_endpoints(*s.seen().answer).empty()) return "it names no hosts";
    return {};
}

Ruling check_autodiscover_domain(const Subject& s) {
    const auto domains = domains_of_users(s);
    const auto hosts = hosts_outside(s, domains);
    if (hosts.empty()) return pass().with("sip_domains", domains);
    const auto message = fmt::format(
        "sends users of {} to {}, outside their SIP domain: clients ask whether to trust {}, or do "
        "not go there",
        enumerate(domains, kHostsShown), enumerate(hosts, kHostsShown),
        hosts.size() == 1 ? "that server" : "these servers"
    );
    // A web site of a pool lies in the domain of the machines, which may be nobody's SIP domain.
    const bool guessed = s.context.sip_domains.empty() && !is_asked_by_name(s.target()) &&
                         plan::is_below(s.target().host, s.target().sip_domain);
    auto ruling = guessed ? inconclusive(
                                fmt::format("{}, if that is their SIP domain", message),
                                "name the SIP domains of the users: sip_domains: of the target list"
                            )
                          : warn(message);
    return std::move(ruling).with("hosts", hosts).with("sip_domains", domains);
}

} // namespace

constinit const Rule autodiscover_domain{
    .id = "autodiscover-domain",
    .title = "Autodiscover sends users to hosts of their SIP domain",
    .scope = Scope::conversation,
    .source =
        {.document = "KB2833618, \"Lync cannot verify that the server is trusted for your sign-in "
                     "address\"; [MS-OCDISCWS]",
         .section = "cause; 3.1.5.4"},
    .demands = "The hosts that the autodiscover documents name for the clients of that side lie in "
               "the SIP domain of the users who ask, in another one of the list, or in a domain "
               "that clients trust by default "
               "(lync.com and others of Microsoft 365). Others warn.",
    .why = "Autodiscover could lead users anywhere. Before a client signs in at a server of "
           "another domain it asks its user whether to trust it, at every first sign-in; devices "
           "that cannot ask do not sign in.",
    .fix = "give the pool web services FQDNs in the SIP domain (Topology Builder, DNS and "
           "certificates), or have clients trust the other domain by Group Policy "
           "(TrustModelData)",
    .evidence = "hosts: those outside; sip_domains: of the users who ask there",
    .applies = applies_autodiscover_domain,
    .check = check_autodiscover_domain,
};

} // namespace lyncprobe::rules
