// SPDX-License-Identifier: MIT
// Rule schannel-compatibility: what a hello of a Windows release comes to, and links by the tables.
#include "rules/endpoint/schannel_links.h"
#include "unit/rules/trust.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using enum OperatingSystem;
constexpr const char* kRule = "schannel-compatibility";
constexpr const char* kGcm = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
constexpr const char* kCbc = "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384";
constexpr const char* kDhe = "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384";

AttemptRow chose(const std::string& suite, const std::string& group = "secp256r1") {
    AttemptRow row;
    row.outcome = Outcome::ok;
    row.stage = Stage::done;
    TlsFacts tls;
    tls.version = TlsVersion::tls1_2;
    tls.cipher = suite;
    tls.group = group;
    tls.handshake_done = true;
    row.tls = std::make_shared<const TlsFacts>(tls);
    return row;
}

AttemptRow turned_away(Outcome outcome = Outcome::tls_alert) {
    AttemptRow row;
    row.outcome = outcome;
    row.stage = Stage::handshake;
    row.detail = "fatal alert handshake_failure(40)";
    return row;
}

AttemptRow as(AttemptRow row, OperatingSystem os = windows_server_2012_r2) {
    row.as_os = os;
    row.role = AttemptRole::supplementary;
    return row;
}

AttemptRow raw(AttemptRow row, bool sure_only = false) {
    row.raw_version = 0x0303;
    row.sure_only = sure_only;
    return row;
}

// Posed is an endpoint and what was tried on it.
struct Posed : Bench {
    EndpointRow row;
    explicit Posed(AttemptRow main, std::vector<AttemptRow> variants = {}) {
        row.main = std::move(main);
        row.variants = std::move(variants);
        seen.row = &row;
    }
};

} // namespace

TEST_CASE("schannel-compatibility: nothing is said where nobody posed") {
    Posed plain(chose(kGcm));
    for (const auto& finding : plain.ask_all())
        CHECK(finding.rule != kRule);
}

TEST_CASE("schannel-compatibility: a server that chooses a suite of the release passes") {
    const auto finding = Posed(as(chose(kCbc))).ask(kRule);
    CHECK(finding.verdict == Verdict::pass);
    CHECK(finding.evidence.text("as_os") == "windows-server-2012-r2");
}

TEST_CASE("schannel-compatibility: nothing in common names the suites of both sides") {
    Posed it(chose(kGcm), {as(turned_away()), as(raw(turned_away()))});
    const auto finding = it.ask(kRule);
    CHECK(finding.verdict == Verdict::fail);
    CHECK(finding.message.find(kGcm) != std::string::npos);
    CHECK(finding.message.find(kCbc) != std::string::npos);
    CHECK(
        list_of(finding.evidence, "server_chooses") ==
        std::vector<std::string>{std::string(kGcm) + " (TLSv1.2)"}
    );
    CHECK(list_of(finding.evidence, "suites").size() == 28);
    // Windows drops the connection without an alert.
    for (const auto outcome : {Outcome::closed, Outcome::reset})
        CHECK(
            Posed(chose(kGcm), {as(turned_away(outcome)), as(raw(turned_away(outcome)))})
                .verdict(kRule) == Verdict::fail
        );
}

