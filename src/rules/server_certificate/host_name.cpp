// SPDX-License-Identifier: MIT
// Rule host-name: the certificate covers every name under which the server is reached.
#include "model/host.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Coverage sorts the expected names by how they are covered.
struct Coverage {
    std::vector<std::string> missing;
    std::vector<std::string> by_wildcard;
    std::vector<std::string> refused;         // by a wildcard only, where that does not count
    std::vector<std::string> disputed;        // the same, where Microsoft's pages disagree
    std::vector<std::string> only_in_subject; // missing in the SAN, but the common name has it
};

Cover address_cover(const Address& address, const std::vector<std::string>& san_addresses) {
    const bool found =
        std::any_of(san_addresses.begin(), san_addresses.end(), [&](const auto& text) {
            const auto known = parse_address(text);
            return known && known->v6 == address.v6 && known->bytes == address.bytes;
        });
    return found ? Cover::exact : Cover::none;
}

// Is this a certificate for SIP, where a peer compares names letter by letter, or of the outside of
// an Edge, for which "Plan for Edge Server certificates" wants each name? The web uses take
// wildcards.
bool wants_exact_names(const Target& target) {
    switch (target.use) {
    case CertificateUse::default_:
    case CertificateUse::internal:
    case CertificateUse::access_edge_external:
    case CertificateUse::data_edge_external:
    case CertificateUse::xmpp_server: return true;
    case CertificateUse::other: break;
    default: return false;
    }
    switch (target.probe) { // without a use: what is spoken
    case Probe::federation:
    case Probe::xmpp: return true;
    // Exchange UM may share a certificate with the web services of its server; of gateways
    // Microsoft says nothing.
    case Probe::sip: return target.role != Role::exchange_um && target.role != Role::gateway;
    default: break;
    }
    switch (target.role) { // or the roles that have nothing but SIP certificates
    case Role::edge:
    case Role::mediation:
    case Role::persistent_chat:
    case Role::sba: return target.role_given;
    default: return false;
    }
}

// A Default certificate often serves the web components too, whose simple URLs and discovery names
// may be wildcards.
bool is_web_name(const std::string& name, CertificateUse use) {
    if (use != CertificateUse::default_) return false;
    const auto label = name.substr(0, name.find('.'));
    return label == "lyncdiscover" || label == "lyncdiscoverinternal" || label == "meet" ||
           label == "dialin" || label == "admin";
}

Coverage coverage_of(const Certificate& certificate, const Context& context) {
    static const SubjectAltName kNoNames;
    const auto& san = certificate.san ? *certificate.san : kNoNames;
    const bool by_subject = san.dns.empty(); // RFC 6125 6.4.4
    const bool exact_only = wants_exact_names(context.target());
    Coverage out;
    for (const auto& name : context.names()) {
        const auto address = parse_address(name);
        const auto cover = address      ? address_cover(*address, san.ip)
                           : by_subject ? cover_of(name, certificate.common_names)
                                        : cover_of(name, san.dns);
        if (cover == Cover::none) {
            out.missing.push_back(name);
            if (!address && !by_subject && cover_of(name, certificate.common_names) == Cover::exact)
                out.only_in_subject.push_back(name);
        } else if (cover == Cover::wildcard) {
            // In a common name a wildcard is supported for no role.
            const bool refuse =
                by_subject || (exact_only && !is_web_name(name, context.target().use));
            // Inside, an Edge Server is known by its common name: a wildcard beside it is allowed
            // by one page ("Wildcard certificate support") and ignored by another.
            const bool dispute = !by_subject && context.target().use == CertificateUse::internal &&
                                 cover_of(name, certificate.common_names) == Cover::exact;
            (dispute ? out.disputed : refuse ? out.refused : out.by_wildcard).push_back(name);
        }
    }
    return out;
}

std::string_view refusal(bool by_subject, CertificateUse use) {
    if (by_subject)
        return " is covered only by a wildcard in the common name, which is not supported";
    if (use == CertificateUse::data_edge_external)
        return " is covered only by a wildcard, which is not supported outside on an Edge Server";
    return " is covered only by a wildcard, which SIP servers and telephones do not accept";
}

