// SPDX-License-Identifier: MIT
// A TLS client without a socket: ciphertext in, ciphertext out, and everything the server said as
// facts.
#pragma once

#include "model/observation.h"
#include "model/tls_facts.h"
#include "tls/tls_context.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

class TlsClient {
  public:
    // `context` outlives the client.
    TlsClient(ContextPool::Context& context, const HandshakeOptions&);
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    enum class State { handshaking, up, failed, closed };

    // Runs the handshake as far as the bytes go; call once to make the ClientHello, then after each
    // receive().
    State handshake();

    // Gives ciphertext from the peer; it is consumed or copied before the call returns.
    void receive(std::string_view ciphertext);
    void peer_ended(); // no more ciphertext will come

    // Ciphertext to send; empty when there is none. Ownership goes to the caller.
    std::string take_output();

    // Application data. read() gives what is there (possibly nothing) and moves the state on:
    // closed after close_notify or the end of the stream, failed after an alert or a protocol
    // error.
    std::string read();
    void write(std::string_view plaintext);
    bool write_pending() const; // something written waits for the end of a renegotiation
    void close();               // makes our close_notify, without waiting for the peer's

    State state() const;
    bool certificate_requested() const; // so far
    bool refusal_may_follow(
    ) const; // TLS 1.3 and a certificate was requested: wait before calling it accepted
    std::uint64_t bytes_received() const;

    // Snapshots, valid at any time, also after a failure.
    TlsFacts facts() const;
    ClientCertificateFacts client_certificate() const;
    std::vector<std::string> presented(
    ) const;                         // DER, as presented, also when the handshake then failed
    std::string first_bytes() const; // what the peer sent first, at most limits::kFirstBytes
    std::string failure() const;     // OpenSSL's reason in words, empty where none

    struct Impl;
    const Impl& impl() const { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

// The outcome table: what the state of the client and the end of the bytes mean (contract 2).
// Sets outcome, stage, detail, tls, client_certificate, presented, first_bytes of `observation`.
// `conversing`: a conversation had begun; `waited`: the TLS 1.3 refusal was waited for.
void conclude(const TlsClient&, PeerEnd, bool conversing, bool waited, Observation& observation);

} // namespace lyncprobe::tls
