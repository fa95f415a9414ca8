// SPDX-License-Identifier: MIT
// What happens on a connection that is up: cleartext preamble, handshake, conversation. Bytes in,
// bytes out; no socket and no clock, so that every order of events can be tested.
#pragma once

#include "model/observation.h"
#include "probes/probe.h"
#include "tls/handshaker.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace lyncprobe::net {

// Exchange joins a Handshaker and the probe's conversation for one attempt. A raw hello is the end;
// only what comes before TLS is spoken then.
class Exchange {
  public:
    enum class Phase {
        preamble, // the conversation speaks in cleartext
        handshake,
        refusal, // handshake complete; a server may still refuse, our certificate or anything
        conversation,
        over
    };

    // `probe` is null or has no conversation where the handshake is all.
    Exchange(tls::ContextPool::Context&, const HandshakeOptions&, const probes::ProbeInfo* probe, const probes::Peer&);

    void start();
    void receive(std::string_view bytes); // from the peer
    void peer_ended(tls::PeerEnd why);    // FIN, RST, our deadline, a limit, the operator
    void refusal_waited();                // the time in which a refusal would have come is over
    void refusal_time_passed() { refusal_waited_ = true; } // the same, during something else

    // What is to be sent; after each non-empty piece the caller says when it is out. When the
    // exchange is over it is the farewell, for which nothing is waited.
    std::string take_output();
    void output_sent();

    Phase phase() const { return phase_; }
    bool handshake_complete() const { return most_advanced_ >= Phase::refusal; }
    std::chrono::milliseconds listen() const { return listen_; } // at least, in the refusal phase

    // Everything but attempt, timings and what concerns connecting.
    void conclude(Observation& observation) const;

  private:
    // What of the conversation is in cleartext.
    enum class Cleartext : std::uint8_t { none, preamble, all };

    bool tls_begun() const { return most_advanced_ >= Phase::handshake; }
    bool conversing() const { return most_advanced_ == Phase::conversation; } // on top of TLS
    void enter(Phase);
    void begin_handshake();
    void step_handshake();
    void after_handshake();
    void step_refusal();
    void begin_conversation();
    void step_conversation();
    bool take_step();
    std::string take_plaintext();
    bool plaintext_ended() const;
    void finish();

    std::unique_ptr<tls::Handshaker> handshaker_;
    std::unique_ptr<probes::Conversation> conversation_; // null where the handshake is all
    probes::Want want_;
    std::string plain_in_, plain_out_; // in cleartext
    Phase phase_ = Phase::preamble;
    Phase most_advanced_ = Phase::preamble; // before it was over
    Cleartext cleartext_ = Cleartext::none;
    tls::PeerEnd end_ = tls::PeerEnd::open;
    std::chrono::milliseconds listen_{0};
    bool sending_ = false;       // the conversation waits for its bytes to be out
    bool end_delivered_ = false; // the conversation knows of the end of the stream
    bool refusal_waited_ = false;
};

// The end of a conversation laid over the end of its connection: what TLS found out about a refused
// certificate or an alert stands; a connection that was merely cut (or not) is described by the
// conversation if that has an opinion.
void add_conversation(const probes::Answer& answer, Observation& observation);

// The same for a conversation that ended before TLS began.
// `stage`: what this was a part of, the way to TLS or a conversation that needs none.
void conclude_preamble(
    const probes::Answer& answer, tls::PeerEnd end, Observation& observation,
    Stage stage = Stage::preamble
);

// What the protocol itself said of our certificate, laid over what TLS did.
void add_certificate_word(const probes::Answer&, ClientCertificateFacts&);

} // namespace lyncprobe::net
