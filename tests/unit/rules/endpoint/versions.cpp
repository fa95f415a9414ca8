// SPDX-License-Identifier: MIT
// Rules tls12-available, legacy-protocols, tls12-only and sni-certificate: what further attempts
// told.
#include "unit/rules/subjects.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Versions = std::vector<TlsVersion>;

const Versions kAll{TlsVersion::ssl3,   TlsVersion::tls1_0, TlsVersion::tls1_1,
                    TlsVersion::tls1_2, TlsVersion::tls1_3, TlsVersion::ssl2};

Finding about(std::string_view rule, Versions chosen, Versions offered = {}, Versions open = {}) {
    Bench bench;
    bench.seen.versions_chosen = std::move(chosen);
    bench.seen.versions_offered = std::move(offered);
    bench.seen.versions_open = std::move(open);
    return bench.ask(rule);
}

Fingerprint other_leaf() {
    Fingerprint out{};
    out[0] = 0x42;
    return out;
}

Finding about(std::vector<NameTried> tried) {
    Bench bench;
    for (auto& one : tried)
        if (one.leaf && *one.leaf != other_leaf()) one.leaf = bench.chain.presented[0]->sha256;
    bench.seen.names_tried = std::move(tried);
    return bench.ask("sni-certificate");
}

} // namespace

TEST_CASE("tls12-available: TLS 1.2 or 1.3 passes, nothing newer than 1.1 warns or as decided") {
    CHECK(
        text_of(about("tls12-available", {})) ==
        "not_applicable: no connection showed a version of TLS"
    );
    CHECK(text_of(about("tls12-available", {TlsVersion::tls1_2})) == "pass {versions=[TLSv1.2]}");
    CHECK(text_of(about("tls12-available", {TlsVersion::tls1_3})) == "pass {versions=[TLSv1.3]}");
    CHECK(
        text_of(about("tls12-available", {TlsVersion::tls1_0, TlsVersion::tls1_2})) ==
        "pass {versions=[TLSv1.0; TLSv1.2]}"
    );
    const auto old = about("tls12-available", {TlsVersion::tls1_0});
    CHECK(
        text_of(old) == "warn: offered every version up to TLS 1.3, the server takes an older one "
                        "than TLS 1.2: TLSv1.0 {versions=[TLSv1.0]}"
    );
    CHECK(old.message.find("TLSv1.0") != std::string::npos);
    CHECK(
        text_of(about("tls12-available", {TlsVersion::ssl3})) ==
        "warn: offered every version up to TLS 1.3, the server takes an older one than TLS 1.2: "
        "SSLv3 {versions=[SSLv3]}"
    );
    Bench strict;
    strict.seen.versions_chosen = {TlsVersion::tls1_1};
    strict.policy.set(Decision::tls12_missing, Verdict::fail);
    CHECK(
        text_of(strict.ask("tls12-available")) ==
        "fail: offered every version up to TLS 1.3, the server takes an older one than TLS 1.2: "
        "TLSv1.1 {versions=[TLSv1.1]}"
    );
}

TEST_CASE("legacy-protocols: needs the old versions to have been tried, or SSL to have been seen") {
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::tls1_0})) ==
        "not_applicable: the old versions were not tried; --versions does"
    );
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::tls1_0}, {TlsVersion::ssl3})) ==
        "not_applicable: the old versions were not tried; --versions does"
    );
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::ssl3}, {TlsVersion::ssl3})) ==
        "fail: the server still speaks SSLv3 {versions=[SSLv3], offered=[SSLv3], unanswered=[]}"
    );
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::tls1_2, TlsVersion::tls1_3}, kAll)) ==
        "pass {versions=[TLSv1.2; TLSv1.3], offered=[SSLv3; TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; "
        "SSLv2], unanswered=[]}"
    );
    const auto warned = about("legacy-protocols", {TlsVersion::tls1_2, TlsVersion::tls1_0}, kAll);
    CHECK(
        text_of(warned) ==
        "warn: the server still speaks TLSv1.0 {versions=[TLSv1.2; TLSv1.0], offered=[SSLv3; "
        "TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; SSLv2], unanswered=[]}"
    );
    CHECK(warned.message == "the server still speaks TLSv1.0");
    const auto failed =
        about("legacy-protocols", {TlsVersion::tls1_2, TlsVersion::tls1_0, TlsVersion::ssl2}, kAll);
    CHECK(
        text_of(failed) ==
        "fail: the server still speaks SSLv2 {versions=[TLSv1.2; TLSv1.0; SSLv2], offered=[SSLv3; "
        "TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; SSLv2], unanswered=[]}"
    );
    CHECK(failed.message == "the server still speaks SSLv2");
}

