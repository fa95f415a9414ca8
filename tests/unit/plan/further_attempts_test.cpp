// SPDX-License-Identifier: MIT
// Raw hellos, versions, matrices: what is tried on an endpoint besides its own attempt, and in what
// order.
#include "plan/plan.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using plan::ProbeVariants;

namespace {

Target target_of(Probe probe = Probe::sip) {
    Target target;
    target.host = "sip.contoso.com";
    target.probe = probe;
    return target;
}

Observation seen(
    const Attempt& attempt, Outcome outcome = Outcome::ok, Stage stage = Stage::done,
    bool chain = true
) {
    Observation out;
    out.attempt = attempt;
    out.outcome = outcome;
    out.stage = stage;
    if (chain) out.presented = {"leaf"};
    return out;
}

Observation alert(const Attempt& attempt, std::uint8_t code = 40) {
    auto out = seen(attempt, Outcome::tls_alert, Stage::handshake, false);
    out.tls.alerts = {{true, true, code}};
    return out;
}

// Plays an endpoint that answers as `answer` says until nothing is left to try.
std::vector<Observation> play(
    const Target& target, const ProbeVariants& variants, Observation (*answer)(const Attempt&)
) {
    std::vector<Observation> out{answer(plan::first_attempt(target, variants))};
    for (int round = 0; round < 10; ++round) {
        const auto more = plan::further_attempts(target, out, variants);
        if (more.empty()) return out;
        for (const auto& attempt : more)
            out.push_back(answer(attempt));
    }
    FAIL("never finished");
    return out;
}

std::vector<std::string> labels(const std::vector<Observation>& observations) {
    std::vector<std::string> out;
    for (const auto& one : observations)
        out.push_back(one.attempt.label);
    return out;
}

using Labels = std::vector<std::string>;

} // namespace

TEST_CASE("fallback: a raw hello, then one of SSL 3.0, where no certificate was seen") {
    const auto all_alerts = play(target_of(), {}, [](const Attempt& a) { return alert(a); });
    CHECK(labels(all_alerts) == Labels{"", "raw-hello", "ssl3"});
    CHECK(all_alerts[1].attempt.handshake.kind == HandshakeKind::raw_hello);
    CHECK(all_alerts[1].attempt.handshake.version == 0x0303);
    CHECK(all_alerts[1].attempt.handshake.server_name == "sip.contoso.com");
    CHECK(all_alerts[1].attempt.role == AttemptRole::supplementary);
    CHECK(all_alerts[2].attempt.handshake.version == 0x0300);
    CHECK(furthest(all_alerts) == 0);

    const auto rc4_only = play(target_of(), {}, [](const Attempt& a) {
        return a.handshake.kind == HandshakeKind::raw_hello ? seen(a) : alert(a);
    });
    CHECK(labels(rc4_only) == Labels{"", "raw-hello"});
    CHECK(furthest(rc4_only) == 0); // its outcome stays the handshake's
}

TEST_CASE("fallback: not where a certificate was seen, nor for reasons that another hello shares") {
    const auto target = target_of();
    const auto first = plan::first_attempt(target);
    const auto none_after = [&](const Observation& one) {
        CHECK(plan::further_attempts(target, {one}).empty());
    };
    none_after(seen(first));
    none_after(seen(first, Outcome::tls_alert, Stage::handshake, true));
    none_after(seen(first, Outcome::client_certificate_required, Stage::client_auth, true));
    none_after(alert(first, 112));
    for (const auto outcome :
         {Outcome::not_tls, Outcome::timeout, Outcome::limit_exceeded, Outcome::local_error,
          Outcome::interrupted})
        none_after(seen(first, outcome, Stage::handshake, false));
    none_after(seen(first, Outcome::refused, Stage::connect, false));
    auto pseudo = seen(first, Outcome::ok, Stage::done, false);
    pseudo.pseudo_tls = true;
    none_after(pseudo);
    for (const auto outcome : {Outcome::tls_failure, Outcome::closed, Outcome::reset})
        CHECK(
            plan::further_attempts(target, {seen(first, outcome, Stage::handshake, false)})
                .size() == 1
        );
}

TEST_CASE("fallback: one raw hello and no more where the server closes without a word") {
    for (const auto outcome : {Outcome::closed, Outcome::reset}) {
        const auto first = seen(plan::first_attempt(target_of()), outcome, Stage::handshake, false);
        const auto more = plan::further_attempts(target_of(), {first});
        REQUIRE(more.size() == 1);
        const auto second = seen(more[0], outcome, Stage::handshake, false);
        CHECK(plan::further_attempts(target_of(), {first, second}).empty());
    }
}

