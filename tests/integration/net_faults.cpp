// SPDX-License-Identifier: MIT
// What the engine says of servers that misbehave, over real sockets on loopback.
#include "integration/net_support.h"
#include "model/limits.h"
#include "support/bad_answers.h"
#include "support/process.h"

#include <doctest/doctest.h>
using namespace lyncprobe;
using namespace lyncprobe::net_test;
using lyncprobe::test::kSanitized;
using namespace std::chrono_literals;

namespace {

// A second is enough for a handshake, and what hangs hangs no longer.
net::EngineOptions quick() {
    net::EngineOptions options;
    options.timeout = 1s;
    options.connect_timeout = 500ms;
    return options;
}

Observation probe(
    const lab::ServerSpec& spec, Probe probe = Probe::tls, net::EngineOptions options = quick()
) {
    lab::Lab lab;
    const auto results = run({target("127.0.0.1", start(lab, spec), probe)}, options);
    CHECK(results.seconds < 3);
    return results.only();
}

Observation probe_fault(const lab::Faults& faults, Probe as = Probe::tls) {
    auto spec = server(faults);
    spec.speaks_sip = as == Probe::sip;
    return probe(spec, as);
}

} // namespace

TEST_CASE("net: a good server is ok, with its chain and timings") {
    const auto seen = probe_fault({});
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.stage == Stage::done);
    REQUIRE(seen.presented.size() == 1);
    CHECK(seen.presented.front() == certificate().certificate_der);
    CHECK(seen.tls.handshake_done);
    CHECK(seen.timings.connect > 0);
    CHECK(seen.timings.handshake > 0);
    CHECK(seen.timings.conversation == 0);
    CHECK(seen.timings.total >= seen.timings.connect + seen.timings.handshake);
    CHECK(seen.timings.total < 1000);
}

TEST_CASE("net: a SIP server answers the conversation") {
    const auto seen = probe_fault({}, Probe::sip);
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.stage == Stage::done);
    CHECK(seen.answer.text("server").starts_with("RTC/5.0"));
    CHECK(seen.timings.conversation > 0);
}

TEST_CASE("net: a port where nothing listens refuses at once") {
    const DeadSocket bound(DeadSocket::Kind::not_listening);
    const auto results = run({target("127.0.0.1", bound.port())}, quick());
    CHECK(results.only().outcome == Outcome::refused);
    CHECK(results.only().stage == Stage::connect);
    CHECK(results.endpoints.front().attempts == 1);
    CHECK(results.seconds < 0.4);
}

TEST_CASE("net: a dropped connection request ends at the connect time-out") {
    const DeadSocket blackhole(DeadSocket::Kind::full_queue);
    const auto results = run({target("127.0.0.1", blackhole.port())}, quick());
    CHECK(results.only().outcome == Outcome::connect_timeout);
    CHECK(results.only().stage == Stage::connect);
    CHECK(results.seconds >= 0.45);
    CHECK(results.seconds < 0.95); // well before the endpoint's own deadline
}

TEST_CASE("net: retries after a connect time-out stay inside the deadline") {
    const DeadSocket blackhole(DeadSocket::Kind::full_queue);
    auto options = quick();
    options.retries = 5;
    const auto results = run({target("127.0.0.1", blackhole.port())}, options);
    CHECK(results.only().outcome == Outcome::connect_timeout);
    CHECK(results.endpoints.front().attempts == 2);
    CHECK(results.seconds < 1.5);
}

TEST_CASE("net: a reset is tried again as often as asked, a refusal never") {
    auto options = quick();
    options.retries = 2;
    lab::Lab lab;
    const auto reset =
        run({target("127.0.0.1", start(lab, server({.reset_after_hello = true})))}, options);
    CHECK(reset.only().outcome == Outcome::reset);
    CHECK(reset.endpoints.front().attempts == 4); // and one raw hello, once
    CHECK(reset.endpoints.front().observations.back().attempt.label == "raw-hello");
    const DeadSocket bound(DeadSocket::Kind::not_listening);
    CHECK(run({target("127.0.0.1", bound.port())}, options).endpoints.front().attempts == 1);
}

TEST_CASE("net: silence, a close and a reset are told apart") {
    CHECK(probe_fault({.silent = true}).outcome == Outcome::timeout);
    CHECK(probe_fault({.silent = true}).stage == Stage::handshake);
    CHECK(probe_fault({.close_on_accept = true}).outcome == Outcome::closed);
    CHECK(probe_fault({.close_after_hello = true}).outcome == Outcome::closed);
    CHECK(probe_fault({.reset_on_accept = true}).outcome == Outcome::reset);
    CHECK(probe_fault({.reset_after_hello = true}).outcome == Outcome::reset);
}

TEST_CASE("net: a fatal alert wins over the end of the connection behind it") {
    const auto seen = probe_fault({.alert = 40});
    CHECK(seen.outcome == Outcome::tls_alert);
    CHECK(seen.stage == Stage::handshake);
    REQUIRE(seen.tls.alerts.size() == 1);
    CHECK(seen.tls.alerts.front().code == 40);
}

TEST_CASE(
    "net: an alert wins over the reset behind it, also when it came before our ClientHello was out"
) {
    const std::string alert("\x15\x03\x03\x00\x02\x02\x46", 7); // fatal protocol_version(70)
    for (const bool listens : {true, false}) {
        const Sayer sayer(alert, listens);
        for (int i = 0; i < 50; ++i) {
            const auto results = run({target("127.0.0.1", sayer.port())}, quick());
            CAPTURE(results.only().detail);
            REQUIRE(results.only().outcome == Outcome::tls_alert);
        }
    }
}

