// SPDX-License-Identifier: MIT
// Rule pool-certificate: all servers of an Edge pool present the same certificate.
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/all.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Only an Edge pool shares its certificates; the servers inside have one each, with their own name.
GroupKey edge_pool_and_use(const PresentedCertificate& shown) {
    const auto& target = *shown.target;
    if (target.role != Role::edge || target.pool.empty()) return {};
    switch (target.use) {
    case CertificateUse::internal:
    case CertificateUse::access_edge_external:
    case CertificateUse::data_edge_external:
    case CertificateUse::xmpp_server:
        return {target.pool, std::string(lyncprobe::to_text(target.use))};
    default: return {};
    }
}

bool several_servers(const Group& group) {
    return std::any_of(group.begin(), group.end(), [&](const PresentedCertificate& shown) {
        return machine_or_address(shown) != machine_or_address(group.front());
    });
}

// What stale-certificate says already: the server has the pool's certificate on another port, and
// this one is older.
void leave_out_stale(Issue& issue, const Issue& good, const std::set<std::string>& with_good) {
    if (!is_older(*issue.leaf, *good.leaf) || issue.leaf->subject != good.leaf->subject) return;
    std::erase_if(issue.presented_by, [&](const PresentedCertificate& shown) {
        return with_good.contains(machine_of(*shown.target));
    });
}

// Microsoft demands it outside; inside it is how the certificate is to be deployed.
Ruling broken(std::string_view use, std::string message) {
    return use == lyncprobe::to_text(CertificateUse::internal) ? warn(std::move(message))
                                                               : fail(std::move(message));
}

RunRuling rule_on(const GroupKey& pool_and_use, const Group& group) {
    auto issues = issues_in(group);
    const auto& good = issues.front();
    std::set<std::string> with_good;
    for (const auto& shown : good.presented_by)
        if (const auto& machine = machine_of(*shown.target); !machine.empty())
            with_good.insert(machine);
    DeviationList others;
    bool same_key = true;
    for (auto issue = issues.begin() + 1; issue != issues.end(); ++issue) {
        leave_out_stale(*issue, good, with_good);
        if (issue->presented_by.empty()) continue;
        same_key = same_key && issue->leaf->key.spki_sha256 == good.leaf->key.spki_sha256;
        others.add(certificate_text(*issue->leaf), issue->presented_by);
    }
    if (others.empty())
        return {
            pass().with("pool", pool_and_use[0]).with("use", pool_and_use[1]), endpoints_of(group)};
    return {
        broken(
            pool_and_use[1], fmt::format(
                                 "the Edge pool {} does not have one {} certificate: {} on {}, but "
                                 "{}. To do: put the first of these on every server",
                                 pool_and_use[0], pool_and_use[1], certificate_text(*good.leaf),
                                 endpoints_text(good.presented_by), others.text()
                             )
        )
            .with("pool", pool_and_use[0])
            .with("use", pool_and_use[1])
            .with("same_key", same_key),
        others.endpoints()};
}

std::vector<RunRuling> check_pool_certificate(const ScanResult& run, const IssuerClosures&) {
    std::vector<RunRuling> rulings;
    for (const auto& [key, group] : grouped(run, edge_pool_and_use))
        if (several_servers(group)) rulings.push_back(rule_on(key, group));
    return rulings;
}

} // namespace

constinit const Rule pool_certificate{
    .id = "pool-certificate",
    .title = "All servers of an Edge pool present the same certificate",
    .scope = Scope::deployment,
    .source =
        {.document = "Set up certificates for the external edge interface for Lync Server 2013; "
                     "Certificate requirements for external user access in Lync Server 2013",
         .section = "Edge pools",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-set-up-certificates-for-the-external-edge-interface"},
    .demands = "Every server of an Edge pool presents the same certificate for a use: Access Edge "
               "and Web Conferencing Edge outside (else it fails), the internal interface (else it "
               "warns); judged where two servers or more showed one. A port behind its own server "
               "is stale-certificate's matter. Other pools have one for each server.",
    .why = "One name leads to any server of the pool, and A/V authentication needs one key on all. "
           "With different certificates sign-in, federation and media work or fail by chance.",
    .fix = "export the newest certificate with its private key, import it on every Edge Server of "
           "the pool, assign it there (Deployment Wizard or Set-CsCertificate) and restart the "
           "Edge services",
    .evidence = "pool, use: of which certificate; same_key: the differing ones have the same key",
    .check_run = check_pool_certificate,
};

} // namespace lyncprobe::rules
