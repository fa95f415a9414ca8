// SPDX-License-Identifier: MIT
// What makes a server show its certificate, without a socket: ciphertext in, ciphertext out.
#pragma once

#include "model/observation.h"
#include "tls/tls_context.h"

#include <memory>
#include <string>
#include <string_view>

namespace lyncprobe::tls {

// How the bytes from the peer ended, as the socket saw it.
enum class PeerEnd {
    open,          // still connected
    end_of_stream, // FIN
    reset,         // RST
    timeout,       // our deadline
    limit,         // more bytes than we accept
    interrupted    // the operator stopped the run
};

// Handshaker is a TLS client (tls_client.h), on whose connection application data may follow, or a
// hello of our own after whose answer we leave (raw_client.h).
class Handshaker {
  public:
    // As `options` say. `context` outlives the handshaker.
    static std::unique_ptr<Handshaker> make(
        ContextPool::Context& context, const HandshakeOptions& options
    );
    virtual ~Handshaker() = default;
    Handshaker(const Handshaker&) = delete;
    Handshaker& operator=(const Handshaker&) = delete;

    enum class State {
        handshaking,
        up,     // handshake complete; never after a raw hello
        failed, // by an alert or an error
        closed  // nothing more is wanted of the peer, or it has ended
    };
    // Runs the handshake as far as the bytes go; call once to make the ClientHello, then after each
    // receive().
    virtual State handshake() = 0;
    virtual State state() const = 0;

    // Gives ciphertext from the peer; it is consumed or copied before the call returns.
    virtual void receive(std::string_view ciphertext) = 0;
    virtual void peer_ended() {} // no more ciphertext will come
    // Ciphertext to send; empty when there is none. Ownership goes to the caller.
    virtual std::string take_output() = 0;

    // Application data. read() gives what is there (possibly nothing) and moves the state on:
    // closed after close_notify or the end of the stream, failed after an alert or a protocol
    // error.
    virtual std::string read() { return {}; }
    virtual void write(std::string_view /*plaintext*/) {}
    virtual bool write_pending() const { return false; } // until the end of a renegotiation
    virtual void close() {} // makes our close_notify, without waiting for the peer's

    // After the handshake the server may still refuse our certificate, or that we have none: TLS
    // 1.3, where it is one round trip late.
    virtual bool refusal_may_follow() const { return false; }

    // What of the course of a connection cannot be seen in its bytes.
    struct Course {
        PeerEnd end = PeerEnd::open;
        bool conversing = false;     // a conversation had begun on top of TLS
        bool refusal_waited = false; // the time in which a refusal would have come is over
    };
    // The outcome table (contract 2): sets outcome, stage, detail, tls, client_certificate,
    // presented, pseudo_tls and first_bytes. At any time, also after a failure.
    virtual void conclude(const Course&, Observation&) const = 0;

  protected:
    Handshaker() = default;
};

} // namespace lyncprobe::tls