Ruling rule_on_coverage(const Coverage& coverage, bool by_subject, CertificateUse use) {
    if (!coverage.missing.empty())
        return fail(fmt::format(
            "the certificate does not cover {}{}", some_of(coverage.missing),
            coverage.only_in_subject.empty()
                ? ""
                : "; the common name has it, but does not count beside a subject alternative name"
        ));
    if (!coverage.refused.empty())
        return fail(some_of(coverage.refused).append(refusal(by_subject, use)));
    if (!coverage.disputed.empty())
        return warn(
            some_of(coverage.disputed) + " is in the common name, and beside it only a wildcard "
                                         "covers it; Microsoft's pages disagree whether that counts"
        );
    if (by_subject)
        return warn(
            "no DNS name is in a subject alternative name, and the common name alone covers it: "
            "browsers, telephones and other clients of today do not look there"
        );
    if (!coverage.by_wildcard.empty())
        return pass(fmt::format(
            "{} is covered by a wildcard, which is good for web names only",
            some_of(coverage.by_wildcard)
        ));
    return pass();
}

void add_names(Facts& evidence, const Certificate& certificate, const Coverage& coverage) {
    const auto add = [&](std::string_view key, std::vector<std::string> list) {
        if (list.size() > kNamesInEvidence) {
            evidence.set(std::string(key) + "_count", static_cast<std::int64_t>(list.size()));
            list.resize(kNamesInEvidence);
        }
        if (!list.empty()) evidence.set(key, std::move(list));
    };
    add("missing", coverage.missing);
    add("only_by_wildcard", coverage.refused);
    add("disputed", coverage.disputed);
    add("by_wildcard", coverage.by_wildcard);
    add("only_in_common_name", coverage.only_in_subject);
    if (certificate.san) {
        add("san_dns", certificate.san->dns);
        add("san_ip", certificate.san->ip);
    }
    add("common_name", certificate.common_names);
}

Ruling check_covered_names(const Subject& s) {
    const auto& certificate = s.leaf();
    const auto names = s.context.names();
    if (names.empty())
        return inconclusive(
            "no expected name is known; give it with --name, or names: in the target list",
            "give the names under which clients and servers reach it: --name, or names: in the "
            "target list"
        );
    if (auto broken = unreadable(certificate, kSubjectAltName)) return *broken;
    const auto coverage = coverage_of(certificate, s.context);
    const bool by_subject = !certificate.san || certificate.san->dns.empty();
    const bool any_dns_name = std::any_of(names.begin(), names.end(), [](const auto& name) {
        return !parse_address(name);
    });
    auto ruling = rule_on_coverage(coverage, by_subject && any_dns_name, s.target().use);
    if (!coverage.missing.empty())
        if (auto open = beyond_limit(certificate, coverage.missing)) ruling = std::move(*open);
    ruling.evidence.set("names", std::vector(names.begin(), names.end()));
    add_names(ruling.evidence, certificate, coverage);
    return ruling;
}

} // namespace

constinit const Rule host_name{
    .id = "host-name",
    .title = "The server certificate covers the server's names",
    .scope = Scope::leaf,
    .source =
        {.document = "RFC 6125 and Wildcard certificate support in Lync Server 2013",
         .section = "6.4 Matching the DNS Domain Name Portion",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-wildcard-certificate-support"},
    .demands =
        "Every expected name is in the subject alternative name of the server certificate, an "
        "address among its addresses. The common name counts only where no DNS name is there, "
        "which is a warning. A "
        "wildcard covers one label; it does not count for SIP and outside on an Edge Server: uses "
        "Default (but for meet, dialin, admin and lyncdiscover), Internal, AccessEdgeExternal, "
        "DataEdgeExternal, XMPPServer; without a use the probes sip, federation, xmpp (not on "
        "Exchange UM and gateways) and roles with SIP certificates only. Inside on an Edge Server "
        "with the name as its common name it warns.",
    .why = "Clients and servers compare the name they asked for with the certificate and hang up "
           "without it; Lync telephones and SIP peers take no wildcard in its place.",
    .fix = "reissue the certificate with every missing name in its subject alternative name (the "
           "wizard fills them in from the topology)",
    .evidence = "names: what was expected; missing; only_by_wildcard: covered by a wildcard that "
                "does not count; disputed: by one beside the right common name; by_wildcard: by "
                "one that does; only_in_common_name; san_dns, san_ip, common_name: what the "
                "certificate has, with _count where the list was cut",
    .applies = [](const Subject& s) -> std::string {
        return s.context.own_identity ? "our own certificate serves under no name" : "";
    },
    .check = check_covered_names,
};

} // namespace lyncprobe::rules
