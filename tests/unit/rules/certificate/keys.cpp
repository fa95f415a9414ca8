// SPDX-License-Identifier: MIT
// Rules key-length, key-length-recommended and key-algorithm.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

Finding with_key(std::string_view rule, const PublicKey& key) {
    return about_server(rule, [&](Certificate& c) { c.key = key; });
}

PublicKey other_key(std::string type, std::string oid) {
    PublicKey key;
    key.algorithm = std::move(type);
    key.oid = std::move(oid);
    key.bits = 2048;
    return key;
}

} // namespace

TEST_CASE("key-length: 1024, 2048 and 4096 pass") {
    for (const int bits : {1024, 2048, 4096}) {
        const auto finding = with_key("key-length", rsa(bits));
        CHECK(finding.verdict == Verdict::pass);
        CHECK(number_of(finding.evidence, "bits") == bits);
    }
}

TEST_CASE("key-length: unlisted lengths above 2048 are warned of, unless decided") {
    for (const int bits : {2049, 3072, 4095, 4097, 8192, 16384})
        CHECK_MESSAGE(with_key("key-length", rsa(bits)).verdict == Verdict::warn, bits);
    auto certificate = server();
    certificate.key = rsa(3072);
    Bench bench({certificate});
    bench.policy.set(Decision::key_length_unlisted, Verdict::pass);
    CHECK(
        text_of(bench.ask("key-length")) == "01 pass: an RSA key of 3072 bits is none of the "
                                            "listed lengths 1024, 2048 and 4096 {bits=3072}"
    );
}

TEST_CASE("key-length: below 2048 everything but 1024 fails") {
    for (const int bits : {512, 1023, 1025, 1536, 2047})
        CHECK_MESSAGE(with_key("key-length", rsa(bits)).verdict == Verdict::fail, bits);
}

TEST_CASE("keys: every rule about keys fails with the error where the key cannot be decoded") {
    for (const auto* rule :
         {"key-algorithm", "key-length", "key-length-recommended", "no-rsassa-pss"})
        for (const auto& key : {PublicKey{}, rsa(0)}) {
            const auto finding = with_key(rule, key);
            CHECK_MESSAGE(finding.verdict == Verdict::fail, rule);
            CHECK_MESSAGE(!finding.evidence.text("error").empty(), rule);
        }
}

TEST_CASE("key-length, key-length-recommended: every other key type is not judged") {
    for (const auto* rule : {"key-length", "key-length-recommended"}) {
        CHECK(
            text_of(with_key(rule, curve("P-256"))) == "01 not_applicable: the key is EC, not RSA"
        );
        CHECK(
            text_of(with_key(rule, other_key("DSA", "1.2.840.10040.4.1"))) ==
            "01 not_applicable: the key is DSA, not RSA"
        );
        CHECK(
            text_of(with_key(rule, other_key("RSASSA-PSS", kPss))) ==
            "01 not_applicable: the key is RSASSA-PSS, not RSA"
        );
    }
}

TEST_CASE("key-length-recommended: from 2048 bits it passes, below it warns") {
    for (const int bits : {2048, 3072, 4096})
        CHECK_MESSAGE(with_key("key-length-recommended", rsa(bits)).verdict == Verdict::pass, bits);
    for (const int bits : {512, 1024, 2047})
        CHECK_MESSAGE(with_key("key-length-recommended", rsa(bits)).verdict == Verdict::warn, bits);
}

TEST_CASE("key-length-recommended: no policy makes it a failure") {
    auto certificate = server();
    certificate.key = rsa(1024);
    Bench bench({certificate});
    bench.policy.set(Decision::key_length_short, Verdict::fail);
    CHECK(
        text_of(bench.ask("key-length-recommended")) ==
        "01 warn: an RSA key of 1024 bits is below the recommended 2048 {bits=1024, "
        "recommended=2048, position=0}"
    );
    bench.policy.set(Decision::key_length_short, Verdict::pass);
    CHECK(
        text_of(bench.ask("key-length-recommended")) ==
        "01 pass: an RSA key of 1024 bits is below the recommended 2048 {bits=1024, "
        "recommended=2048}"
    );
}

TEST_CASE("key-length: CA certificates are judged as well") {
    auto ca = intermediate();
    ca.key = rsa(1536);
    auto anchor = root();
    anchor.key = rsa(1024);
    Bench bench({server(), ca, anchor});
    CHECK(
        text_of(bench.ask("key-length", 1)) ==
        "02 fail: an RSA key of 1536 bits is not supported, only 1024, 2048 and 4096 are "
        "{bits=1536, position=1}"
    );
    CHECK(
        text_of(bench.ask("key-length-recommended", 2)) ==
        "03 warn: an RSA key of 1024 bits is below the recommended 2048 {bits=1024, "
        "recommended=2048, position=2}"
    );
}

TEST_CASE("key-algorithm: RSA and the three named curves pass") {
    CHECK(
        text_of(with_key("key-algorithm", rsa(2048))) ==
        "01 pass {algorithm=RSA, oid=1.2.840.113549.1.1.1}"
    );
    for (const std::string name : {"P-256", "P-384", "P-521"})
        CHECK_MESSAGE(with_key("key-algorithm", curve(name)).verdict == Verdict::pass, name);
}

TEST_CASE("key-algorithm: other curves and written-out parameters fail") {
    for (const std::string name : {"secp256k1", "brainpoolP256r1", "secp224r1", ""})
        CHECK_MESSAGE(with_key("key-algorithm", curve(name)).verdict == Verdict::fail, name);
    auto written_out = curve("P-256");
    written_out.explicit_parameters = true;
    CHECK(
        text_of(with_key("key-algorithm", written_out)) ==
        "01 fail: the key writes out its curve's parameters instead of naming the curve "
        "{algorithm=EC, oid=1.2.840.10045.2.1, curve=P-256, explicit_parameters=yes, position=0}"
    );
    CHECK(
        text_of(with_key("key-algorithm", curve("secp256k1", "ECDH"))) ==
        "01 fail: the curve secp256k1 is not supported, only P-256, P-384 and P-521 are "
        "{algorithm=ECDH, oid=1.3.132.1.12, curve=secp256k1, position=0}"
    );
}

TEST_CASE("key-algorithm: DSA, EdDSA, RSASSA-PSS and unknown keys fail") {
    for (const auto& [type, oid] :
         {std::pair("DSA", "1.2.840.10040.4.1"), std::pair("Ed25519", "1.3.101.112"),
          std::pair("RSASSA-PSS", kPss), std::pair("1.2.3", "1.2.3")}) {
        const auto finding = with_key("key-algorithm", other_key(type, oid));
        CHECK(finding.verdict == Verdict::fail);
        CHECK(finding.evidence.text("oid") == oid);
    }
}

TEST_CASE("key-algorithm: an id-ecDH key on a listed curve is warned of, unless decided") {
    CHECK(
        text_of(with_key("key-algorithm", curve("P-256", "ECDH"))) ==
        "01 warn: the key is marked for key agreement only (id-ecDH), so it cannot sign ECDSA "
        "handshakes {algorithm=ECDH, oid=1.3.132.1.12, curve=P-256, position=0}"
    );
    auto certificate = server();
    certificate.key = curve("P-521", "ECDH");
    Bench bench({certificate});
    bench.policy.set(Decision::ecdh_key, Verdict::fail);
    CHECK(
        text_of(bench.ask("key-algorithm")) ==
        "01 fail: the key is marked for key agreement only (id-ecDH), so it cannot sign ECDSA "
        "handshakes {algorithm=ECDH, oid=1.3.132.1.12, curve=P-521, position=0}"
    );
}
