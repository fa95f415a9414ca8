// SPDX-License-Identifier: MIT
// The steps of one exchange, and the small tables that say how a conversation and its connection
// end together.
#include "net/exchange.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::net {

using probes::Conclusion;
using probes::Received;
using probes::Want;
using tls::Handshaker;
using tls::PeerEnd;

namespace {

struct Ending {
    Outcome outcome;
    std::string_view detail;
};

Ending ending(PeerEnd end) {
    switch (end) {
    case PeerEnd::reset: return {Outcome::reset, "reset by the server"};
    case PeerEnd::timeout: return {Outcome::timeout, "no answer in time"};
    case PeerEnd::limit: return {Outcome::limit_exceeded, "the server sent more than is accepted"};
    case PeerEnd::interrupted: return {Outcome::interrupted, "interrupted"};
    case PeerEnd::open:
    case PeerEnd::end_of_stream: break;
    }
    return {Outcome::closed, "closed by the server"};
}

// Nothing where the conversation did not come to an end of its own: how the connection ended
// counts.
std::optional<Outcome> outcome_of(Conclusion conclusion) {
    switch (conclusion) {
    case Conclusion::finished: return Outcome::ok;
    case Conclusion::protocol_error: return Outcome::protocol_error;
    case Conclusion::limit_exceeded: return Outcome::limit_exceeded;
    case Conclusion::starttls_refused: return Outcome::starttls_refused;
    case Conclusion::tls_alert: return Outcome::tls_alert;
    case Conclusion::unfinished: break;
    }
    return std::nullopt;
}

void set(Observation& observation, Outcome outcome, Stage stage, std::string_view detail) {
    observation.outcome = outcome;
    observation.stage = stage;
    observation.detail = detail;
}

} // namespace

Exchange::Exchange(
    tls::ContextPool::Context& context, const HandshakeOptions& options,
    const probes::ProbeInfo* probe, const probes::Peer& peer
)
    : handshaker_(Handshaker::make(context, options)) {
    if (probe == nullptr) return;
    listen_ = probe->listen;
    if (probe->converse == nullptr) return;
    // After a raw hello there is no TLS to converse on; what comes before it is spoken all the
    // same, because without STARTTLS a server does not listen to a hello.
    if (options.kind == HandshakeKind::raw_hello && !probe->plain_first) return;
    conversation_ = probe->converse(peer);
    cleartext_ = peer.target->plain   ? Cleartext::all
                 : probe->plain_first ? Cleartext::preamble
                                      : Cleartext::none;
}

void Exchange::start() {
    if (cleartext_ == Cleartext::none) return begin_handshake();
    want_ = conversation_->start();
    step_conversation();
}

void Exchange::enter(Phase phase) {
    phase_ = phase;
    if (phase != Phase::over) most_advanced_ = phase;
}

void Exchange::receive(std::string_view bytes) {
    if (phase_ == Phase::over) return;
    if (phase_ == Phase::preamble)
        plain_in_ += bytes;
    else
        handshaker_->receive(bytes);
    switch (phase_) {
    case Phase::handshake: return step_handshake();
    case Phase::refusal: return step_refusal();
    default: return step_conversation();
    }
}

void Exchange::peer_ended(PeerEnd why) {
    if (phase_ == Phase::over) return;
    end_ = why;
    // After a FIN what came before it still counts, and the conversation may make sense of it.
    if (why == PeerEnd::end_of_stream) {
        if (tls_begun()) handshaker_->peer_ended();
        sending_ = false; // what could not be sent is not missed
        if (phase_ == Phase::handshake) step_handshake();
        if (phase_ == Phase::refusal) step_refusal();
        if (phase_ == Phase::preamble || phase_ == Phase::conversation) step_conversation();
    }
    enter(Phase::over);
}

void Exchange::refusal_waited() {
    if (phase_ != Phase::refusal) return;
    refusal_waited_ = true;
    finish();
}

// Cleartext goes first: it was written before TLS began.
std::string Exchange::take_output() {
    if (!plain_out_.empty()) return std::exchange(plain_out_, {});
    return tls_begun() ? handshaker_->take_output() : std::string();
}

// In the middle of a renegotiation libssl has taken nothing of the conversation's bytes yet, so
// they are not out, whatever was sent.
void Exchange::output_sent() {
    if (!sending_ || phase_ == Phase::over || handshaker_->write_pending()) return;
    sending_ = false;
    want_ = conversation_->on({.kind = Received::Kind::sent});
    step_conversation();
}

void Exchange::begin_handshake() {
    enter(Phase::handshake);
    // A server that sends TLS right behind its last cleartext has not waited for our hello.
    if (!plain_in_.empty()) {
        handshaker_->handshake();
        handshaker_->receive(std::exchange(plain_in_, {}));
    }
    step_handshake();
}

void Exchange::step_handshake() {
    switch (handshaker_->handshake()) {
    case Handshaker::State::handshaking: return;
    case Handshaker::State::up: return after_handshake();
    case Handshaker::State::failed:
    case Handshaker::State::closed: return enter(Phase::over);
    }
}

void Exchange::after_handshake() {
    enter(Phase::refusal);
    // A conversation finds out by itself whether the server refuses: it gets no answer.
    if (conversation_) return begin_conversation();
    if (!handshaker_->refusal_may_follow() && listen_.count() == 0) finish();
}

