// SPDX-License-Identifier: MIT
// Rule sip-web-issuers: who trusts the SIP certificate of a place trusts its web certificate, too.
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

bool is_pool(Role role) {
    return role == Role::front_end || role == Role::standard_edition || role == Role::director;
}

GroupKey pool_with_web(const PresentedCertificate& shown) {
    const auto& target = *shown.target;
    const bool wanted = target.use == CertificateUse::default_ ||
                        target.use == CertificateUse::web_services_internal;
    if (!is_pool(target.role) || !wanted || (target.pool.empty() && target.server.empty()))
        return {};
    return {target.pool.empty() ? target.server : target.pool};
}

RunRuling rule_inside(const std::string& pool, const Group& web, const Origins& sip) {
    Group strangers, unknown;
    Origins theirs;
    for (const auto& shown : web) {
        const auto origin = origin_of(shown.chain());
        const auto same = sip.contain(origin);
        // Telephones have the roots of public CAs.
        if (same == true || publicly_trusted(shown.chain())) continue;
        theirs.add(origin);
        (same ? strangers : unknown).push_back(shown);
    }
    auto& those = strangers.empty() ? unknown : strangers;
    if (those.empty()) return {pass().with("pool", pool), endpoints_of(web)};
    const auto text = fmt::format(
        "the internal web site of {} has its certificate from {} ({}), SIP from {}", pool,
        some_of(theirs.texts()), endpoints_text(those), some_of(sip.texts())
    );
    auto ruling = strangers.empty()
                      ? inconclusive(
                            text + ". With the roots of both in trust: ca_files it can be told "
                                   "whether they are of one PKI",
                            kGiveBothRoots
                        )
                      : warn(
                            text + ". To do: issue the web certificate from the same PKI, or give "
                                   "telephones its root with New-CsWebTrustedCACertificate"
                        );
    return {std::move(ruling).with("pool", pool), endpoints_of(those)};
}

void check_inside(const ScanResult& run, std::vector<RunRuling>& rulings) {
    for (const auto& [key, group] : grouped(run, pool_with_web)) {
        Origins sip;
        Group web;
        for (const auto& shown : group)
            if (shown.target->use == CertificateUse::default_)
                sip.add(origin_of(shown.chain()));
            else
                web.push_back(shown);
        if (sip.empty() || web.empty()) continue;
        rulings.push_back(rule_inside(key[0], web, sip));
    }
}

bool is_outside(const Target& target) {
    if (target.side == Side::internal) return false;
    return target.role == Role::reverse_proxy ||
           (target.role == Role::edge && target.use == CertificateUse::access_edge_external);
}

// Outside, SIP and the web may have two public CAs; one of them from the PKI inside is odd.
void check_outside(const ScanResult& run, std::vector<RunRuling>& rulings) {
    Origins inside;
    Group outside;
    bool sip = false, web = false;
    for (const auto& shown : presented_in(run)) {
        const auto& target = *shown.target;
        if (is_pool(target.role) && target.use == CertificateUse::default_)
            inside.add(origin_of(shown.chain()));
        if (!is_outside(target)) continue;
        outside.push_back(shown);
        (target.role == Role::edge ? sip : web) = true;
    }
    if (inside.empty() || !sip || !web) return;
    Group from_inside, from_elsewhere;
    for (const auto& shown : outside) {
        const auto ours = inside.contain(origin_of(shown.chain()));
        if (ours == true && !publicly_trusted(shown.chain()))
            from_inside.push_back(shown);
        else if (ours == false)
            from_elsewhere.push_back(shown);
    }
    if (from_inside.empty() || from_elsewhere.empty()) return;
    rulings.push_back(
        {warn(fmt::format(
             "outside, {} present certificates of the CA of the internal servers ({}), {} those of "
             "another: clients out there that lack this root can use only the latter. To do: put a "
             "certificate of a public CA on the former",
             endpoints_text(from_inside), some_of(inside.texts()), endpoints_text(from_elsewhere)
         )),
         endpoints_of(from_inside)}
    );
}

std::vector<RunRuling> check_sip_web_issuers(const ScanResult& run, const IssuerClosures&) {
    std::vector<RunRuling> rulings;
    check_inside(run, rulings);
    check_outside(run, rulings);
    return rulings;
}

} // namespace

constinit const Rule sip_web_issuers{
    .id = "sip-web-issuers",
    .title = "SIP and web services have certificates that the same clients trust",
    .scope = Scope::deployment,
    .source =
        {.document = "New-CsWebTrustedCACertificate; Certificate summary - Reverse proxy in Lync "
                     "Server 2013",
         .section = "description; public certificate",
         .url = "https://learn.microsoft.com/en-us/powershell/module/skype/"
                "new-cswebtrustedcacertificate"},
    .demands =
        "The internal web site of a pool has its certificate from a root or CA of the pool's SIP "
        "certificates. Outside, the Access Edge and the reverse proxy do not mix certificates of "
        "the PKI inside with those of another; two public CAs are no mixture.",
    .why = "Lync Phone Edition trusts the CA of the pool's certificate and a fixed list, and needs "
           "the web site for its own certificate, updates and address book. Clients outside sign "
           "in by SIP and then meet a web site that they do not trust, or the other way round.",
    .fix = "inside: issue both from one PKI, or add the other root with "
           "New-CsWebTrustedCACertificate; outside: use public CAs for both",
    .evidence = "pool: whose web site and SIP ports were compared",
    .check_run = check_sip_web_issuers,
};

} // namespace lyncprobe::rules