TEST_CASE("schannel-compatibility: a refusal names what of the server's choice the release lacks") {
    const auto refused = [](OperatingSystem os, AttemptRow own) {
        return Posed(std::move(own), {as(turned_away(), os), as(raw(turned_away()), os)})
            .ask(kRule);
    };
    const auto version = refused(windows_server_2008_r2, chose(kCbc));
    CHECK(version.message.find("has the versions TLSv1.0, SSLv3") != std::string::npos);
    CHECK(version.fix.find("on the Windows that connects") != std::string::npos);
    auto modern = chose("TLS_AES_256_GCM_SHA384");
    auto tls = *modern.tls;
    tls.version = TlsVersion::tls1_3;
    modern.tls = std::make_shared<const TlsFacts>(tls);
    CHECK(refused(windows_server_2019, modern).fix.find("on the server") != std::string::npos);

    auto own = chose(kCbc, "x25519");
    const auto group = refused(windows_server_2012_r2, own);
    CHECK(group.verdict == Verdict::fail);
    CHECK(group.message.find("has the groups secp256r1, secp384r1") != std::string::npos);
    CHECK(group.fix.find("secp256r1") != std::string::npos);
    tls = *own.tls;
    tls.signature_scheme = "rsa_pss_rsae_sha256";
    own.tls = std::make_shared<const TlsFacts>(tls);
    const auto either = refused(windows_server_2012_r2, own);
    CHECK(either.message.find("the groups") != std::string::npos);
    CHECK(
        either.message.find("and the signature algorithms rsa_pkcs1_sha256") != std::string::npos
    );
    CHECK(either.fix.find("secp256r1") != std::string::npos);
    CHECK(either.fix.find("rsa_pkcs1_sha256") != std::string::npos);

    // What the release has by some sources or with an update, and its usual hello lacks.
    const auto open = refused(windows_server_2019, own);
    CHECK(open.verdict == Verdict::inconclusive);
    CHECK(open.message.find("RSASSA-PSS on Server 2019") != std::string::npos);
    const auto* dhe = "TLS_DHE_RSA_WITH_AES_256_CBC_SHA";
    const auto update = refused(windows_server_2012, chose(dhe, "DH 2048"));
    CHECK(update.verdict == Verdict::inconclusive);
    CHECK(update.message.find("KB3161639") != std::string::npos);
    CHECK(refused(windows_server_2012, chose(dhe, "DH 8192")).verdict == Verdict::fail);
}

