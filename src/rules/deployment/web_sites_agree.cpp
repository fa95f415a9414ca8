// SPDX-License-Identifier: MIT
// Rule web-sites-agree: the internal web site, the external one and the reverse proxy fit together.
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/all.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Servers of a pool whose certificates were requested one after the other are no renewal.
constexpr std::chrono::hours kSameRollout{24 * 30};

enum class Kind { none, internal_site, external_site, proxy };

Kind kind_of(const Target& target) {
    if (target.role == Role::reverse_proxy) return Kind::proxy;
    if (!is_lync_internal(target.role) || machine_of(target).empty()) return Kind::none;
    if (target.use == CertificateUse::web_services_internal) return Kind::internal_site;
    if (target.use == CertificateUse::web_services_external) return Kind::external_site;
    return Kind::none;
}

// Certificates of one family are one certificate and its renewals: same subject, issuer, names.
GroupKey family(const PresentedCertificate& shown) {
    if (kind_of(*shown.target) == Kind::none) return {};
    const auto& leaf = shown.leaf();
    GroupKey key{leaf.issuer, leaf.subject};
    if (leaf.san) key.insert(key.end(), leaf.san->dns.begin(), leaf.san->dns.end());
    std::sort(key.begin() + 2, key.end());
    return key;
}

// Servers of a pool may each have a certificate of the same names; a proxy has a copy of one.
std::vector<Group> comparable(const Group& members) {
    const bool with_proxy =
        std::any_of(members.begin(), members.end(), [](const PresentedCertificate& shown) {
            return kind_of(*shown.target) == Kind::proxy;
        });
    std::map<std::string, Group> parts;
    for (const auto& shown : members)
        parts[with_proxy ? std::string() : machine_of(*shown.target)].push_back(shown);
    std::vector<Group> out;
    for (auto& [machine, part] : parts) {
        const bool two_kinds =
            std::any_of(part.begin(), part.end(), [&](const PresentedCertificate& shown) {
                return kind_of(*shown.target) != kind_of(*part.front().target);
            });
        if (two_kinds) out.push_back(std::move(part));
    }
    return out;
}

RunRuling rule_on(const std::string& subject, const Group& group) {
    const auto issues = issues_in(group);
    const auto& newest = issues.front();
    const bool one_machine =
        std::none_of(group.begin(), group.end(), [&](const PresentedCertificate& shown) {
            return machine_or_address(shown) != machine_or_address(group.front());
        });
    DeviationList old;
    for (const auto& issue : issues)
        if (is_older(*issue.leaf, *newest.leaf, one_machine ? kSameIssue : kSameRollout))
            old.add(certificate_text(*issue.leaf), issue.presented_by);
    if (old.empty()) return {pass(), {}};
    return {
        warn(fmt::format(
                 "a web certificate was renewed in one place only: {} has the newer, {}; still the "
                 "older: {}. To do: put the newer one there, too",
                 endpoints_text(newest.presented_by), certificate_text(*newest.leaf), old.text()
             ))
            .with("subject", subject),
        old.endpoints()};
}

// Machines whose external web site was seen.
std::set<std::string> with_external_site(const ScanResult& run) {
    std::set<std::string> machines;
    for (const auto& shown : presented_in(run))
        if (kind_of(*shown.target) == Kind::external_site)
            machines.insert(machine_of(*shown.target));
    return machines;
}

// A proxy with the very certificate of an internal web site, whose server has another outside.
std::optional<RunRuling> wrong_site(
    const Group& family, const std::set<std::string>& with_external
) {
    std::map<Fingerprint, Group> internal;
    Group proxies, sites;
    for (const auto& shown : family) {
        const auto kind = kind_of(*shown.target);
        if (kind == Kind::external_site) return std::nullopt;
        if (kind == Kind::internal_site && with_external.contains(machine_of(*shown.target)))
            internal[shown.leaf().sha256].push_back(shown);
    }
    for (const auto& shown : family) {
        const auto site = internal.find(shown.leaf().sha256);
        if (kind_of(*shown.target) != Kind::proxy || site == internal.end()) continue;
        proxies.push_back(shown);
        sites = site->second;
    }
    if (proxies.empty()) return std::nullopt;
    return RunRuling{
        warn(fmt::format(
            "{} presents the certificate of the internal web site, {} on {}, and the external one "
            "has another: it seems to lead to port 443 inside. To do: publish the external web "
            "site, 443 outside to 4443 inside",
            endpoints_text(proxies), certificate_text(sites.front().leaf()), endpoints_text(sites)
        )),
        endpoints_of(proxies)};
}

std::vector<RunRuling> check_web_sites_agree(const ScanResult& run, const IssuerClosures&) {
    std::vector<RunRuling> rulings;
    Group good;
    const auto with_external = with_external_site(run);
    for (const auto& [key, members] : grouped(run, family)) {
        if (auto wrong = wrong_site(members, with_external)) {
            rulings.push_back(std::move(*wrong));
            continue;
        }
        for (const auto& group : comparable(members))
            append_ruling(rule_on(key[1], group), group, rulings, good);
    }
    append_pass(good, rulings);
    return rulings;
}

} // namespace

constinit const Rule web_sites_agree{
    .id = "web-sites-agree",
    .title = "Internal web site, external web site and reverse proxy fit together",
    .scope = Scope::deployment,
    .source =
        {.document = "Port summary - Reverse proxy in Lync Server 2013; that copies are renewed "
                     "together is experience, not Microsoft's text",
         .section = "443 outside to 4443 inside",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-port-summary-reverse-proxy"},
    .demands =
        "Where 443 and 4443 of a server, or a reverse proxy and its sites, have one certificate "
        "(issuer, subject, names), none has an older issue. A reverse proxy has no certificate of "
        "the internal site where external ones have another. Those of other names may differ.",
    .why = "Each web site and the proxy have a binding of their own, which a renewal easily "
           "forgets: mobile clients and meeting guests fail (0x80072F0D) while all works inside. "
           "An internal site published gives clients outside addresses that they cannot reach.",
    .fix = "assign the renewed certificate to both uses (Set-CsCertificate -Type "
           "WebServicesInternal,WebServicesExternal), import it on the reverse proxy, and let the "
           "proxy lead to 4443",
    .evidence = "subject: of the certificate that several places have",
    .check_run = check_web_sites_agree,
};

} // namespace lyncprobe::rules