TEST_CASE("legacy-protocols: silence to an old version is no pass") {
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::tls1_2}, kAll, {TlsVersion::ssl2})) ==
        "inconclusive: no answer came to some of the old versions; a longer --timeout may settle "
        "it {versions=[TLSv1.2], offered=[SSLv3; TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; SSLv2], "
        "unanswered=[SSLv2]}"
    );
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::tls1_2}, kAll, {TlsVersion::tls1_1})) ==
        "inconclusive: no answer came to some of the old versions; a longer --timeout may settle "
        "it {versions=[TLSv1.2], offered=[SSLv3; TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; SSLv2], "
        "unanswered=[TLSv1.1]}"
    );
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::tls1_2}, kAll, {TlsVersion::tls1_3})) ==
        "pass {versions=[TLSv1.2], offered=[SSLv3; TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; SSLv2], "
        "unanswered=[TLSv1.3]}"
    );
    CHECK(
        text_of(about("legacy-protocols", {TlsVersion::ssl3}, kAll, {TlsVersion::ssl2})) ==
        "fail: the server still speaks SSLv3 {versions=[SSLv3], offered=[SSLv3; TLSv1.0; TLSv1.1; "
        "TLSv1.2; TLSv1.3; SSLv2], unanswered=[SSLv2]}"
    );
}

namespace {

// Profiled is one server judged by the profile, as a scan with --versions saw it.
struct Profiled {
    Profiled() {
        bench.policy.set(Decision::tls12_only, Verdict::fail);
        bench.seen.versions_chosen = {TlsVersion::tls1_2};
        bench.seen.versions_offered = kAll;
        tls.version = TlsVersion::tls1_2;
        tls.cipher = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
        tls.signature_scheme = "rsa_pkcs1_sha256";
        tls.secure_renegotiation = true;
        bench.seen.connections = {&tls};
    }
    Profiled(const Profiled&) = delete;
    Finding ask() { return bench.ask("tls12-only"); }
    bool breaks(const std::string& what) {
        const auto finding = ask();
        return finding.verdict == Verdict::fail && finding.message.find(what) != std::string::npos;
    }
    Bench bench;
    TlsFacts tls;
};

} // namespace

TEST_CASE("tls12-only: judges only where the policy turns it on") {
    const auto judged = [](Verdict decided) {
        Profiled it;
        it.bench.policy.set(Decision::tls12_only, decided);
        const auto findings = it.bench.ask_all();
        return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
            return finding.rule == "tls12-only";
        });
    };
    CHECK(!judged(Policy()[Decision::tls12_only]));
    CHECK(judged(Verdict::warn));
    // Whoever names it is told why it has nothing to say.
    Profiled it;
    it.bench.policy = Policy();
    FindingPool pool;
    const auto named = Selection::make({"tls12-only"}, {});
    const auto findings = judge(it.bench.chain, it.bench.ready(), *named, pool);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0]->verdict == Verdict::not_applicable);
    CHECK(findings[0]->message == "off: the policy turns it on (tls12-only: fail)");
}

