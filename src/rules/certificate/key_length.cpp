// SPDX-License-Identifier: MIT
// Rule key-length: RSA keys have a supported length.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Ruling rule_on_length(const Subject& s, int bits) {
    if (bits == 1024 || bits == 2048 || bits == 4096) return pass();
    if (bits > 2048)
        return verdict(
            s.decided(Decision::key_length_unlisted),
            fmt::format(
                "an RSA key of {} bits is none of the listed lengths 1024, 2048 and 4096", bits
            )
        );
    return fail(
        fmt::format("an RSA key of {} bits is not supported, only 1024, 2048 and 4096 are", bits)
    );
}

Ruling check_key_length(const Subject& s) {
    if (auto broken = unreadable_key(s.certificate())) return *broken;
    const auto bits = s.certificate().key.bits;
    return rule_on_length(s, bits).with("bits", std::int64_t{bits});
}

} // namespace

constinit const Rule key_length{
    .id = "key-length",
    .title = "RSA keys have 1024, 2048 or 4096 bits",
    .scope = Scope::certificate,
    .source = kRequirements,
    .demands = "Every RSA key has 1024, 2048 or 4096 bits. Other lengths above 2048, such as 3072, "
               "are not listed and warn; below 2048 they fail. Other keys are not judged.",
    .why = "The tools of Lync Server neither offer nor test other lengths, and Windows refuses RSA "
           "keys below 1024 bits.",
    .fix = "reissue the certificate with an RSA key of 2048 or 4096 bits",
    .ca_fix = "renew the CA certificate with a new RSA key of 2048 or 4096 bits, then reissue what "
              "it issued",
    .evidence = "bits: the length of the modulus",
    .applies = not_rsa,
    .check = check_key_length,
};

} // namespace lyncprobe::rules
