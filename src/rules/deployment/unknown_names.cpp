// SPDX-License-Identifier: MIT
// Rule unknown-names: every name in a certificate belongs to something in the topology.
#include "model/text/lists.h"
#include "rules/engine/all.h"
#include "rules/engine/deployment_names.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using Names = std::vector<std::string>;

Names unknown_in(const Certificate& certificate, const DeploymentNames& known) {
    Names out;
    for (const auto& raw : dns_names_of(certificate))
        if (auto name = normal_name(raw); !name.empty() && !known.has(name))
            out.push_back(std::move(name));
    return out;
}

bool is_ours(const Target& target) {
    return is_lync_internal(target.role) || target.role == Role::edge;
}

RunRuling rule_on(Names names, std::vector<std::size_t> endpoints) {
    const auto count = static_cast<std::int64_t>(names.size());
    const bool one = count == 1;
    auto ruling = inconclusive(fmt::format(
        "nothing in the topology has the name{} {} of this certificate; leave {} out with the next "
        "renewal, or add what uses {} to the list",
        plural_s(names.size()), some_of(names), one ? "it" : "them", one ? "it" : "them"
    ));
    names.resize(std::min(names.size(), kNamesInEvidence));
    return {
        std::move(ruling).with("names", std::move(names)).with("names_count", count),
        std::move(endpoints)};
}

std::vector<RunRuling> check_unknown_names(const ScanResult& run, const IssuerClosures&) {
    if (!run.declared.topology) return {}; // a list of some endpoints explains few names
    std::map<Fingerprint, std::vector<std::size_t>> shown;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        const auto* certificate = server_certificate_of(row);
        if (certificate && is_ours(run.targets[row.target]))
            shown[certificate->sha256].push_back(i);
    }
    const DeploymentNames known(run.declared);
    std::vector<RunRuling> rulings;
    std::vector<std::size_t> good;
    for (auto& [fingerprint, endpoints] : shown) {
        auto names = unknown_in(*server_certificate_of(run.endpoints[endpoints.front()]), known);
        if (names.empty())
            good.insert(good.end(), endpoints.begin(), endpoints.end());
        else
            rulings.push_back(rule_on(std::move(names), std::move(endpoints)));
    }
    // In the order of the endpoints, not of the fingerprints.
    std::sort(rulings.begin(), rulings.end(), [](const auto& a, const auto& b) {
        return a.endpoints < b.endpoints;
    });
    std::sort(good.begin(), good.end());
    if (!good.empty()) rulings.push_back({pass(), std::move(good)});
    return rulings;
}

} // namespace

constinit const Rule unknown_names{
    .id = "unknown-names",
    .title = "Every name in a certificate belongs to something in the topology",
    .scope = Scope::deployment,
    .source = kDnsRequirements.at("names in certificates, DNS and Topology Builder; Certificate "
                                  "requirements for internal servers, tables of names"),
    .demands = "Where the target list has a topology, it knows every DNS name in certificates of "
               "Lync and Edge Servers: pools, servers, web services, simple URLs, other targets, "
               "the SIP domains, and in each of these sip, sipinternal, sipexternal, lyncdiscover, "
               "lyncdiscoverinternal, meet, dialin, admin, ucupdates-r2 and xmpp; a wildcard with "
               "something in its domain. Another name is a hint: the list may be short. Reverse "
               "proxies and neighbours may serve others.",
    .why = "A name that nothing uses is a typing error next to the name that was meant, a server "
           "that is gone, or a server whose place the holder of this key can take.",
    .fix = "correct the name or leave it out when the certificate is renewed; or add what it "
           "belongs to to the target list",
    .evidence = "names: what is not known; names_count: how many there are",
    .check_run = check_unknown_names,
};

} // namespace lyncprobe::rules