TEST_CASE("schannel-compatibility: what libssl lacks is settled by the raw hello, or left open") {
    auto lacking = as(turned_away());
    lacking.not_offered = {"TLS_RSA_WITH_RC4_128_SHA"};
    CHECK(
        Posed(turned_away(), {lacking, as(raw(chose("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "")))})
            .verdict(kRule) == Verdict::pass
    );
    CHECK(Posed(chose(kGcm), {lacking}).verdict(kRule) == Verdict::inconclusive);
    CHECK(
        Posed(chose(kGcm), {lacking, as(raw(turned_away(Outcome::timeout)))}).verdict(kRule) ==
        Verdict::inconclusive
    );
    // Who answers no hello at all is another rule's matter.
    CHECK(
        Posed(turned_away(), {lacking, as(raw(turned_away()))}).verdict(kRule) ==
        Verdict::inconclusive
    );
}

TEST_CASE("schannel-compatibility: a suite that hangs on an update needs another beside it") {
    const auto chosen = as(chose(kDhe, "DH 2048"));
    CHECK(Posed(chosen, {as(raw(chose(kCbc), true))}).verdict(kRule) == Verdict::pass);
    const auto open = Posed(chosen, {as(raw(turned_away(), true))}).ask(kRule);
    CHECK(open.verdict == Verdict::inconclusive);
    CHECK(open.message.find("KB2992611") != std::string::npos);
    // So does the signature of the key exchange.
    auto sha512 = as(chose(kCbc));
    auto tls = *sha512.tls;
    tls.signature_scheme = "rsa_pkcs1_sha512";
    sha512.tls = std::make_shared<const TlsFacts>(tls);
    CHECK(Posed(sha512, {as(raw(chose(kCbc), true))}).verdict(kRule) == Verdict::pass);
    const auto only = Posed(sha512, {as(raw(turned_away(), true))}).ask(kRule);
    CHECK(only.verdict == Verdict::inconclusive);
    CHECK(only.message.find("KB2973337") != std::string::npos);
}

TEST_CASE("schannel-compatibility: Diffie-Hellman groups and signatures that the release refuses") {
    CHECK(Posed(as(chose(kDhe, "DH 8192"))).verdict(kRule) == Verdict::fail);
    CHECK(Posed(as(chose(kDhe, "DH 8192"), windows_server_2016)).verdict(kRule) == Verdict::pass);
    CHECK(Posed(as(chose(kDhe, "DH 512"), windows_server_2016)).verdict(kRule) == Verdict::fail);
    const auto signed_with = [](const char* oid, const char* name, const char* hash) {
        Posed it(as(chose(kCbc)));
        auto certificate = server();
        certificate.signature = algorithm(oid, name, hash);
        it.chain.presented.front() = std::make_shared<Certificate>(certificate);
        return it.ask(kRule);
    };
    CHECK(
        signed_with("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "MD5").verdict == Verdict::fail
    );
    const auto sha512 = signed_with("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", "SHA512");
    CHECK(sha512.verdict == Verdict::inconclusive);
    CHECK(sha512.message.find("KB2973337") != std::string::npos);
}

namespace {

// Two servers of a topology, and what is said of the links between them.
std::vector<TopologyRow> between(
    TrustBench& it, OperatingSystem fe, OperatingSystem edge, const Algorithm& of_edge
) {
    const auto pki = it.pki("Contoso");
    it.add("pool", "fe01", Role::front_end, "registrar", it.chain(pki));
    it.target().os = fe;
    auto chain = std::make_shared<Chain>(*it.chain(pki));
    auto leaf = std::make_shared<Certificate>(*chain->presented.front());
    leaf->signature = of_edge;
    leaf->key = rsa(2048);
    chain->presented.front() = leaf;
    it.add("edge", "edge01", Role::edge, "access-edge-internal", chain);
    it.target().os = edge;
    it.links();
    return it.judge(kRule);
}

} // namespace

TEST_CASE("schannel-compatibility: links by the tables of both ends") {
    TrustBench good;
    const auto passed = between(good, windows_server_2012_r2, windows_server_2019, sha256_rsa());
    REQUIRE(passed.size() == 1);
    CHECK(passed[0].finding->verdict == Verdict::pass);

    TrustBench md5;
    const auto failed = between(
        md5, windows_server_2012_r2, windows_server_2019,
        algorithm("1.2.840.113549.1.1.4", "md5WithRSAEncryption", "MD5")
    );
    REQUIRE(!failed.empty());
    CHECK(failed[0].finding->verdict == Verdict::fail);
    CHECK(failed[0].finding->message.find("windows-server-2012-r2") != std::string::npos);

    TrustBench sha512;
    const auto open = between(
        sha512, windows_server_2012_r2, windows_server_2019,
        algorithm("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", "SHA512")
    );
    REQUIRE(!open.empty());
    CHECK(open[0].finding->verdict == Verdict::inconclusive);
    CHECK(open[0].finding->message.find("KB2973337") != std::string::npos);

    TrustBench unknown_os;
    CHECK(between(unknown_os, unknown, linux, sha256_rsa()).empty());
}

TEST_CASE("schannel: what a chain is to Schannel: its key, its curve, the numbers of its signatures"
) {
    using Key = schannel::ServerChain::Key;
    const auto of = [](const PublicKey& key, const Algorithm& signature) {
        auto leaf = server();
        leaf.key = key;
        leaf.signature = signature;
        Chain chain;
        chain.presented = {std::make_shared<Certificate>(leaf)};
        return server_chain_of(chain);
    };
    CHECK(of(rsa(2048), sha256_rsa()).key == Key::rsa);
    for (const auto& [name, number] :
         {std::pair{"P-256", 23}, {"P-384", 24}, {"P-521", 25}, {"secp256k1", 0}}) {
        const auto chain = of(curve(name), sha256_rsa());
        CHECK(chain.key == Key::ec);
        CHECK(chain.curve == number);
    }
    CHECK(of(curve("", "DSA"), sha256_rsa()).key == Key::dsa);
    CHECK(of(curve("", "Ed25519"), sha256_rsa()).key == schannel::ServerChain{}.key);
    struct Row {
        Algorithm algorithm;
        std::uint16_t number;
        const char* words;
    };
    const Row rows[] = {
        {algorithm("1.2.840.113549.1.1.4", "", "MD5"), 0x0101, "MD5 with RSA"},
        {sha1_rsa(), 0x0201, "SHA1 with RSA"},
        {algorithm("1.2.840.113549.1.1.14", "", ""), 0x0301, "SHA224 with RSA"},
        {sha256_rsa(), 0x0401, "SHA256 with RSA"},
        {algorithm("1.2.840.113549.1.1.12", "", ""), 0x0501, "SHA384 with RSA"},
        {algorithm("1.2.840.113549.1.1.13", "", ""), 0x0601, "SHA512 with RSA"},
        {algorithm("1.2.840.10040.4.3", "", ""), 0x0202, "SHA1 with DSA"},
        {algorithm("1.2.840.10045.4.3.3", "", ""), 0x0503, "SHA384 with ECDSA"},
        {pss("SHA256", 32), 0x0804, "SHA256 with RSASSA-PSS"},
        {pss("SHA384", 48), 0x0805, "SHA384 with RSASSA-PSS"},
        {pss("SHA512", 64), 0x0806, "SHA512 with RSASSA-PSS"},
        {pss("SHA1", 20), 0, ""},
        {pss("SHA224", 28), 0, ""},
        {algorithm("1.2.840.113549.1.1.16", "", ""), 0, ""}, // SHA-512/256
        {algorithm("1.3.101.112", "ED25519", ""), 0, ""}};
    for (const auto& row : rows) {
        CAPTURE(row.words);
        const auto chain = of(rsa(2048), row.algorithm);
        REQUIRE(chain.signatures.size() == (row.number ? 1 : 0));
        if (row.number == 0) continue;
        CHECK(chain.signatures[0].scheme == row.number);
        CHECK(!chain.signatures[0].root);
        CHECK(scheme_text(row.number) == row.words);
    }
    CHECK(server_chain_of(Chain{}).signatures.empty());
    const auto with_root = server_chain_of(Bench({server(), intermediate(), root()}).chain);
    REQUIRE(with_root.signatures.size() == 3);
    CHECK(!with_root.signatures[1].root);
    CHECK(with_root.signatures[2].root);
}

TEST_CASE("schannel-compatibility: what counts as an answer to the release's hello") {
    const auto verdict = [](auto spoil) {
        auto attempt = as(chose(kCbc));
        spoil(attempt);
        return Posed(chose(kGcm), {attempt}).verdict(kRule);
    };
    const auto change = [](AttemptRow& row, auto change_it) {
        auto facts = std::make_shared<TlsFacts>(*row.tls);
        change_it(*facts);
        row.tls = facts;
    };
    CHECK(verdict([](AttemptRow&) {}) == Verdict::pass);
    // What was chosen, and then no certificate and no end.
    CHECK(verdict([&](AttemptRow& row) {
              change(row, [](TlsFacts& tls) { tls.handshake_done = false; });
          }) == Verdict::inconclusive);
    CHECK(verdict([&](AttemptRow& row) {
              change(row, [](TlsFacts& tls) { tls.handshake_done = false; });
              row.chain = std::make_shared<Chain>();
          }) == Verdict::pass);
    CHECK(verdict([&](AttemptRow& row) {
              change(row, [](TlsFacts& tls) { tls.version = TlsVersion::none; });
          }) == Verdict::inconclusive);
    CHECK(verdict([&](AttemptRow& row) {
              change(row, [](TlsFacts& tls) { tls.cipher.clear(); });
          }) == Verdict::inconclusive);
    CHECK(verdict([](AttemptRow& row) { row.tls = nullptr; }) == Verdict::inconclusive);
    CHECK(verdict([](AttemptRow& row) {
              row.role = AttemptRole::foreign_sni;
          }) == Verdict::not_applicable);
    // Each word of no, and what is none.
    for (const auto outcome :
         {Outcome::tls_alert, Outcome::tls_failure, Outcome::closed, Outcome::reset})
        CHECK(Posed(chose(kGcm), {as(turned_away(outcome))}).verdict(kRule) == Verdict::fail);
    for (const auto outcome : {Outcome::timeout, Outcome::limit_exceeded, Outcome::local_error})
        CHECK(
            Posed(chose(kGcm), {as(turned_away(outcome))}).verdict(kRule) == Verdict::inconclusive
        );
    auto late = turned_away();
    late.stage = Stage::conversation;
    CHECK(Posed(chose(kGcm), {as(late)}).verdict(kRule) == Verdict::inconclusive);
    // A raw hello that broke behind the choice settles nothing.
    auto broken = raw(chose(kCbc));
    broken.outcome = Outcome::reset;
    CHECK(
        Posed(chose(kGcm), {as(turned_away()), as(broken)}).verdict(kRule) == Verdict::inconclusive
    );
    CHECK(
        Posed(chose(kGcm), {as(turned_away()), as(raw(chose(kCbc)))}).verdict(kRule) ==
        Verdict::pass
    );
}

TEST_CASE("schannel-compatibility: the bits of a Diffie-Hellman group, at the release's limits") {
    const auto at_bits = [](const std::string& group, OperatingSystem os) {
        return Posed(as(chose(kDhe, group), os)).verdict(kRule);
    };
    CHECK(at_bits("DH 4096", windows_server_2012_r2) == Verdict::pass);
    CHECK(at_bits("DH 4097", windows_server_2012_r2) == Verdict::fail);
    CHECK(at_bits("DH 1023", windows_server_2016) == Verdict::fail);
    CHECK(at_bits("DH 1024", windows_server_2016) == Verdict::pass);
}