// Whatever the server says here, only a refusal or a close matters.
void Exchange::step_refusal() {
    while (!handshaker_->read().empty()) {
    }
    if (handshaker_->state() != Handshaker::State::up) enter(Phase::over);
}

void Exchange::begin_conversation() {
    enter(Phase::conversation);
    want_ = cleartext_ == Cleartext::none ? conversation_->start()
                                          : conversation_->on({.kind = Received::Kind::tls_up});
    step_conversation();
}

void Exchange::step_conversation() {
    // A request in the middle of a renegotiation goes out only after what the server says to it.
    while (sending_ && handshaker_->write_pending()) {
        const auto text = handshaker_->read();
        plain_in_ += text;
        if (handshaker_->state() == Handshaker::State::failed) enter(Phase::over);
        if (text.empty()) break;
    }
    while (!sending_ && take_step()) {
    }
}

// One want of the conversation; false where it has to wait or the exchange is over.
bool Exchange::take_step() {
    if (phase_ != Phase::preamble && phase_ != Phase::conversation) return false;
    switch (want_.kind) {
    case Want::Kind::done: finish(); return false;
    case Want::Kind::start_tls: begin_handshake(); return false;
    case Want::Kind::send:
        if (tls_begun())
            handshaker_->write(want_.bytes);
        else
            plain_out_ += want_.bytes;
        sending_ = true;
        return false;
    case Want::Kind::receive: break;
    }
    const std::string plaintext = take_plaintext();
    if (!plaintext.empty()) {
        want_ = conversation_->on({.kind = Received::Kind::bytes, .bytes = plaintext});
        return true;
    }
    if (!plaintext_ended()) return false;
    // A conversation that still wants bytes after it was told of the end cannot go on.
    if (end_delivered_ || (tls_begun() && handshaker_->state() == Handshaker::State::failed)) {
        enter(Phase::over);
        return false;
    }
    end_delivered_ = true;
    want_ = conversation_->on({.kind = Received::Kind::end_of_stream});
    return true;
}

std::string Exchange::take_plaintext() {
    if (!tls_begun() || !plain_in_.empty()) return std::exchange(plain_in_, {});
    return handshaker_->read();
}

bool Exchange::plaintext_ended() const {
    return end_ != PeerEnd::open || (tls_begun() && handshaker_->state() != Handshaker::State::up);
}

// Our side has what it wanted.
void Exchange::finish() {
    if (tls_begun()) handshaker_->close();
    enter(Phase::over);
}

void Exchange::conclude(Observation& observation) const {
    const probes::Answer answer = conversation_ ? conversation_->answer() : probes::Answer();
    if (!tls_begun()) {
        conclude_preamble(
            answer, end_, observation,
            cleartext_ == Cleartext::all ? Stage::conversation : Stage::preamble
        );
    } else {
        handshaker_->conclude(
            {.end = end_, .conversing = conversing(), .refusal_waited = refusal_waited_},
            observation
        );
        if (conversing()) add_conversation(answer, observation);
    }
    // What a conversation means to ask was not asked where it never began.
    if (conversing() || cleartext_ != Cleartext::none) {
        observation.answer = answer.facts;
        observation.given = answer.certificates;
        observation.given_at = answer.certificates_from;
        observation.unanswered = answer.unanswered;
    }
    add_certificate_word(answer, observation.client_certificate);
}

// HTTP may refuse a certificate that TLS took, in words of its own.
void add_certificate_word(const probes::Answer& answer, ClientCertificateFacts& facts) {
    if (!facts.requested) return;
    if (!answer.certificate_refusal.empty() && !facts.presented.empty()) {
        facts.accepted = false;
        facts.refusal = answer.certificate_refusal;
    }
    if (answer.certificate_missing && facts.presented.empty()) facts.required = true;
}

void add_conversation(const probes::Answer& answer, Observation& observation) {
    const bool cut =
        observation.stage == Stage::conversation &&
        (observation.outcome == Outcome::closed || observation.outcome == Outcome::reset ||
         observation.outcome == Outcome::timeout);
    if (observation.outcome != Outcome::ok && !cut) return;
    if (const auto outcome = outcome_of(answer.conclusion)) {
        const auto stage = *outcome == Outcome::ok                 ? Stage::done
                           : *outcome == Outcome::starttls_refused ? Stage::preamble
                                                                   : Stage::conversation;
        return set(observation, *outcome, stage, answer.detail);
    }
    // Whoever ended it, it did not come to its end. A conversation that gives up on its own is cut
    // by us.
    if (cut) return;
    set(observation, Outcome::closed, Stage::conversation,
        "the server ended the conversation before it was finished");
}

void conclude_preamble(
    const probes::Answer& answer, PeerEnd end, Observation& observation, Stage stage
) {
    observation.pseudo_tls = answer.pseudo_tls; // also where what followed did not go well
    if (answer.conclusion == Conclusion::finished) observation.plain = answer.plain;
    if (const auto outcome = outcome_of(answer.conclusion))
        return set(
            observation, *outcome, *outcome == Outcome::ok ? Stage::done : stage, answer.detail
        );
    const Ending how = ending(end);
    const auto detail =
        answer.detail.empty()
            ? std::string(how.detail) + (stage == Stage::preamble ? " before TLS began" : "")
            : fmt::format("{}: {}", how.detail, answer.detail);
    set(observation, how.outcome, stage, detail);
}

} // namespace lyncprobe::net