TEST_CASE("tls12-only: a server by the profile passes, also with TLS 1.3") {
    Profiled it;
    CHECK(
        text_of(it.ask()) == "pass {versions=[TLSv1.2], offered=[SSLv3; TLSv1.0; TLSv1.1; TLSv1.2; "
                             "TLSv1.3; SSLv2], breaches=[]}"
    );
    it.bench.seen.versions_chosen = {TlsVersion::tls1_3, TlsVersion::tls1_2};
    TlsFacts newer;
    newer.version = TlsVersion::tls1_3;
    newer.cipher = "TLS_AES_256_GCM_SHA384";
    it.bench.seen.connections.push_back(&newer);
    CHECK(
        text_of(it.ask()) == "pass {versions=[TLSv1.3; TLSv1.2], offered=[SSLv3; TLSv1.0; TLSv1.1; "
                             "TLSv1.2; TLSv1.3; SSLv2], breaches=[]}"
    );
}

TEST_CASE("tls12-only: each demand of the profile, broken") {
    const auto broken = [](auto spoil, const std::string& what) {
        Profiled it;
        spoil(it);
        CHECK_MESSAGE(it.breaks(what), it.ask().message);
    };
    broken(
        [](auto& it) { it.bench.seen.versions_chosen.push_back(TlsVersion::tls1_0); }, "TLSv1.0"
    );
    broken(
        [](auto& it) { it.bench.seen.versions_chosen = {TlsVersion::ssl3}; }, "not speak TLS 1.2"
    );
    broken([](auto& it) { it.tls.cipher = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"; }, "chooses TLS_RSA");
    broken([](auto& it) { it.tls.cipher = "TLS_RSA_WITH_AES_128_CBC_SHA"; }, "chooses TLS_RSA");
    broken([](auto& it) { it.tls.signature_scheme = "rsa_pkcs1_md5"; }, "rsa_pkcs1_md5");
    broken([](auto& it) { it.tls.secure_renegotiation = false; }, "RFC 5746");
    Profiled it;
    auto certificate = server();
    certificate.signature.hash = "MD5";
    it.bench.chain = Bench({certificate}).chain;
    CHECK(it.breaks("signed with MD5"));
    it.bench.policy.set(Decision::tls12_only, Verdict::warn);
    CHECK(
        text_of(it.ask()) ==
        "warn: not as the TLS 1.2-only profile demands: CN=sip.contoso.com is signed with MD5 "
        "{versions=[TLSv1.2], offered=[SSLv3; TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; SSLv2], "
        "breaches=[CN=sip.contoso.com is signed with MD5]}"
    );
}

TEST_CASE("tls12-only: without every older version tried and answered nothing is proven") {
    Profiled it;
    it.bench.seen.versions_open = {TlsVersion::ssl2};
    CHECK(
        text_of(it.ask()) ==
        "inconclusive: nothing seen breaks the TLS 1.2-only profile, but not every older version "
        "was tried and answered; --versions tries them {versions=[TLSv1.2], offered=[SSLv3; "
        "TLSv1.0; TLSv1.1; TLSv1.2; TLSv1.3; SSLv2], breaches=[]}"
    );
    it.bench.seen.versions_open.clear();
    it.bench.seen.versions_offered.clear();
    CHECK(it.ask().message.find("--versions") != std::string::npos);
}

TEST_CASE("tls12-only: where Microsoft does not support the profile it does not apply") {
    const auto verdict_on = [](Product product, Role role) {
        Profiled it;
        it.bench.target.product = product;
        it.bench.target.role = role;
        return it.ask().verdict;
    };
    CHECK(verdict_on(Product::lync_2013, Role::front_end) == Verdict::not_applicable);
    CHECK(verdict_on(Product::lync_2013, Role::edge) == Verdict::pass);
    CHECK(verdict_on(Product::lync_2010, Role::edge) == Verdict::not_applicable);
    CHECK(verdict_on(Product::skype_2015, Role::front_end) == Verdict::pass);
    CHECK(verdict_on(Product::unknown, Role::front_end) == Verdict::pass);
    CHECK(verdict_on(Product::unknown, Role::partner) == Verdict::not_applicable);
}

TEST_CASE("sni-certificate: the same certificate under every name passes, another one warns") {
    const Fingerprint own{};
    CHECK(
        text_of(about(std::vector<NameTried>{})) ==
        "not_applicable: other server names were not tried; --sni-matrix does"
    );
    CHECK(
        text_of(about(
            {{AttemptRole::without_sni, Outcome::ok, own},
             {AttemptRole::foreign_sni, Outcome::ok, own}}
        )) ==
        "pass "
        "{without-server-name=0100000000000000000000000000000000000000000000000000000000000000, "
        "foreign-server-name=0100000000000000000000000000000000000000000000000000000000000000}"
    );
    CHECK(
        text_of(about(
            {{AttemptRole::without_sni, Outcome::ok, other_leaf()},
             {AttemptRole::foreign_sni, Outcome::ok, other_leaf()}}
        )) ==
        "warn: without a server name and with a foreign server name the server shows another "
        "certificate "
        "{without-server-name=4200000000000000000000000000000000000000000000000000000000000000, "
        "foreign-server-name=4200000000000000000000000000000000000000000000000000000000000000}"
    );
}

TEST_CASE("sni-certificate: a handshake that is ended for want of the name warns") {
    constexpr auto kNameless = AttemptRole::without_sni, kForeign = AttemptRole::foreign_sni;
    const Fingerprint own{};
    const std::string whom = "; phones, gateways and older servers send no name and cannot connect";
    const auto neither =
        about({{kNameless, Outcome::tls_alert, {}}, {kForeign, Outcome::tls_alert, {}}});
    CHECK(neither.verdict == Verdict::warn);
    CHECK(
        neither.message == "without a server name and with a foreign server name the server ends "
                           "the handshake with an alert" +
                               whom
    );
    CHECK(neither.evidence.text("without-server-name") == "none (tls_alert)");
    CHECK(
        about({{kNameless, Outcome::closed, {}}, {kForeign, Outcome::ok, other_leaf()}}).message ==
        "without a server name the server closes the connection; with a foreign server name it "
        "shows another certificate" +
            whom
    );
    CHECK(
        about({{kNameless, Outcome::ok, own}, {kForeign, Outcome::reset, {}}}).message ==
        "with a foreign server name the server resets the connection"
    );
    // A certificate that was shown counts, whatever came of the client certificate after it.
    CHECK(about({{kNameless, Outcome::client_certificate_required, own}}).verdict == Verdict::pass);
}

TEST_CASE("sni-certificate: a server that refuses its own name, too, is no matter of names") {
    Bench bench;
    EndpointRow row;
    row.main.outcome = Outcome::tls_alert;
    row.main.stage = Stage::handshake;
    bench.seen.row = &row;
    bench.seen.names_tried = {{AttemptRole::without_sni, Outcome::tls_alert, std::nullopt}};
    CHECK(
        text_of(bench.ask("sni-certificate")) ==
        "not_applicable: it completes no handshake under its own name either"
    );
    row.main.outcome = Outcome::client_certificate_required;
    row.main.stage = Stage::client_auth;
    CHECK(bench.verdict("sni-certificate") == Verdict::warn);
}

TEST_CASE("sni-certificate: what was not answered says nothing about names") {
    for (const auto outcome :
         {Outcome::timeout, Outcome::skipped, Outcome::refused, Outcome::local_error})
        CHECK(
            about({{AttemptRole::without_sni, outcome, std::nullopt}}).verdict ==
            Verdict::inconclusive
        );
}

TEST_CASE("tls12-only: every suite of the profile, and each old version") {
    for (const auto* suite :
         {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
          "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_RSA_WITH_AES_256_CBC_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA256",
          "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", ""}) {
        Profiled it;
        it.tls.cipher = suite;
        CHECK_MESSAGE(it.ask().verdict == Verdict::pass, suite);
    }
    for (const auto version :
         {TlsVersion::ssl2, TlsVersion::ssl3, TlsVersion::tls1_0, TlsVersion::tls1_1}) {
        Profiled it;
        it.bench.seen.versions_chosen.push_back(version);
        CHECK(it.breaks("it speaks " + to_text(version)));
        // What an old version chose besides is said by that alone.
        Profiled old;
        old.tls.version = version;
        old.tls.cipher = "TLS_RSA_WITH_RC4_128_MD5";
        CHECK(old.ask().verdict == Verdict::pass);
        // Tried and answered: every one of them.
        Profiled untried;
        std::erase(untried.bench.seen.versions_offered, version);
        CHECK(untried.ask().verdict == Verdict::inconclusive);
        Profiled open;
        open.bench.seen.versions_open = {version};
        CHECK(open.ask().verdict == Verdict::inconclusive);
    }
    Profiled nothing;
    nothing.bench.seen.versions_chosen = {TlsVersion::tls1_1};
    CHECK(nothing.breaks("it does not speak TLS 1.2"));
    nothing.bench.seen.versions_chosen = {TlsVersion::tls1_3};
    CHECK(nothing.ask().verdict == Verdict::pass);
    Profiled unread;
    unread.tls.version = TlsVersion::none;
    unread.tls.cipher = "TLS_RSA_WITH_RC4_128_MD5";
    CHECK(unread.ask().verdict == Verdict::pass);
    Profiled unseen;
    unseen.bench.seen.versions_chosen.clear();
    CHECK(unseen.ask().verdict == Verdict::not_applicable);
    Profiled renegotiation;
    renegotiation.tls.secure_renegotiation.reset();
    CHECK(renegotiation.ask().verdict == Verdict::pass);
}

TEST_CASE("legacy-protocols: each old version by itself, taken and unanswered") {
    for (const auto version : kAll) {
        const bool ssl = version == TlsVersion::ssl2 || version == TlsVersion::ssl3;
        const bool old = version == TlsVersion::tls1_0 || version == TlsVersion::tls1_1;
        CHECK(
            about("legacy-protocols", {TlsVersion::tls1_2, version}, kAll).verdict ==
            (ssl   ? Verdict::fail
             : old ? Verdict::warn
                   : Verdict::pass)
        );
        CHECK(
            about("legacy-protocols", {TlsVersion::tls1_2}, kAll, {version}).verdict ==
            (ssl || old ? Verdict::inconclusive : Verdict::pass)
        );
    }
}

TEST_CASE("sni-certificate: each way of turning a hello down, in words") {
    const std::pair<Outcome, const char*> rows[] = {
        {Outcome::tls_alert, "ends the handshake with an alert"},
        {Outcome::closed, "closes the connection"},
        {Outcome::reset, "resets the connection"},
        {Outcome::tls_failure, "completes no handshake"},
        {Outcome::not_tls, "completes no handshake"}};
    for (const auto& [outcome, words] : rows) {
        const auto finding = about({{AttemptRole::foreign_sni, outcome, {}}});
        CHECK(finding.verdict == Verdict::warn);
        CHECK(finding.message == "with a foreign server name the server " + std::string(words));
    }
    // One answer that tells is enough, and one that is missing leaves a pass open.
    const Fingerprint own{};
    CHECK(
        about({{AttemptRole::without_sni, Outcome::timeout, {}},
               {AttemptRole::foreign_sni, Outcome::reset, {}}}
        ).verdict == Verdict::warn
    );
    CHECK(
        about({{AttemptRole::without_sni, Outcome::timeout, {}},
               {AttemptRole::foreign_sni, Outcome::ok, own}}
        ).verdict == Verdict::inconclusive
    );
    Bench bench;
    EndpointRow row;
    bench.seen.row = &row;
    bench.seen.names_tried = {{AttemptRole::without_sni, Outcome::reset, std::nullopt}};
    for (const auto& [outcome, stage, judged] :
         {std::tuple{Outcome::ok, Stage::handshake, true},
          {Outcome::reset, Stage::handshake, false},
          {Outcome::reset, Stage::conversation, true}}) {
        row.main.outcome = outcome;
        row.main.stage = stage;
        CHECK((bench.verdict("sni-certificate") != Verdict::not_applicable) == judged);
    }
}