TEST_CASE("--versions: one raw hello for each version, SSL 2.0 last, and no fallback besides") {
    const auto answered = play(target_of(), {.versions = true}, [](const Attempt& a) {
        return a.label.empty() ? seen(a) : alert(a, 70);
    });
    CHECK(labels(answered) == Labels{"", "ssl3", "tls1.0", "tls1.1", "tls1.2", "tls1.3", "ssl2"});
    CHECK(answered[6].attempt.handshake.version == 0x0002);
    for (std::size_t i = 1; i < answered.size(); ++i) {
        CHECK(answered[i].attempt.handshake.kind == HandshakeKind::raw_hello);
        CHECK(answered[i].attempt.role == AttemptRole::supplementary);
    }
    const auto mute =
        play(target_of(), {.versions = true}, [](const Attempt& a) { return alert(a); });
    CHECK(mute.size() == 7);
}

TEST_CASE("--sni-matrix: a raw hello up to TLS 1.2, else a handshake") {
    const auto old = play(target_of(), {.sni = true}, [](const Attempt& a) {
        auto out = seen(a);
        out.tls.version = TlsVersion::tls1_2;
        return out;
    });
    CHECK(labels(old) == Labels{"", "without-server-name", "foreign-server-name"});
    CHECK(old[1].attempt.handshake.server_name.empty());
    CHECK(old[2].attempt.handshake.server_name == "lyncprobe.invalid");
    CHECK(old[1].attempt.handshake.kind == HandshakeKind::raw_hello);
    CHECK(old[1].attempt.role == AttemptRole::without_sni);

    const auto modern = play(target_of(), {.sni = true}, [](const Attempt& a) {
        auto out = seen(a);
        out.tls.version = TlsVersion::tls1_3;
        return out;
    });
    CHECK(modern[1].attempt.handshake.kind == HandshakeKind::handshake);
    CHECK(modern[1].attempt.probe == Probe::tls);

    auto nameless = target_of();
    nameless.sni = "";
    const auto foreign = play(nameless, {.sni = true}, [](const Attempt& a) { return seen(a); });
    CHECK(labels(foreign) == Labels{"", "foreign-server-name"});
}

TEST_CASE("a certificate shown to another name is not the endpoint's") {
    const auto all = play(target_of(), {.sni = true}, [](const Attempt& a) {
        return !has_own_sni(a.role) ? seen(a) : alert(a);
    });
    CHECK(
        labels(all) == Labels{"", "without-server-name", "foreign-server-name", "raw-hello", "ssl3"}
    );
    CHECK(furthest(all) == 0);
}

TEST_CASE("--mtls-matrix is `mutual: both` for every target with an identity") {
    auto target = target_of();
    CHECK(plan::first_attempt(target, {.mtls = true}).label.empty());
    target.identity = "edge";
    const auto both = play(target, {.mtls = true}, [](const Attempt& a) { return seen(a); });
    CHECK(labels(both) == Labels{"with-client-certificate", "without-client-certificate"});
    target.mutual = Mutual::none;
    CHECK(labels(play(target, {.mtls = true}, [](const Attempt& a) {
              return seen(a);
          })) == Labels{""});
}

TEST_CASE("--inventory: a raw hello alone, a handshake where it showed no certificate") {
    auto target = target_of();
    target.identity = "edge";
    const auto old = play(target, {.inventory = true}, [](const Attempt& a) { return seen(a); });
    CHECK(labels(old) == Labels{"raw-hello"});
    CHECK(old[0].attempt.handshake.identity.empty());
    CHECK(old[0].attempt.role == AttemptRole::primary);

    const auto modern = play(target, {.inventory = true}, [](const Attempt& a) {
        return a.handshake.kind == HandshakeKind::raw_hello ? alert(a, 70) : seen(a);
    });
    CHECK(labels(modern) == Labels{"raw-hello", "handshake"});
    CHECK(furthest(modern) == 1);
    const auto mute = play(target, {.inventory = true}, [](const Attempt& a) { return alert(a); });
    CHECK(labels(mute) == Labels{"raw-hello", "handshake", "ssl3"});

    target.plain = true;
    CHECK(
        plan::first_attempt(target, {.inventory = true}).handshake.kind == HandshakeKind::handshake
    );
}

