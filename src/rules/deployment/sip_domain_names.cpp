// SPDX-License-Identifier: MIT
// Rule sip-domain-names: for each SIP domain the certificates have a name under which its clients
// may sign in.
#include "model/host.h"
#include "model/text/lists.h"
#include "plan/discovery_naming.h"
#include "plan/sip_domains.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using Names = std::vector<std::string>;
using Endpoints = std::vector<std::size_t>;

bool is_access_edge(const Target& target) {
    return target.role == Role::edge && target.use == CertificateUse::access_edge_external &&
           target.probe != Probe::xmpp; // whose names are the bare domains
}

bool is_registrar(const Target& target) {
    const bool pool = target.role == Role::front_end || target.role == Role::standard_edition ||
                      target.role == Role::director;
    return pool && target.probe == Probe::sip && plan::clients_sign_in(target);
}

// What host-name does not look for at this endpoint, and the certificate lacks.
Names missing_outside(const Names& domains, const Target& target, const Certificate& certificate) {
    const auto judged_by_host_name = expected_names(target);
    Names out;
    for (const auto& domain : domains) {
        auto name = "sip." + domain;
        const bool good = cover_of(name, certificate) == Cover::exact;
        if (!good && !contains(judged_by_host_name, name)) out.push_back(std::move(name));
    }
    return out;
}

std::vector<RunRuling> outside(const ScanResult& run) {
    std::map<Names, Endpoints> by_missing;
    std::vector<RunRuling> rulings;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& target = run.targets[run.endpoints[i].target];
        const auto* certificate = server_certificate_of(run.endpoints[i]);
        if (!certificate || !is_access_edge(target)) continue;
        auto missing = missing_outside(run.declared.sip_domains, target, *certificate);
        auto open = missing.empty() ? std::nullopt : beyond_limit(*certificate, missing);
        if (open)
            rulings.push_back({std::move(*open).with("missing", missing), {i}});
        else
            by_missing[std::move(missing)].push_back(i);
    }
    for (auto& [missing, endpoints] : by_missing) {
        auto ruling = missing.empty()
                          ? pass()
                          : fail(fmt::format(
                                     "the Access Edge certificate lacks {}, under which clients "
                                     "and partners of the SIP domain look for it",
                                     some_of(missing)
                                 ))
                                .with("missing", missing);
        rulings.push_back({std::move(ruling), std::move(endpoints)});
    }
    return rulings;
}

// Takes out the SIP domains in which the certificate has a name. A wildcard is no name, and the
// bare domain is there for XMPP.
void take_out(Names& domains, const Certificate& certificate) {
    for (const auto& raw : dns_names_of(certificate)) {
        const auto name = check_host_name(raw).name;
        std::erase_if(domains, [&](const auto& domain) {
            return name != domain && plan::is_below(name, domain);
        });
    }
}

Ruling rule_on_registrars(const Names& domains, std::size_t unseen) {
    if (domains.empty()) return pass();
    const auto plural = plural_s(domains.size());
    if (unseen > 0)
        return inconclusive(
            fmt::format(
                "no registrar's certificate that was seen has a name in the SIP domain{} {}; {} of "
                "them showed none, or more names than were read",
                plural, some_of(domains), unseen
            ),
            "see why those registrars show no certificate, which their own findings say; certutil "
            "-dump FILE lists all names of one"
        );
    return warn(fmt::format(
        "no registrar's certificate has a name in the SIP domain{} {}: clients sign in only under "
        "a name in their own domain, or after a question",
        plural, some_of(domains)
    ));
}

// Strict naming: clients are led to a name in their own domain. It is enough that one registrar
// has such a name, and who probes a part of the list may have left that one out.
std::vector<RunRuling> inside(const ScanResult& run) {
    if (run.declared.in_part) return {};
    Names domains = run.declared.sip_domains;
    Endpoints registrars;
    std::set<Fingerprint> looked_at;
    std::size_t unseen = 0;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& target = run.targets[run.endpoints[i].target];
        if (!is_registrar(target)) continue;
        registrars.push_back(i);
        const auto judged_by_host_name = expected_names(target);
        std::erase_if(domains, [&](const auto& domain) {
            return contains(judged_by_host_name, "sip." + domain);
        });
        const auto* certificate = server_certificate_of(run.endpoints[i]);
        if (!certificate || (certificate->san && certificate->san->beyond > 0)) ++unseen;
        if (certificate && looked_at.insert(certificate->sha256).second)
            take_out(domains, *certificate);
    }
    if (unseen == registrars.size()) return {}; // also where there is none
    auto ruling = rule_on_registrars(domains, unseen);
    if (!domains.empty()) ruling.evidence.set("sip_domains", domains);
    return {{std::move(ruling), std::move(registrars)}};
}

std::vector<RunRuling> check_sip_domain_names(const ScanResult& run, const IssuerClosures&) {
    if (run.declared.sip_domains.empty()) return {};
    auto rulings = outside(run);
    for (auto& ruling : inside(run))
        rulings.push_back(std::move(ruling));
    return rulings;
}

} // namespace

constinit const Rule sip_domain_names{
    .id = "sip-domain-names",
    .title = "For each SIP domain the certificates have a name that its clients accept",
    .scope = Scope::deployment,
    .source = kExternalAccess.at(
        "subject alternative name, sip.<SIP domain>; Determine DNS requirements, strict naming"
    ),
    .demands =
        "Every Access Edge certificate has sip.<domain> for each of sip_domains in the target "
        "list, not by a wildcard. Inside, some registrar's certificate has a name within each SIP "
        "domain; else it warns, or is inconclusive where a registrar showed none. Not judged with "
        "--target or --shard. Names that host-name looks for are left to it.",
    .why = "Clients accept only a server named within their own SIP domain. Users of a second "
           "domain cannot sign in or are asked for trust; partners and telephones refuse at once.",
    .fix = "add the SIP domain in Topology Builder and request the certificate again, so that the "
           "wizard puts sip.<domain> into it",
    .evidence = "missing: in the Access Edge certificate; sip_domains: without a registrar's name",
    .check_run = check_sip_domain_names,
};

} // namespace lyncprobe::rules
