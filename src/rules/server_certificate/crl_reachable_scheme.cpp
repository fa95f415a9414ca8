// SPDX-License-Identifier: MIT
// Rule crl-reachable-scheme: a published certificate has a CRL location that outsiders can use.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

namespace lyncprobe::rules {

namespace {

// Is this certificate seen by machines that are no members of the domain? An Edge Server itself is
// none.
bool is_published(const Target& target) {
    switch (target.use) {
    case CertificateUse::web_services_external:
    case CertificateUse::access_edge_external:
    case CertificateUse::data_edge_external: return true;
    default: break;
    }
    switch (target.role) {
    case Role::edge:
    case Role::reverse_proxy:
    case Role::office_web_apps:
    case Role::partner: return true; // a partner is seen through its Edge Server
    default: return target.side == Side::external;
    }
}

std::string applies_crl_reachable_scheme(const Subject& s) {
    if (s.context.own_identity) return "our own certificate is published nowhere";
    if (unreadable(s.leaf(), kCrlDistributionPoints) || !usable_crl_urls(s.leaf()).empty())
        return {};
    return "there is no CRL location; crl-distribution-point says so";
}

Ruling check_crl_reachable_scheme(const Subject& s) {
    if (auto broken = unreadable(s.leaf(), kCrlDistributionPoints)) return *broken;
    const auto urls = usable_crl_urls(s.leaf());
    if (!s.target().role_given)
        return inconclusive("it is not known what this server is; give its role", kGiveRole)
            .with("crl", urls);
    if (!is_published(s.target()))
        return pass("not published, so LDAP and file locations would do").with("crl", urls);
    const bool reachable = std::any_of(urls.begin(), urls.end(), [](const std::string& url) {
        const auto scheme = url_scheme(url);
        return scheme == "http" || scheme == "https" || scheme == "ftp";
    });
    if (reachable) return pass().with("crl", urls);
    return verdict(
               s.decided(Decision::cdp_ldap_only_external),
               "the CRL has only LDAP or file locations, which machines outside the domain cannot "
               "use"
    )
        .with("crl", urls)
        .with("extension", std::string(kCrlDistributionPoints));
}

} // namespace

constinit const Rule crl_reachable_scheme{
    .id = "crl-reachable-scheme",
    .title = "Published certificates have an HTTP CRL location",
    .scope = Scope::leaf,
    .source =
        {.document = "Edge Server environmental requirements in Skype for Business Server",
         .section = "port and firewall planning (CRL retrieval over HTTP)"},
    .demands = "The certificate of an Edge Server, reverse proxy, Office Web Apps, partner or "
               "other published server names an http, https or ftp location for its CRL; inside "
               "LDAP and file will do. Without a known role it is inconclusive.",
    .why = "Internet clients, partners and the Edge Server are outside the domain: they cannot ask "
           "Active Directory for the CRL, and the check times out or fails.",
    .fix = "add an http location to the CDP extension on the CA, publish the CRL there for the "
           "outside too, and reissue the certificate",
    .evidence = "crl: the usable locations; extension: the OID of the CRL distribution points",
    .applies = applies_crl_reachable_scheme,
    .check = check_crl_reachable_scheme,
};

} // namespace lyncprobe::rules
