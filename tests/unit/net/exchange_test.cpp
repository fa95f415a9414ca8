// SPDX-License-Identifier: MIT
// The end of a conversation together with the end of its connection, and conversations in clear
// text.
#include "net/exchange.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using net::Exchange;
using probes::Answer;
using probes::Conclusion;
using probes::Received;
using probes::Want;
using tls::PeerEnd;

namespace {

Observation seen(Outcome outcome, Stage stage) {
    Observation observation;
    observation.outcome = outcome;
    observation.stage = stage;
    observation.detail = "as TLS saw it";
    return observation;
}

Observation without_tls(Answer answer) {
    Observation observation;
    net::conclude_preamble(answer, PeerEnd::open, observation);
    return observation;
}

Observation with(Conclusion conclusion, Outcome outcome, Stage stage) {
    Observation observation = seen(outcome, stage);
    net::add_conversation(
        Answer{.conclusion = conclusion, .detail = "as the conversation saw it"}, observation
    );
    return observation;
}

// Greeter asks in clear text and is content with "yes"; "tls" makes it turn to TLS.
class Greeter final : public probes::Conversation {
  public:
    Want start() override { return {Want::Kind::send, "hello?"}; }
    Want on(const Received& received) override {
        log += received.kind == Received::Kind::sent    ? 's'
               : received.kind == Received::Kind::bytes ? 'b'
                                                        : 'e';
        if (received.kind == Received::Kind::sent) return {Want::Kind::receive};
        if (received.kind != Received::Kind::bytes) return {Want::Kind::done};
        text += received.bytes;
        if (text == "tls") return {Want::Kind::start_tls};
        if (text != "yes") return {Want::Kind::receive};
        conclusion = Conclusion::finished;
        return {Want::Kind::done};
    }
    Answer answer() const override {
        Facts facts;
        facts.set("log", log);
        return {.conclusion = conclusion, .detail = "greeted", .facts = facts, .plain = true};
    }

  private:
    std::string text, log;
    Conclusion conclusion = Conclusion::unfinished;
};

const probes::ProbeInfo kGreeter{
    .id = Probe::xmpp,
    .summary = "greets",
    .plain_first = true,
    .converse = [](const probes::Peer&) -> std::unique_ptr<probes::Conversation> {
        return std::make_unique<Greeter>();
    }};

// Plain is an exchange with a Greeter.
struct Plain {
    Plain() { exchange.start(); }
    Observation conclude() const {
        Observation observation;
        exchange.conclude(observation);
        return observation;
    }
    tls::ContextPool contexts;
    Target target;
    Exchange exchange{contexts.get({}), {}, &kGreeter, probes::Peer{.target = &target}};
};

} // namespace

TEST_CASE("exchange: a conversation's own conclusion wins over a mere end of the connection") {
    for (const auto outcome : {Outcome::closed, Outcome::reset, Outcome::timeout}) {
        CHECK(with(Conclusion::finished, outcome, Stage::conversation).outcome == Outcome::ok);
        CHECK(with(Conclusion::finished, outcome, Stage::conversation).stage == Stage::done);
        CHECK(
            with(Conclusion::protocol_error, outcome, Stage::conversation).outcome ==
            Outcome::protocol_error
        );
        CHECK(
            with(Conclusion::limit_exceeded, outcome, Stage::conversation).outcome ==
            Outcome::limit_exceeded
        );
        CHECK(with(Conclusion::unfinished, outcome, Stage::conversation).outcome == outcome);
        CHECK(with(Conclusion::unfinished, outcome, Stage::conversation).detail == "as TLS saw it");
    }
}

TEST_CASE("exchange: what TLS found out stands, whatever the conversation says") {
    for (const auto outcome :
         {Outcome::client_certificate_required, Outcome::client_certificate_rejected,
          Outcome::tls_alert, Outcome::tls_failure, Outcome::interrupted, Outcome::limit_exceeded})
        for (const auto conclusion :
             {Conclusion::unfinished, Conclusion::protocol_error, Conclusion::finished})
            CHECK(with(conclusion, outcome, Stage::client_auth).outcome == outcome);
    CHECK(with(Conclusion::unfinished, Outcome::reset, Stage::handshake).stage == Stage::handshake);
}

TEST_CASE("exchange: a conversation that never finished is not ok") {
    const auto observation = with(Conclusion::unfinished, Outcome::ok, Stage::done);
    CHECK(observation.outcome == Outcome::closed);
    CHECK(observation.stage == Stage::conversation);
    CHECK(
        with(Conclusion::protocol_error, Outcome::ok, Stage::done).outcome ==
        Outcome::protocol_error
    );
    CHECK(
        with(Conclusion::protocol_error, Outcome::ok, Stage::done).detail ==
        "as the conversation saw it"
    );
}

TEST_CASE("exchange: a conversation in clear text that never turns to TLS is plain by design") {
    Plain plain;
    CHECK(plain.exchange.phase() == Exchange::Phase::preamble);
    CHECK(plain.exchange.take_output() == "hello?");
    plain.exchange.output_sent();
    plain.exchange.receive("y");
    CHECK(plain.exchange.phase() == Exchange::Phase::preamble);
    plain.exchange.receive("es");
    CHECK(plain.exchange.phase() == Exchange::Phase::over);
    const auto observation = plain.conclude();
    CHECK(observation.outcome == Outcome::ok);
    CHECK(observation.stage == Stage::done);
    CHECK(observation.plain);
    CHECK(!observation.pseudo_tls); // only a conversation that says so spoke that
    CHECK(judged(observation));
    CHECK(observation.answer.text("log") == "sbb");
}

