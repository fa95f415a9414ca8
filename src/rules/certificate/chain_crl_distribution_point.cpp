// SPDX-License-Identifier: MIT
// Rule chain-crl-distribution-point: intermediate CA certificates say where their revocation list
// is.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

namespace lyncprobe::rules {

namespace {

std::string applies_chain_crl_distribution_point(const Subject& s) {
    if (s.is_leaf()) return "the server certificate is judged by crl-distribution-point";
    return s.is_anchor() ? "a root needs none" : "";
}

Ruling check_chain_crl_distribution_point(const Subject& s) {
    const auto& certificate = s.certificate();
    if (auto broken = unreadable(certificate, kCrlDistributionPoints)) return *broken;
    const auto urls = usable_crl_urls(certificate);
    if (!urls.empty()) return pass().with("crl", urls);
    auto ruling = verdict(
                      s.decided(Decision::ca_without_cdp),
                      certificate.crl_distribution_points
                          ? "the CRL distribution point of this CA certificate holds no location "
                            "that can be fetched"
                          : "this CA certificate has no CRL distribution point, so its revocation "
                            "cannot be checked"
    )
                      .with("extension", std::string(kCrlDistributionPoints));
    if (certificate.crl_distribution_points)
        ruling.evidence.set("found", crl_locations(certificate));
    return ruling;
}

} // namespace

constinit const Rule chain_crl_distribution_point{
    .id = "chain-crl-distribution-point",
    .title = "Intermediate CA certificates name a CRL distribution point",
    .scope = Scope::certificate,
    .source = {.document = "RFC 5280", .section = "4.2.1.13 CRL Distribution Points"},
    .demands = "Every CA certificate presented that is no root has a CRL distribution point with a "
               "usable location. Roots are not judged.",
    .why = "Windows checks the whole chain for revocation; an intermediate certificate without a "
           "location leaves that check without an answer.",
    .fix = "set the CDP extension on the CA that issued the intermediate certificate and renew it",
    .evidence = "crl: the usable locations; found: what stands there instead; extension: its OID",
    .applies = applies_chain_crl_distribution_point,
    .check = check_chain_crl_distribution_point,
};

} // namespace lyncprobe::rules