TEST_CASE("net: nobody may send more than the byte limit while a refusal is waited for") {
    auto spec = server({.flood = lab::Flood::data});
    spec.client_certificates = lab::ClientCertificates::optional;
    spec.client_ca_pem = {certificate().certificate_pem};
    spec.min_version = 0x0304;
    auto options = quick();
    options.timeout = 20s;
    // A busy machine may be too slow to send so much within the wait.
    auto seen = probe(spec, Probe::tls, options);
    for (int tries = 1; seen.outcome == Outcome::ok && tries < 20; ++tries)
        seen = probe(spec, Probe::tls, options);
    // Under the thread sanitizer nothing is fast enough.
    if (!kSanitized) CHECK(seen.outcome == Outcome::limit_exceeded);
    CHECK(seen.presented.size() == 1);
}

TEST_CASE("net: what answers without TLS is quoted") {
    const auto seen = probe_fault({.plain_http = true});
    CHECK(seen.outcome == Outcome::not_tls);
    CHECK(seen.first_bytes.starts_with("HTTP/1.1 400"));
}

TEST_CASE("net: a byte now and then does not move the deadline") {
    const auto seen = probe_fault({.byte_every_ms = 100});
    CHECK(seen.outcome == Outcome::timeout);
    CHECK(seen.timings.total >= 900);
    CHECK(seen.timings.total < 1500);
}

TEST_CASE("net: the chain is kept when the handshake fails after it") {
    auto spec = server({.close_after_certificate = true});
    spec.max_version = 0x0303;
    const auto seen = probe(spec);
    CHECK(seen.outcome == Outcome::closed);
    CHECK(seen.presented.size() == 1);
}

TEST_CASE("net: a conversation cut short says how, at the stage conversation") {
    const auto silent = probe_fault({.silent_after_handshake = true}, Probe::sip);
    CHECK(silent.outcome == Outcome::timeout);
    CHECK(silent.stage == Stage::conversation);
    const auto closed = probe_fault({.close_after_handshake = true}, Probe::sip);
    CHECK(closed.outcome == Outcome::closed);
    CHECK(closed.stage == Stage::conversation);
    CHECK(closed.presented.size() == 1);
}

TEST_CASE("net: an answer that is no SIP, or no end of it, has its own outcome") {
    const auto garbage = probe_fault(lab::answering(lab::BadAnswer::sip_garbage), Probe::sip);
    CHECK(garbage.outcome == Outcome::protocol_error);
    CHECK(garbage.stage == Stage::conversation);
    const auto endless =
        probe_fault(lab::answering(lab::BadAnswer::sip_endless_headers), Probe::sip);
    CHECK(endless.outcome == Outcome::limit_exceeded);
    CHECK(endless.stage == Stage::conversation);
}

TEST_CASE("net: a demand for a client certificate is seen in TLS 1.2 and in TLS 1.3") {
    for (const int version : {0x0303, 0x0304})
        for (const Probe as : {Probe::tls, Probe::sip}) {
            auto spec = server();
            spec.client_certificates = lab::ClientCertificates::required;
            spec.client_ca_pem = {certificate().certificate_pem};
            spec.min_version = spec.max_version = version;
            spec.speaks_sip = true;
            const auto seen = probe(spec, as);
            CAPTURE(version);
            CHECK(seen.outcome == Outcome::client_certificate_required);
            CHECK(seen.stage == Stage::client_auth);
            CHECK(seen.presented.size() == 1);
        }
}

TEST_CASE("net: a server that asks without insisting is waited for, and then it is ok") {
    auto spec = server();
    spec.client_certificates = lab::ClientCertificates::optional;
    spec.client_ca_pem = {certificate().certificate_pem};
    spec.min_version = 0x0304;
    const auto seen = probe(spec);
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.client_certificate.requested);
    CHECK(seen.client_certificate.required == false);
    CHECK(seen.timings.total >= 200);
    CHECK(seen.timings.total < 900);
}

TEST_CASE("net: a flood ends at the byte limit or harmlessly, never hangs") {
    auto options = quick();
    options.timeout = 20s;
    auto spec = server({.flood = lab::Flood::data});
    spec.speaks_sip = true;
    lab::Lab lab;
    const auto port = start(lab, spec);
    const auto results =
        run({target("127.0.0.1", port), target("127.0.0.1", port, Probe::sip)}, options);
    REQUIRE(results.endpoints.size() == 2);
    for (const auto& endpoint : results.endpoints) {
        const auto& seen = endpoint.observations.back();
        CAPTURE(to_text(seen.outcome));
        CHECK(seen.presented.size() == 1);
        if (seen.attempt.probe == Probe::tls)
            CHECK(seen.outcome == Outcome::ok);
        else
            CHECK(
                (seen.outcome == Outcome::protocol_error || seen.outcome == Outcome::limit_exceeded)
            );
    }
    CHECK(results.seconds < 10);
}

TEST_CASE("net: an attempt has no more seconds than its target says") {
    lab::Lab lab;
    auto slow = target("127.0.0.1", start(lab, server({.silent = true})));
    slow.timeout = 300ms;
    auto options = quick();
    options.timeout = 800ms;
    CHECK(run({slow}, options).seconds < 0.7);
}