TEST_CASE("exchange: bytes that come before ours are out wait for the conversation") {
    Plain plain;
    plain.exchange.receive("yes");
    CHECK(plain.exchange.phase() == Exchange::Phase::preamble);
    CHECK(plain.exchange.take_output() == "hello?");
    plain.exchange.output_sent();
    CHECK(plain.exchange.phase() == Exchange::Phase::over);
    CHECK(plain.conclude().answer.text("log") == "sb");
}

TEST_CASE("exchange: after a preamble the ClientHello follows") {
    Plain plain;
    plain.exchange.take_output();
    plain.exchange.output_sent();
    plain.exchange.receive("tls");
    CHECK(plain.exchange.phase() == Exchange::Phase::handshake);
    const std::string hello = plain.exchange.take_output();
    REQUIRE(hello.size() > 5);
    CHECK(hello.starts_with("\x16\x03")); // a handshake record, RFC 8446 5.1
    plain.exchange.peer_ended(PeerEnd::end_of_stream);
    const auto observation = plain.conclude();
    CHECK(observation.outcome == Outcome::closed);
    CHECK(observation.stage == Stage::handshake);
}

TEST_CASE("exchange: each end of a preamble has its outcome and tells the conversation once at most"
) {
    const auto ended = [](PeerEnd end) {
        Plain plain;
        plain.exchange.take_output();
        plain.exchange.output_sent();
        plain.exchange.peer_ended(end);
        CHECK(plain.exchange.phase() == Exchange::Phase::over);
        return plain.conclude();
    };
    CHECK(ended(PeerEnd::end_of_stream).outcome == Outcome::closed);
    CHECK(ended(PeerEnd::end_of_stream).answer.text("log") == "se");
    CHECK(ended(PeerEnd::reset).outcome == Outcome::reset);
    CHECK(ended(PeerEnd::reset).answer.text("log") == "s");
    CHECK(ended(PeerEnd::timeout).outcome == Outcome::timeout);
    CHECK(ended(PeerEnd::limit).outcome == Outcome::limit_exceeded);
    CHECK(ended(PeerEnd::interrupted).outcome == Outcome::interrupted);
    CHECK(ended(PeerEnd::timeout).stage == Stage::preamble);
}

TEST_CASE("exchange: pseudo-TLS and an alert in clear text are what the conversation says they are"
) {
    const auto edge = without_tls({.conclusion = Conclusion::finished, .pseudo_tls = true});
    CHECK(edge.outcome == Outcome::ok);
    CHECK(edge.pseudo_tls);
    CHECK(!edge.plain);
    const auto refused = without_tls({.conclusion = Conclusion::finished});
    CHECK(refused.outcome == Outcome::ok);
    CHECK(!judged(refused)); // nothing was shown, and that is not by design
    const auto server = without_tls({.conclusion = Conclusion::tls_alert, .detail = "alert 40"});
    CHECK(server.outcome == Outcome::tls_alert);
    CHECK(server.stage == Stage::preamble);
    CHECK(server.detail == "alert 40");
    CHECK(!judged(server));
}

TEST_CASE("exchange: a preamble that was cut short says what was missed, and what was spoken") {
    const auto silent = without_tls({.detail = "the question has no answer", .pseudo_tls = true});
    CHECK(silent.outcome == Outcome::closed);
    CHECK(silent.detail == "closed by the server: the question has no answer");
    CHECK(silent.pseudo_tls);
    CHECK(without_tls({}).detail == "closed by the server before TLS began");
}

TEST_CASE("exchange: a raw hello takes the place of the handshake, also after a preamble") {
    tls::ContextPool contexts;
    const Target target;
    const HandshakeOptions raw{.kind = HandshakeKind::raw_hello};
    const std::string done = "\x16\x03\x03" + std::string("\0\x2e", 2) +
                             std::string("\x02\0\0\x26\x03\x03", 6) + std::string(32, 'r') +
                             std::string("\0\0\x05\0\x0e\0\0\0", 8);
    for (const auto* probe : {static_cast<const probes::ProbeInfo*>(nullptr), &kGreeter}) {
        Exchange exchange(contexts.get({}), raw, probe, probes::Peer{.target = &target});
        exchange.start();
        if (probe != nullptr) {
            CHECK(exchange.take_output() == "hello?");
            exchange.output_sent();
            exchange.receive("tls");
        }
        CHECK(exchange.take_output().starts_with(std::string("\x16\x03\x01", 3)));
        CHECK(exchange.phase() == Exchange::Phase::handshake);
        exchange.receive(done);
        CHECK(exchange.phase() == Exchange::Phase::over);
        CHECK(!exchange.handshake_complete());
        CHECK(exchange.take_output().size() == 14); // user_canceled, close_notify
        Observation observation;
        exchange.conclude(observation);
        CHECK(observation.outcome == Outcome::ok);
        CHECK(observation.tls.cipher == "TLS_RSA_WITH_RC4_128_SHA");
        CHECK(observation.answer.empty() == (probe == nullptr));
    }
}

TEST_CASE("exchange: nothing is conversed about behind a raw hello") {
    auto sip = kGreeter;
    sip.plain_first = false;
    const Target target;
    tls::ContextPool contexts;
    Exchange exchange(
        contexts.get({}), {.kind = HandshakeKind::raw_hello}, &sip, probes::Peer{.target = &target}
    );
    exchange.start();
    CHECK(exchange.take_output().starts_with("\x16"));
    exchange.peer_ended(PeerEnd::reset);
    CHECK(exchange.phase() == Exchange::Phase::over);
    Observation observation;
    exchange.conclude(observation);
    CHECK(observation.outcome == Outcome::reset);
    CHECK(observation.answer.empty());
}