TEST_CASE("tls12: one raw hello more where TLS 1.3 was chosen, and nothing else") {
    const auto answer = [](const Attempt& attempt) {
        auto out = seen(attempt);
        out.tls.version = TlsVersion::tls1_3;
        return out;
    };
    const auto asked = play(target_of(Probe::federation), {.tls12 = true}, answer);
    REQUIRE(asked.size() == 2);
    CHECK(asked[1].attempt.label == "tls1.2");
    CHECK(asked[1].attempt.handshake.version == 0x0303);
    CHECK(asked[1].attempt.role == AttemptRole::supplementary);
    const auto older =
        play(target_of(Probe::federation), {.tls12 = true}, [](const Attempt& attempt) {
            auto out = seen(attempt);
            out.tls.version = TlsVersion::tls1_2;
            return out;
        });
    CHECK(older.size() == 1);
    CHECK(play(target_of(), {.versions = true, .tls12 = true}, answer).size() == 7);
}

namespace {

Observation posed(Outcome outcome, Stage stage, const std::string& cipher = {}) {
    Observation seen;
    seen.attempt.handshake.as_os = OperatingSystem::windows_server_2012_r2;
    seen.outcome = outcome;
    seen.stage = stage;
    seen.tls.cipher = cipher;
    if (!cipher.empty()) seen.presented = {"certificate"};
    return seen;
}

Target posing() {
    Target target;
    target.host = "sip.contoso.com";
    target.port = 5061;
    target.probe = Probe::sip;
    target.peer_os = OperatingSystem::windows_server_2012_r2;
    return target;
}

} // namespace

TEST_CASE(
    "peer_os: the first attempt poses; a handshake of our own and a raw hello follow a refusal"
) {
    const auto target = posing();
    const auto first = plan::first_attempt(target, {.inventory = true});
    CHECK(first.handshake.as_os == OperatingSystem::windows_server_2012_r2);
    CHECK(first.handshake.kind == HandshakeKind::handshake);
    std::vector<Observation> seen{posed(Outcome::tls_alert, Stage::handshake)};
    const auto own = plan::further_attempts(target, seen);
    REQUIRE(own.size() == 1);
    CHECK(own[0].role == AttemptRole::primary);
    CHECK(own[0].probe == Probe::sip);
    CHECK(own[0].handshake.as_os == OperatingSystem::unknown);
    seen.emplace_back().attempt = own[0];
    seen.back().outcome = Outcome::ok;
    seen.back().stage = Stage::done;
    seen.back().presented = {"certificate"};
    const auto raw = plan::further_attempts(target, seen);
    REQUIRE(raw.size() == 1);
    CHECK(raw[0].label == "raw-hello-as-windows-server-2012-r2");
    CHECK(raw[0].role == AttemptRole::supplementary);
    CHECK(raw[0].probe == Probe::tls);
    seen.emplace_back(posed(Outcome::tls_alert, Stage::handshake)).attempt = raw[0];
    CHECK(plan::further_attempts(target, seen).empty());
}

TEST_CASE("peer_os: a suite that is not certain of the release is left out of one hello more") {
    const auto target = posing();
    std::vector<Observation> seen{
        posed(Outcome::ok, Stage::done, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384")};
    CHECK(plan::further_attempts(target, seen).empty());
    seen = {posed(Outcome::ok, Stage::done, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384")};
    const auto sure = plan::further_attempts(target, seen);
    REQUIRE(sure.size() == 1);
    CHECK(sure[0].handshake.sure_only);
    CHECK(sure[0].handshake.kind == HandshakeKind::raw_hello);
    seen.emplace_back(posed(Outcome::ok, Stage::done, "TLS_RSA_WITH_AES_128_CBC_SHA")).attempt =
        sure[0];
    CHECK(plan::further_attempts(target, seen).empty());
}

TEST_CASE("federation: a second handshake poses beside our own, and says nothing in SIP") {
    auto target = posing();
    target.peer_os = OperatingSystem::unknown;
    target.probe = Probe::federation;
    Observation own;
    own.outcome = Outcome::ok;
    own.stage = Stage::done;
    own.presented = {"certificate"};
    const plan::ProbeVariants variants{.as_os = OperatingSystem::windows_server_2016};
    CHECK(plan::first_attempt(target, variants).handshake.as_os == OperatingSystem::unknown);
    const auto further = plan::further_attempts(target, {own}, variants);
    REQUIRE(further.size() == 1);
    CHECK(further[0].label == "as-windows-server-2016");
    CHECK(further[0].handshake.kind == HandshakeKind::handshake);
    CHECK(further[0].probe == Probe::tls);
    CHECK(further[0].role == AttemptRole::supplementary);
}
