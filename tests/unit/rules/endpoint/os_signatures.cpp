// SPDX-License-Identifier: MIT
// Rule os-signature-support: signatures against the declared operating system.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using enum OperatingSystem;

Algorithm sha(int bits) {
    const auto oid = bits == 224   ? "1.2.840.113549.1.1.14"
                     : bits == 256 ? kSha256Rsa
                                   : "1.2.840.113549.1.1.13";
    return algorithm(
        oid, "sha" + std::to_string(bits) + "WithRSAEncryption", "SHA" + std::to_string(bits)
    );
}
Algorithm ecdsa() { return algorithm("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", "SHA256"); }

Certificate signed_with(Certificate certificate, const Algorithm& algorithm) {
    certificate.signature = certificate.signature_inner = algorithm;
    return certificate;
}

Finding on(OperatingSystem os, const Algorithm& algorithm, std::vector<TlsVersion> versions = {}) {
    Bench bench({signed_with(server(), algorithm)});
    bench.target.os = os;
    bench.seen.versions_chosen = std::move(versions);
    return bench.ask("os-signature-support");
}

} // namespace

TEST_CASE("os-signature-support: says nothing where no Windows version is declared") {
    for (const auto os : {unknown, linux, other, windows_2000_server}) {
        Bench bench;
        bench.target.os = os;
        for (const auto& finding : bench.ask_all())
            CHECK(finding.rule != "os-signature-support");
    }
    Bench declared;
    declared.target.os = windows_server_2019;
    std::size_t found = 0;
    for (const auto& finding : declared.ask_all())
        found += finding.rule == "os-signature-support" ? 1 : 0;
    CHECK(found == 1);
}

TEST_CASE("os-signature-support: SHA-1 everywhere, SHA-2 by age, SHA-224 nowhere") {
    CHECK(
        text_of(on(windows_xp, sha1_rsa())) ==
        "pass {os=windows-xp, signatures=[sha1WithRSAEncryption]}"
    );
    CHECK(
        text_of(on(windows_server_2008, sha(256))) ==
        "pass {os=windows-server-2008, signatures=[sha256WithRSAEncryption]}"
    );
    CHECK(
        text_of(on(windows_server_2022, sha(512))) ==
        "pass {os=windows-server-2022, signatures=[sha512WithRSAEncryption]}"
    );
    const auto old = on(windows_server_2003_sp2, sha(256));
    CHECK(
        text_of(old) ==
        "inconclusive: CN=sip.contoso.com is signed with sha256WithRSAEncryption, which "
        "windows-server-2003-sp2 verifies only with KB938397: make sure that it is installed "
        "{os=windows-server-2003-sp2, signatures=[sha256WithRSAEncryption]}"
    );
    CHECK(old.message.find("KB938397") != std::string::npos);
    CHECK(on(windows_xp, sha(256)).message.find("Service Pack 3") != std::string::npos);
    CHECK(
        text_of(on(windows_server_2022, sha(224))) ==
        "warn: CN=sip.contoso.com is signed with sha224WithRSAEncryption, which Windows does not "
        "implement {os=windows-server-2022, signatures=[sha224WithRSAEncryption]}"
    );
    CHECK(
        text_of(on(windows_server_2003, sha(224))) ==
        "warn: CN=sip.contoso.com is signed with sha224WithRSAEncryption, which Windows does not "
        "implement {os=windows-server-2003, signatures=[sha224WithRSAEncryption]}"
    );
    CHECK(
        text_of(on(windows_xp, ecdsa())) ==
        "fail: CN=sip.contoso.com is signed with ecdsa-with-SHA256, which windows-xp cannot verify "
        "{os=windows-xp, signatures=[ecdsa-with-SHA256]}"
    );
    CHECK(
        text_of(on(windows_server_2008, ecdsa())) ==
        "pass {os=windows-server-2008, signatures=[ecdsa-with-SHA256]}"
    );
    CHECK(
        text_of(on(windows_xp, pss("SHA256", 32))) ==
        "fail: CN=sip.contoso.com is signed with rsassaPss, which windows-xp cannot verify "
        "{os=windows-xp, signatures=[rsassaPss]}"
    );
    const auto strange = on(windows_10, algorithm("1.3.101.112", "ED25519", ""));
    CHECK(
        text_of(strange) ==
        "inconclusive: CN=sip.contoso.com is signed with ED25519, of which nothing is known on "
        "windows-10; signature-algorithm judges it {os=windows-10, signatures=[ED25519]}"
    );
    CHECK(strange.evidence.text("os") == "windows-10");
    CHECK(list_of(strange.evidence, "signatures") == std::vector<std::string>{"ED25519"});
}

