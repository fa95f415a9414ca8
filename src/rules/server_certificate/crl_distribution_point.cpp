// SPDX-License-Identifier: MIT
// Rule crl-distribution-point: the server certificate says where its revocation list is.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

namespace lyncprobe::rules {

namespace {

Ruling check_crl_distribution_point(const Subject& s) {
    const auto& certificate = s.leaf();
    if (auto broken = unreadable(certificate, kCrlDistributionPoints)) return *broken;
    if (!certificate.crl_distribution_points)
        return fail("there is no CRL distribution point")
            .with("extension", std::string(kCrlDistributionPoints));
    const auto urls = usable_crl_urls(certificate);
    if (urls.empty())
        return verdict(
                   s.decided(Decision::cdp_without_usable_location),
                   "the CRL distribution point holds no location that can be fetched"
        )
            .with("extension", std::string(kCrlDistributionPoints))
            .with("found", crl_locations(certificate));
    return pass().with("crl", urls);
}

} // namespace

constinit const Rule crl_distribution_point{
    .id = "crl-distribution-point",
    .title = "Server certificate names a CRL distribution point",
    .scope = Scope::leaf,
    .source = kRequirements,
    .demands =
        "The server certificate, self-signed or not, has a CRL distribution point (2.5.29.31) with "
        "a location that can be fetched: http, https, ldap, ldaps, ftp or file.",
    .why = "Lync servers ask for the revocation list of their peers; where none can be found, "
           "connections are refused or wait for the check to time out.",
    .fix = "publish the CRL at an http address on the CA's Extensions tab, tick 'include in the "
           "CDP extension', and reissue the certificate",
    .evidence = "crl: the usable locations; found: what stands there instead; extension: its OID",
    .check = check_crl_distribution_point,
};

} // namespace lyncprobe::rules
