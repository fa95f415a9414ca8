// SPDX-License-Identifier: MIT
// Rule key-algorithm: keys are RSA or on one of three curves.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Ruling rule_on_curve(const Subject& s) {
    const auto& key = s.certificate().key;
    if (key.explicit_parameters)
        return fail("the key writes out its curve's parameters instead of naming the curve");
    const bool listed = key.curve == "P-256" || key.curve == "P-384" || key.curve == "P-521";
    if (!listed)
        return fail(fmt::format(
            "the curve {} is not supported, only P-256, P-384 and P-521 are",
            key.curve.empty() ? "of the key" : key.curve
        ));
    if (key.algorithm == "ECDH")
        return verdict(
            s.decided(Decision::ecdh_key),
            "the key is marked for key agreement only (id-ecDH), so it cannot sign ECDSA handshakes"
        );
    return pass();
}

Ruling rule_on_key(const Subject& s) {
    const auto& key = s.certificate().key;
    if (key.algorithm == "RSA") return pass();
    if (key.algorithm == "EC" || key.algorithm == "ECDH") return rule_on_curve(s);
    return fail(fmt::format(
        "a key of the type {} is not supported, only RSA and the curves P-256, P-384 and P-521 are",
        key.algorithm.empty() ? "unknown" : key.algorithm
    ));
}

Ruling check_key_algorithm(const Subject& s) {
    if (auto broken = unreadable_key(s.certificate())) return *broken;
    const auto& key = s.certificate().key;
    auto ruling = rule_on_key(s).with("algorithm", key.algorithm).with("oid", key.oid);
    if (!key.curve.empty()) ruling.evidence.set("curve", key.curve);
    if (!key.curve_oid.empty()) ruling.evidence.set("curve_oid", key.curve_oid);
    if (key.explicit_parameters) ruling.evidence.set("explicit_parameters", true);
    return ruling;
}

} // namespace

constinit const Rule key_algorithm{
    .id = "key-algorithm",
    .title = "Keys are RSA or ECDH_P256, ECDH_P384, ECDH_P521",
    .scope = Scope::certificate,
    .source = kRequirements,
    .demands = "Every key is RSA or on the named curve P-256, P-384 or P-521. Other curves, "
               "explicit parameters, DSA, EdDSA, RSASSA-PSS fail; id-ecDH on a listed curve warns.",
    .why = "Lync Server, its telephones and peers end the handshake on other keys. Elliptic curve "
           "keys live in CNG, which old Lync tools do not know.",
    .fix = "reissue the certificate with an RSA key (the default) or one on P-256, P-384 or P-521",
    .ca_fix = "renew the CA certificate with a new RSA key, or have the server certificate issued "
              "by another CA; then reissue what the CA issued",
    .evidence = "algorithm, oid: of the key; curve, curve_oid: if it has one; explicit_parameters",
    .check = check_key_algorithm,
};

} // namespace lyncprobe::rules