TEST_CASE("os-signature-support: SHA-512 under TLS 1.2 needs an update that a handshake proves") {
    for (const auto os :
         {windows_7, windows_server_2008_r2, windows_server_2012, windows_server_2012_r2}) {
        CHECK(on(os, sha(512), {TlsVersion::tls1_2}).verdict == Verdict::pass);
        CHECK(on(os, sha(512)).verdict == Verdict::inconclusive);
        const auto broken = on(os, sha(512), {TlsVersion::tls1_0});
        CHECK(broken.verdict == Verdict::warn);
        CHECK(broken.message.find("KB2973337: it agreed to TLSv1.0 only") != std::string::npos);
        CHECK(on(os, sha(256), {TlsVersion::tls1_0}).verdict == Verdict::pass);
    }
}

TEST_CASE("os-signature-support: a presented root counts only for what the handshake filters") {
    Bench bench({server(), signed_with(root(), sha(512))});
    bench.target.os = windows_server_2012;
    bench.seen.versions_chosen = {TlsVersion::tls1_0};
    const auto finding = bench.ask("os-signature-support");
    CHECK(
        text_of(finding) ==
        "warn: CN=Contoso Root CA is signed with sha512WithRSAEncryption, and windows-server-2012 "
        "takes SHA-512 under TLS 1.2 only with KB2973337: it agreed to TLSv1.0 only "
        "{os=windows-server-2012, signatures=[sha256WithRSAEncryption; sha512WithRSAEncryption]}"
    );
    CHECK(finding.message.find("CN=Contoso Root CA is signed with sha512") == 0);
    Bench ecc({signed_with(server(), sha1_rsa()), signed_with(root(), ecdsa())});
    ecc.target.os = windows_xp;
    CHECK(
        text_of(ecc.ask("os-signature-support")) ==
        "pass {os=windows-xp, signatures=[sha1WithRSAEncryption; ecdsa-with-SHA256]}"
    );
}

TEST_CASE("os-signature-support: every Windows release, by what came with which") {
    struct Row {
        std::vector<OperatingSystem> releases;
        const char *sha2, *sha512, *ecdsa; // verdicts; SHA-512 without a handshake that shows TLS
    };
    const Row rows[] = {
        {{windows_xp, windows_server_2003, windows_server_2003_sp1, windows_server_2003_sp2,
          windows_server_2003_r2, windows_server_2003_r2_sp2},
         "inconclusive",
         "inconclusive",
         "fail"},
        {{windows_vista, windows_server_2008, windows_10, windows_11, windows_server_2016,
          windows_server_2019, windows_server_2022},
         "pass",
         "pass",
         "pass"},
        {{windows_7, windows_8, windows_server_2008_r2, windows_server_2008_r2_tls12,
          windows_server_2012, windows_server_2012_r2},
         "pass",
         "inconclusive",
         "pass"}};
    std::size_t known = 0;
    for (const auto& row : rows)
        for (const auto os : row.releases) {
            CAPTURE(to_text(os));
            CHECK(to_text(on(os, sha1_rsa()).verdict) == "pass");
            CHECK(to_text(on(os, sha(256)).verdict) == row.sha2);
            CHECK(to_text(on(os, sha(512)).verdict) == row.sha512);
            CHECK(to_text(on(os, ecdsa()).verdict) == row.ecdsa);
            CHECK(to_text(on(os, pss("SHA1", 20)).verdict) == row.ecdsa);
            CHECK(to_text(on(os, sha(224)).verdict) == "warn");
            ++known;
        }
    for (const auto& word : words<OperatingSystem>())
        known -= on(word.value, sha1_rsa()).verdict != Verdict::not_applicable;
    CHECK(known == 0);
    CHECK(on(windows_10, algorithm("1.2.840.113549.1.1.16", "sha512-256", "SHA512-256"))
              .message.ends_with("which Windows does not implement"));
}

TEST_CASE("os-signature-support: TLS 1.3 proves SHA-512, too, and the worst signature is named") {
    CHECK(on(windows_server_2012, sha(512), {TlsVersion::tls1_3}).verdict == Verdict::pass);
    CHECK(on(windows_server_2012, sha(512), {TlsVersion::tls1_1}).verdict == Verdict::warn);
    auto inner = server();
    inner.signature_inner = sha(512);
    Bench bench(
        {inner, signed_with(intermediate(), sha(224)), signed_with(intermediate(), sha(224))}
    );
    bench.target.os = windows_server_2012;
    bench.seen.versions_chosen = {TlsVersion::tls1_0};
    // Of equal ones the first; the inner algorithm counts as much as the outer.
    CHECK(bench.ask("os-signature-support")
              .message.starts_with("CN=sip.contoso.com is signed with sha512"));
    Bench nameless({signed_with(server(), algorithm("1.2.3", "", ""))});
    nameless.target.os = windows_10;
    CHECK(
        nameless.ask("os-signature-support").message.find("signed with 1.2.3,") != std::string::npos
    );
}
