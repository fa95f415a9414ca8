// SPDX-License-Identifier: MIT
// Rule one-internal-pki: Front Ends, the inner side of Edge Servers and Persistent Chat have one
// PKI.
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// The roles that can hold the central management store.
bool is_front_end(const Target& target) {
    return target.use == CertificateUse::default_ &&
           (target.role == Role::front_end || target.role == Role::standard_edition);
}

// What Microsoft demands of the same PKI.
bool must_follow(const Target& target) {
    return (target.role == Role::edge && target.use == CertificateUse::internal) ||
           (target.role == Role::persistent_chat && target.use == CertificateUse::default_);
}

// An Edge may have a certificate of a public CA inside, which every server trusts.
bool free_to_be_public(const PresentedCertificate& shown) {
    return shown.target->role == Role::edge && publicly_trusted(shown.chain());
}

// By the root, else the issuer, in words.
using ByOrigin = std::map<std::string, Group>;

RunRuling rule_on(const ByOrigin& strangers, const std::string& ours, bool known) {
    DeviationList listing;
    for (const auto& [origin, group] : strangers)
        listing.add(origin, group);
    auto ruling =
        known ? fail(fmt::format(
                    "not of the PKI of the Front End Servers ({}): {}. To do: request these "
                    "certificates again from the CA that the Front End Servers have theirs from",
                    ours, listing.text()
                ))
              : inconclusive(
                    fmt::format(
                        "issued by another CA than the certificates of the Front End Servers ({}): "
                        "{}. With the roots of both in trust: ca_files it can be told whether they "
                        "are of one PKI",
                        ours, listing.text()
                    ),
                    kGiveBothRoots
                );
    return {std::move(ruling).with("front_end", ours), listing.endpoints()};
}

std::vector<RunRuling> check_one_internal_pki(const ScanResult& run, const IssuerClosures&) {
    Origins inside;
    Group followers;
    for (const auto& shown : presented_in(run)) {
        if (is_front_end(*shown.target)) inside.add(origin_of(shown.chain()));
        if (must_follow(*shown.target) && !free_to_be_public(shown)) followers.push_back(shown);
    }
    if (inside.empty() || followers.empty()) return {};
    ByOrigin strangers, unknown;
    for (const auto& shown : followers) {
        const auto origin = origin_of(shown.chain());
        const auto ours = inside.contain(origin);
        if (!ours) unknown[origin.text].push_back(shown);
        if (ours == false) strangers[origin.text].push_back(shown);
    }
    std::vector<RunRuling> rulings;
    const auto ours = some_of(inside.texts());
    if (!strangers.empty()) rulings.push_back(rule_on(strangers, ours, true));
    if (!unknown.empty()) rulings.push_back(rule_on(unknown, ours, false));
    if (rulings.empty()) rulings.push_back({pass(), endpoints_of(followers)});
    return rulings;
}

} // namespace

constinit const Rule one_internal_pki{
    .id = "one-internal-pki",
    .title = "Front Ends, the inner side of Edge Servers and Persistent Chat have one PKI",
    .scope = Scope::deployment,
    .source =
        {.document = "Central Management Store replication failures (Skype for Business support); "
                     "Certificate requirements for Persistent Chat Server in Lync Server 2013",
         .section = "same PKI",
         .url = "https://learn.microsoft.com/en-us/skypeforbusiness/troubleshoot/server-deployment/"
                "central-management-store-replication-failures"},
    .demands = "Internal certificates of Edge Servers and those of Persistent Chat come from a "
               "root or CA of the Front End (Standard Edition) certificates. Where chains reach no "
               "known root, other CAs are inconclusive. The outside of the Edge is free; inside it "
               "may have a certificate of a public CA, too.",
    .why = "Servers authenticate by certificate: from another PKI the Edge replica keeps an old "
           "configuration (events 1015, 1017), and Persistent Chat finds no other server.",
    .fix = "issue the certificate named in the message from the internal CA, assign it (on an Edge "
           "Server: -Type Internal) and check with Get-CsManagementStoreReplicationStatus",
    .evidence = "front_end: the roots, or the issuers, of the Front End Servers' certificates",
    .check_run = check_one_internal_pki,
};

} // namespace lyncprobe::rules
