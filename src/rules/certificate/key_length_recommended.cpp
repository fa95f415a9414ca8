// SPDX-License-Identifier: MIT
// Rule key-length-recommended: RSA keys have at least the recommended length.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr int kRecommendedBits = 2048;

Ruling check_key_length_recommended(const Subject& s) {
    if (auto broken = unreadable_key(s.certificate())) return *broken;
    const auto bits = s.certificate().key.bits;
    if (bits >= kRecommendedBits) return pass().with("bits", std::int64_t{bits});
    return verdict(
               at_most_warn(s.decided(Decision::key_length_short)),
               fmt::format("an RSA key of {} bits is below the recommended 2048", bits)
    )
        .with("bits", std::int64_t{bits})
        .with("recommended", std::int64_t{kRecommendedBits});
}

} // namespace

constinit const Rule key_length_recommended{
    .id = "key-length-recommended",
    .title = "RSA keys have at least 2048 bits",
    .scope = Scope::certificate,
    .source = kRequirements,
    .demands = "Every RSA key has 2048 bits or more. This is a recommendation: it never fails. "
               "Other key types are not judged.",
    .why = "Shorter RSA keys can be broken with money; current clients and partners refuse them.",
    .fix = "reissue the certificate with an RSA key of 2048 bits or more",
    .ca_fix = "renew the CA certificate with a new RSA key of 2048 bits or more, then reissue what "
              "it issued",
    .evidence = "bits: the length of the modulus; recommended: the least that is recommended",
    .applies = not_rsa,
    .check = check_key_length_recommended,
};

} // namespace lyncprobe::rules
