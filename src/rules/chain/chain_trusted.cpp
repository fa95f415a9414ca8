// SPDX-License-Identifier: MIT
// Rule chain-trusted: the server certificate leads to a trust anchor, dates apart.
#include "model/text/lists.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Does the longest path end where the server left something out? Installing a root then,
// has no effect, unless what is left out is that root.
bool ends_in_a_gap(const Chain& chain) {
    const auto& way = chain.path.path;
    return chain.complete == false && !chain.missing_issuer.empty() && !way.empty() &&
           way.back()->issuer == chain.missing_issuer;
}

Ruling rule_on_gap(const std::string& issuer) {
    return fail(fmt::format(
                    "the path ends before {}, which the server does not send and which is no trust "
                    "anchor; unless that is a root, the server has to send it before any root can "
                    "help",
                    issuer
                ))
        .with("missing_issuer", issuer);
}

std::string fix_of(PathFlaw::Kind kind) {
    switch (kind) {
    case PathFlaw::Kind::critical_extension:
        return "reissue the certificate without the critical extension, or not marked critical; "
               "the template or CAPolicy.inf adds it";
    case PathFlaw::Kind::server_key_usage:
        return "reissue the server certificate from a template for servers (Web Server), with "
               "digital signature and key encipherment as key usage";
    case PathFlaw::Kind::name_constraints:
        return "reissue the server certificate with names that the CA may certify, or from a CA "
               "without these name constraints; or renew the CA certificate with others";
    case PathFlaw::Kind::path_length:
        return "issue the server certificate from a CA that stands higher, or renew the CA "
               "certificate that is named with a larger path length (CAPolicy.inf, PathLength)";
    case PathFlaw::Kind::not_a_ca:
    case PathFlaw::Kind::names_not_compared: break;
    }
    return "issue the server certificate from a proper CA, and renew the CA certificate that is "
           "named with basicConstraints CA:TRUE and keyCertSign";
}

// What is wrong for certain; empty where nothing is.
std::vector<std::string> texts_of(const std::vector<PathFlaw>& flaws, bool certain) {
    std::vector<std::string> out;
    for (const auto& flaw : flaws)
        if ((flaw.kind != PathFlaw::Kind::names_not_compared) == certain) out.push_back(flaw.text);
    return out;
}

Ruling rule_on_flaws(const TrustPath& path) {
    const auto first = std::ranges::find_if(path.flaws, [](const PathFlaw& flaw) {
        return flaw.kind != PathFlaw::Kind::names_not_compared;
    });
    const auto flaws = texts_of(path.flaws, true);
    return fail(
               joined(flaws, "; ") + (path.anchored() || path.trust == TrustPath::Trust::unknown
                                          ? ""
                                          : "; besides, no path leads to a trust anchor")
    )
        .with("flaws", flaws)
        .fixed_by(fix_of(first->kind));
}

Ruling rule_on_path(const Chain& chain) {
    const auto& path = chain.path;
    const auto because = path.why.empty() ? std::string() : ": " + path.why;
    if (path.refused()) return rule_on_flaws(path);
    if (path.anchored() && !path.flaws.empty())
        return inconclusive(
            joined(texts_of(path.flaws, false), "; "),
            "check the path where it can be compared: on Windows with certutil -verify FILE, or "
            "with "
            "openssl verify"
        );
    switch (path.trust) {
    case TrustPath::Trust::invalid: // has flaws
    case TrustPath::Trust::trusted:
        return pass(
            path.used_fetched ? "by way of a certificate that only a caIssuers location gave" : ""
        );
    case TrustPath::Trust::untrusted:
        if (ends_in_a_gap(chain)) return rule_on_gap(chain.missing_issuer);
        return fail("no path leads to a trust anchor" + because);
    case TrustPath::Trust::unknown:
        return inconclusive(
            "no path leads to one of this system's anchors" + because,
            "give your own root with --ca-file or trust.ca_files, and run it again"
        );
    case TrustPath::Trust::gave_up:
        return inconclusive(
                   "the search for a path was given up at its limit" + because,
                   "remove the certificates that the server sends and does not need, and run it "
                   "again"
        )
            .with("limit", path.why);
    case TrustPath::Trust::not_searched: break;
    }
    return inconclusive(
        "no path was searched" + because,
        "look at what the server sends: openssl s_client -showcerts"
    );
}

Ruling check_chain_trusted(const Subject& s) {
    const auto& path = s.chain.path;
    auto ruling = rule_on_path(s.chain).with(
        "anchors", std::string(path.anchors_configured ? "configured" : "system")
    );
    std::vector<std::string> names;
    for (const auto& certificate : path.path)
        if (certificate) names.push_back(certificate->subject);
    if (!names.empty()) ruling.evidence.set("path", names);
    if (path.used_unpresented) ruling.evidence.set("used_unpresented", true);
    return ruling;
}

} // namespace

constinit const Rule chain_trusted{
    .id = "chain-trusted",
    .title = "The chain leads to a trusted root",
    .scope = Scope::chain,
    .source = {.document = "RFC 5280", .section = "6.1 Basic Path Validation"},
    .demands =
        "A path with good signatures leads from the server certificate to a trust anchor: a "
        "self-signed certificate of the CA files given, one marked as anchor, or one of this "
        "system. Other CA certificates given help to build the path. Dates do not count here "
        "(validity judges them). Where only this system's anchors are known, or no CA file holds "
        "an anchor, and none fits, the verdict is inconclusive, since a private CA is normal for "
        "Lync; so it is where the search ends at its limit. On the path every issuer is a CA "
        "(basicConstraints, keyCertSign) and not deeper than its path length allows, names obey "
        "the name constraints, no unknown extension is critical, and the key usage of the server "
        "certificate allows a handshake.",
    .why =
        "Mutual TLS between servers and every client's sign-in need the same root on both sides.",
    .fix = "where the server leaves out an intermediate certificate, make it send that one (see "
           "chain-complete); where the root is the matter, install it in the Trusted Root "
           "Certification Authorities store of every peer, or reissue the certificate from a CA "
           "they trust",
    .evidence =
        "anchors: configured or system; path: the subjects from the server certificate up; "
        "used_unpresented: a certificate of the path was not in the chain; flaws: what RFC 5280 "
        "forbids on it; missing_issuer: "
        "the name of the certificate before which the way up ends",
    .check = check_chain_trusted,
};

} // namespace lyncprobe::rules
