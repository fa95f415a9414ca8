// SPDX-License-Identifier: MIT
// What happens on a connection that is up: plain preamble, handshake, conversation. Bytes in, bytes
// out; no socket and no clock, so that every order of events can be tested.
#pragma once

#include "model/observation.h"
#include "probes/probe.h"
#include "tls/raw_client.h"
#include "tls/tls_client.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace lyncprobe::net {

// Exchange joins a TlsClient and the probe's conversation for one attempt. A raw hello takes the
// place of the handshake and is the end; only what comes before TLS is spoken then.
class Exchange {
  public:
    enum class Phase {
        preamble, // the conversation speaks in clear text
        handshake,
        refusal, // shaken hands; a server may still refuse, its certificate or anything else
        conversation,
        over
    };

    // `probe` is null or has no conversation where the handshake is all.
    Exchange(tls::ContextPool::Context&, const HandshakeOptions&, const probes::ProbeInfo* probe, const probes::Peer&);

    void start();
    void receive(std::string_view bytes); // from the peer
    void peer_ended(tls::PeerEnd why);    // FIN, RST, our deadline, a limit, the operator
    void refusal_waited();                // the time in which a refusal would have come is over
    void refusal_time_passed() { waited_ = true; } // the same, while something else went on

    // What is to be sent; after each non-empty piece the caller tells when it is out. When the
    // exchange is over it is the farewell, which nobody waits for.
    std::string take_output();
    void output_sent();

    Phase phase() const { return phase_; }
    bool shaken_hands() const { return shaken_hands_; }
    std::chrono::milliseconds listen() const { return listen_; } // at least, in the refusal phase

    // Everything but attempt, timings and what concerns connecting.
    void conclude(Observation& observation) const;

  private:
    void begin_handshake();
    void step_handshake();
    void after_handshake();
    void step_refusal();
    void begin_conversation();
    void step_conversation();
    bool take_step();
    std::string take_plaintext();
    bool plaintext_ended() const;
    bool write_pending() const { return client_ && client_->write_pending(); }
    void finish();

    std::unique_ptr<tls::TlsClient> client_;             // null where no hands are shaken
    std::unique_ptr<tls::RawClient> raw_;                // null but for a raw hello
    std::unique_ptr<probes::Conversation> conversation_; // null where the handshake is all
    probes::Want want_;
    std::string plain_in_, plain_out_; // of the preamble
    Phase phase_ = Phase::handshake;
    tls::PeerEnd end_ = tls::PeerEnd::open;
    std::chrono::milliseconds listen_{0};
    bool plain_first_ = false;
    bool plain_ = false; // TLS never begins
    bool tls_begun_ = false;
    bool shaken_hands_ = false;
    bool conversing_ = false; // the conversation has begun on top of TLS
    bool waited_ = false;
    bool sending_ = false;  // the conversation waits for its bytes to be out
    bool told_end_ = false; // the conversation knows of the end of the stream
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

} // namespace lyncprobe::net
