// SPDX-License-Identifier: MIT
// Rules signature-algorithm, no-rsassa-pss and sha1-deprecated.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

Finding signed_with(std::string_view rule, const Algorithm& how) {
    return about_server(rule, [&](Certificate& c) { c.signature = c.signature_inner = how; });
}

Verdict by_oid(const std::string& oid) {
    return signed_with("signature-algorithm", algorithm(oid, "name", "")).verdict;
}

} // namespace

TEST_CASE("signature-algorithm: SHA-1 and SHA-2 with RSA or ECDSA pass") {
    for (const std::string oid :
         {"1.2.840.113549.1.1.5", "1.3.14.3.2.29", "1.2.840.113549.1.1.14", "1.2.840.113549.1.1.11",
          "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.10045.4.1",
          "1.2.840.10045.4.3.1", "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3",
          "1.2.840.10045.4.3.4"})
        CHECK_MESSAGE(by_oid(oid) == Verdict::pass, oid);
}

TEST_CASE("signature-algorithm: every hash that is not listed fails") {
    for (const std::string oid :
         {"1.2.840.113549.1.1.2", "1.2.840.113549.1.1.3", "1.2.840.113549.1.1.4", // MD2, MD4, MD5
          "1.3.36.3.3.1.2", "2.16.840.1.101.3.4.3.14",
          "2.16.840.1.101.3.4.3.10", // RIPEMD-160, SHA-3
          "1.3.101.112", "1.3.101.113", "1.2.643.7.1.1.3.2", "1.2.3.4", ""})
        CHECK_MESSAGE(by_oid(oid) == Verdict::fail, oid);
    const auto finding = signed_with(
        "signature-algorithm", algorithm("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "MD5")
    );
    CHECK(finding.message.find("md5WithRSAEncryption") != std::string::npos);
    CHECK(finding.evidence.text("oid") == "1.2.840.113549.1.1.4");
    CHECK(finding.evidence.text("hash") == "MD5");
}

TEST_CASE("signature-algorithm: RSASSA-PSS fails here too") {
    CHECK(
        text_of(signed_with("signature-algorithm", pss("SHA256", 32))) ==
        "01 fail: signed with RSASSA-PSS, which Lync Server does not support {signature=rsassaPss, "
        "oid=1.2.840.113549.1.1.10, hash=SHA256, position=0}"
    );
}

TEST_CASE("signature-algorithm: SHA-224 passes with the note about Windows, unless decided") {
    auto certificate = server();
    certificate.signature = certificate.signature_inner =
        algorithm("1.2.840.113549.1.1.14", "sha224WithRSAEncryption", "SHA224");
    Bench bench({certificate});
    const auto finding = bench.ask("signature-algorithm");
    CHECK(
        text_of(finding) ==
        "01 pass: signed with sha224WithRSAEncryption: listed by Lync Server, but Windows does not "
        "implement SHA-224 {signature=sha224WithRSAEncryption, oid=1.2.840.113549.1.1.14, "
        "hash=SHA224}"
    );
    CHECK(finding.message.find("Windows does not implement") != std::string::npos);
    bench.policy.set(Decision::sha224, Verdict::fail);
    CHECK(
        text_of(bench.ask("signature-algorithm")) ==
        "01 fail: signed with sha224WithRSAEncryption: listed by Lync Server, but Windows does not "
        "implement SHA-224 {signature=sha224WithRSAEncryption, oid=1.2.840.113549.1.1.14, "
        "hash=SHA224, position=0}"
    );
}

TEST_CASE("signature-algorithm: truncated SHA-512 and DSA are warned of, unless decided") {
    for (const std::string oid :
         {"1.2.840.113549.1.1.15", "1.2.840.113549.1.1.16", "1.2.840.10040.4.3",
          "2.16.840.1.101.3.4.3.2"})
        CHECK_MESSAGE(by_oid(oid) == Verdict::warn, oid);
    auto certificate = server();
    certificate.signature = certificate.signature_inner =
        algorithm("2.16.840.1.101.3.4.3.2", "dsa_with_SHA256", "SHA256");
    Bench bench({certificate});
    bench.policy.set(Decision::dsa_signature, Verdict::fail);
    CHECK(
        text_of(bench.ask("signature-algorithm")) ==
        "01 fail: signed with dsa_with_SHA256: the hash is listed, DSA is not "
        "{signature=dsa_with_SHA256, oid=2.16.840.1.101.3.4.3.2, hash=SHA256, position=0}"
    );
    certificate.signature = certificate.signature_inner =
        algorithm("1.2.840.113549.1.1.16", "sha512-256WithRSAEncryption", "SHA512-256");
    Bench truncated({certificate});
    truncated.policy.set(Decision::sha512_truncated, Verdict::pass);
    CHECK(
        text_of(truncated.ask("signature-algorithm")) ==
        "01 pass: signed with sha512-256WithRSAEncryption, a truncated SHA-512 that the list of "
        "Lync Server does not have {signature=sha512-256WithRSAEncryption, "
        "oid=1.2.840.113549.1.1.16, hash=SHA512-256}"
    );
}

TEST_CASE("signature-algorithm: the worse of a differing inner and outer algorithm decides") {
    const auto md5 = algorithm("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "MD5");
    const auto inner =
        about_server("signature-algorithm", [&](Certificate& c) { c.signature_inner = md5; });
    CHECK(
        text_of(inner) ==
        "01 fail: signed with md5WithRSAEncryption, which is neither SHA-1 nor SHA-2 with RSA or "
        "ECDSA {signature=sha256WithRSAEncryption, oid=1.2.840.113549.1.1.11, hash=SHA256, "
        "signature_inner=md5WithRSAEncryption, oid_inner=1.2.840.113549.1.1.4, hash_inner=MD5, "
        "position=0}"
    );
    CHECK(inner.evidence.text("oid_inner") == "1.2.840.113549.1.1.4");
    CHECK(inner.evidence.text("oid") == kSha256Rsa);
    CHECK(
        text_of(about_server("signature-algorithm", [&](Certificate& c) { c.signature = md5; })) ==
        "01 fail: signed with md5WithRSAEncryption, which is neither SHA-1 nor SHA-2 with RSA or "
        "ECDSA {signature=md5WithRSAEncryption, oid=1.2.840.113549.1.1.4, hash=MD5, "
        "signature_inner=sha256WithRSAEncryption, oid_inner=1.2.840.113549.1.1.11, "
        "hash_inner=SHA256, position=0}"
    );
}

TEST_CASE("signature-algorithm: every position is judged, the hash of a presented root is not") {
    const auto md5 = algorithm("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "MD5");
    auto ca = intermediate();
    ca.signature = ca.signature_inner = md5;
    auto anchor = root();
    anchor.signature = anchor.signature_inner = md5;
    Bench bench({server(), ca, anchor});
    CHECK(
        text_of(bench.ask("signature-algorithm", 0)) ==
        "01 pass {signature=sha256WithRSAEncryption, oid=1.2.840.113549.1.1.11, hash=SHA256}"
    );
    CHECK(
        text_of(bench.ask("signature-algorithm", 1)) ==
        "02 fail: signed with md5WithRSAEncryption, which is neither SHA-1 nor SHA-2 with RSA or "
        "ECDSA {signature=md5WithRSAEncryption, oid=1.2.840.113549.1.1.4, hash=MD5, position=1}"
    );
    CHECK(
        text_of(bench.ask("signature-algorithm", 2)) ==
        "03 not_applicable: the signature of a root on itself is never verified"
    );
    CHECK(
        text_of(Bench({anchor}).ask("signature-algorithm", 0)) ==
        "03 fail: signed with md5WithRSAEncryption, which is neither SHA-1 nor SHA-2 with RSA or "
        "ECDSA {signature=md5WithRSAEncryption, oid=1.2.840.113549.1.1.4, hash=MD5, position=0}"
    ); // as a server certificate
    anchor.signature_inner = pss("SHA256", 32);
    CHECK(
        text_of(Bench({server(), anchor}).ask("signature-algorithm", 1)) ==
        "03 fail: signed with md5WithRSAEncryption, which is neither SHA-1 nor SHA-2 with RSA or "
        "ECDSA {signature=md5WithRSAEncryption, oid=1.2.840.113549.1.1.4, hash=MD5, "
        "signature_inner=rsassaPss, oid_inner=1.2.840.113549.1.1.10, hash_inner=SHA256, position=1}"
    );
}

TEST_CASE("no-rsassa-pss: a signature fails with its parameters, the symptoms and the cause") {
    const auto finding = signed_with("no-rsassa-pss", pss("SHA256", 32));
    CHECK(
        text_of(finding) ==
        "01 fail: it is signed with RSASSA-PSS, which Lync Server does not support: sign-in and "
        "call forwarding fail; its CA is set to AlternateSignatureAlgorithm=1 {where=[signature; "
        "inner], oid=1.2.840.113549.1.1.10, hash=SHA256, mask_hash=SHA256, salt_length=32, "
        "parameters_by_default=no, position=0}"
    );
    CHECK(list_of(finding.evidence, "where") == std::vector<std::string>{"signature", "inner"});
    CHECK(finding.evidence.text("hash") == "SHA256");
    CHECK(number_of(finding.evidence, "salt_length") == 32);
    CHECK(finding.message.find("call forwarding") != std::string::npos);
    CHECK(finding.message.find("AlternateSignatureAlgorithm=1") != std::string::npos);
}

TEST_CASE("no-rsassa-pss: the inner algorithm and the key are found alone") {
    const auto inner =
        about_server("no-rsassa-pss", [](Certificate& c) { c.signature_inner = pss("SHA1", 20); });
    CHECK(
        text_of(inner) ==
        "01 fail: it is signed with RSASSA-PSS, which Lync Server does not support: sign-in and "
        "call forwarding fail; its CA is set to AlternateSignatureAlgorithm=1 {where=[inner], "
        "oid=1.2.840.113549.1.1.10, hash=SHA1, mask_hash=SHA1, salt_length=20, "
        "parameters_by_default=no, position=0}"
    );
    CHECK(list_of(inner.evidence, "where") == std::vector<std::string>{"inner"});
    const auto key = about_server("no-rsassa-pss", [](Certificate& c) { c.key.oid = kPss; });
    CHECK(
        text_of(key) ==
        "01 fail: its key is of the type RSASSA-PSS, which Lync Server does not support: sign-in "
        "and call forwarding fail {where=[key], oid=1.2.840.113549.1.1.10, position=0}"
    );
    CHECK(list_of(key.evidence, "where") == std::vector<std::string>{"key"});
    CHECK(key.message.find("AlternateSignatureAlgorithm") == std::string::npos);
    const auto both = about_server("no-rsassa-pss", [](Certificate& c) {
        c.signature = pss("SHA256", 32);
        c.key.oid = kPss;
    });
    CHECK(list_of(both.evidence, "where") == std::vector<std::string>{"signature", "key"});
}

TEST_CASE("no-rsassa-pss: a presented root is judged, and PKCS #1 v1.5 passes") {
    auto anchor = root();
    anchor.signature = anchor.signature_inner = pss("SHA256", 32);
    Bench bench({server(), anchor});
    CHECK(text_of(bench.ask("no-rsassa-pss", 0)) == "01 pass");
    CHECK(
        text_of(bench.ask("no-rsassa-pss", 1)) ==
        "03 fail: it is signed with RSASSA-PSS, which Lync Server does not support: sign-in and "
        "call forwarding fail; its CA is set to AlternateSignatureAlgorithm=1 {where=[signature; "
        "inner], oid=1.2.840.113549.1.1.10, hash=SHA256, mask_hash=SHA256, salt_length=32, "
        "parameters_by_default=no, position=1}"
    );
}

TEST_CASE("no-rsassa-pss: parameters that could not be read do not hide it") {
    CHECK(
        text_of(signed_with("no-rsassa-pss", algorithm(kPss, "rsassaPss", ""))) ==
        "01 fail: it is signed with RSASSA-PSS, which Lync Server does not support: sign-in and "
        "call forwarding fail; its CA is set to AlternateSignatureAlgorithm=1 {where=[signature; "
        "inner], oid=1.2.840.113549.1.1.10, position=0}"
    );
}

TEST_CASE("sha1-deprecated: SHA-1 is warned of, unless decided, and SHA-256 passes") {
    CHECK(text_of(signed_with("sha1-deprecated", sha256_rsa())) == "01 pass");
    const auto finding = signed_with("sha1-deprecated", sha1_rsa());
    CHECK(
        text_of(finding) ==
        "01 warn: signed with SHA-1: supported by Lync Server, refused by current systems and "
        "public CAs {signature=sha1WithRSAEncryption, oid=1.2.840.113549.1.1.5, position=0}"
    );
    CHECK(finding.evidence.text("oid") == kSha1Rsa);
    CHECK(
        text_of(signed_with("sha1-deprecated", pss("SHA1", 20))) ==
        "01 warn: signed with SHA-1: supported by Lync Server, refused by current systems and "
        "public CAs {signature=rsassaPss, oid=1.2.840.113549.1.1.10, position=0}"
    );
    CHECK(
        text_of(
            about_server("sha1-deprecated", [](Certificate& c) { c.signature_inner = sha1_rsa(); })
        ) == "01 warn: signed with SHA-1: supported by Lync Server, refused by current systems and "
             "public CAs {signature=sha1WithRSAEncryption, oid=1.2.840.113549.1.1.5, position=0}"
    );
    auto certificate = server();
    certificate.signature = sha1_rsa();
    Bench bench({certificate});
    bench.policy.set(Decision::sha1, Verdict::fail);
    CHECK(
        text_of(bench.ask("sha1-deprecated")) ==
        "01 fail: signed with SHA-1: supported by Lync Server, refused by current systems and "
        "public CAs {signature=sha1WithRSAEncryption, oid=1.2.840.113549.1.1.5, position=0}"
    );
}

TEST_CASE("sha1-deprecated: the signature of a presented root is not judged") {
    auto anchor = root();
    anchor.signature = anchor.signature_inner = sha1_rsa();
    CHECK(
        text_of(Bench({server(), anchor}).ask("sha1-deprecated", 1)) ==
        "03 not_applicable: the signature of a root on itself is never verified"
    );
    CHECK(
        text_of(Bench({anchor}).ask("sha1-deprecated", 0)) ==
        "03 warn: signed with SHA-1: supported by Lync Server, refused by current systems and "
        "public CAs {signature=sha1WithRSAEncryption, oid=1.2.840.113549.1.1.5, position=0}"
    );
}

TEST_CASE("signature-algorithm: ecdsa-with-Specified is judged by the hash in its parameter") {
    const auto specified = [](const std::string& hash) {
        return algorithm("1.2.840.10045.4.3", "ecdsa-with-Specified", hash);
    };
    for (const std::string hash : {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"})
        CHECK_MESSAGE(
            signed_with("signature-algorithm", specified(hash)).verdict == Verdict::pass, hash
        );
    for (const std::string hash : {"MD5", "SHA3-256", ""})
        CHECK_MESSAGE(
            signed_with("signature-algorithm", specified(hash)).verdict == Verdict::fail, hash
        );
    CHECK(
        text_of(signed_with("sha1-deprecated", specified("SHA1"))) ==
        "01 warn: signed with SHA-1: supported by Lync Server, refused by current systems and "
        "public CAs {signature=ecdsa-with-Specified, oid=1.2.840.10045.4.3, position=0}"
    );
    CHECK(text_of(signed_with("sha1-deprecated", specified("SHA256"))) == "01 pass");
}

TEST_CASE("signatures: an algorithm that cannot be decoded, inner or outer, fails with the error") {
    for (const auto* rule : {"signature-algorithm", "no-rsassa-pss", "sha1-deprecated"})
        for (const auto which : {&Certificate::signature, &Certificate::signature_inner}) {
            const auto finding = about_server(rule, [&](Certificate& c) { c.*which = {}; });
            CHECK_MESSAGE(finding.verdict == Verdict::fail, rule);
            CHECK_MESSAGE(!finding.evidence.text("error").empty(), rule);
        }
    auto anchor = root(); // who knows whether it is RSASSA-PSS
    anchor.signature = {};
    const auto on_root = Bench({server(), anchor}).ask("signature-algorithm", 1);
    CHECK(
        text_of(on_root) == "03 fail: a signature algorithm of the certificate cannot be decoded "
                            "{error=a signature algorithm of the certificate cannot be decoded}"
    );
    CHECK(!on_root.evidence.text("error").empty());
}

TEST_CASE("no-rsassa-pss: what was found is said, though another part cannot be decoded") {
    const auto finding = about_server("no-rsassa-pss", [](Certificate& c) {
        c.signature = pss("SHA256", 32);
        c.signature_inner = {};
    });
    CHECK(
        text_of(finding) ==
        "01 fail: it is signed with RSASSA-PSS, which Lync Server does not support: sign-in and "
        "call forwarding fail; its CA is set to AlternateSignatureAlgorithm=1 {where=[signature], "
        "oid=1.2.840.113549.1.1.10, hash=SHA256, mask_hash=SHA256, salt_length=32, "
        "parameters_by_default=no, position=0}"
    );
    CHECK(list_of(finding.evidence, "where") == std::vector<std::string>{"signature"});
}

TEST_CASE("signatures: a presented root whose own signature was not verified is a root") {
    auto anchor = root();
    anchor.self_signed = false;
    anchor.signature = anchor.signature_inner =
        algorithm("1.2.840.113549.1.1.2", "md2WithRSAEncryption", "MD2");
    Bench bench({server(), anchor});
    for (const auto* rule :
         {"signature-algorithm", "sha1-deprecated", "chain-crl-distribution-point", "chain-eku"})
        CHECK_MESSAGE(bench.verdict(rule, 1) == Verdict::not_applicable, rule);
    CHECK(
        text_of(Bench({anchor}).ask("signature-algorithm", 0)) ==
        "03 fail: signed with md2WithRSAEncryption, which is neither SHA-1 nor SHA-2 with RSA or "
        "ECDSA {signature=md2WithRSAEncryption, oid=1.2.840.113549.1.1.2, hash=MD2, position=0}"
    );
}

TEST_CASE("signature-algorithm: inside and outside differ, which is worse than good and no more") {
    auto certificate = server();
    certificate.signature_algorithms_differ = true;
    const auto differing = Bench({certificate}).ask("signature-algorithm");
    CHECK(differing.verdict == Verdict::warn);
    CHECK(differing.message.starts_with(
        "the signature algorithm inside (sha256WithRSAEncryption) and the one outside "
        "(sha256WithRSAEncryption) differ"
    ));
    CHECK(differing.fix.starts_with("reissue the certificate: the CA or a tool behind it"));
    certificate.signature = algorithm("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "MD5");
    const auto bad = Bench({certificate}).ask("signature-algorithm");
    CHECK(bad.verdict == Verdict::fail);
    CHECK(bad.message.starts_with("signed with md5WithRSAEncryption"));
    // The inner one is told where it is another, by its OID or by its hash.
    auto by_hash = server();
    by_hash.signature_inner.hash = "SHA1";
    CHECK(Bench({by_hash}).ask("signature-algorithm").evidence.text("hash_inner") == "SHA1");
    CHECK(Bench({server()}).ask("signature-algorithm").evidence.text("hash_inner").empty());
}

TEST_CASE("sha1-deprecated, signature-algorithm: of both places the outer one is looked at first") {
    auto certificate = server();
    certificate.signature_inner = sha1_rsa();
    CHECK(Bench({certificate}).verdict("sha1-deprecated") == Verdict::warn);
    certificate.signature = algorithm("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "MD5");
    certificate.signature_inner = algorithm("1.2.840.113549.1.1.2", "md2WithRSAEncryption", "MD2");
    CHECK(Bench({certificate}).ask("signature-algorithm").message.starts_with("signed with md5"));
    auto anchor = root();
    for (auto* place : {&anchor.signature, &anchor.signature_inner}) {
        const auto before = *place;
        *place = pss("SHA256", 32);
        CHECK(Bench({server(), anchor}).verdict("signature-algorithm", 1) == Verdict::fail);
        *place = before;
    }
}
