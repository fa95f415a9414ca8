// SPDX-License-Identifier: MIT
// A TLS client without a socket: ciphertext in, ciphertext out, and everything the server said as
// facts.
#pragma once

#include "tls/handshaker.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::tls {

class TlsClient final : public Handshaker {
  public:
    // `context` outlives the client.
    TlsClient(ContextPool::Context& context, const HandshakeOptions&);
    ~TlsClient() override;

    State handshake() override;
    State state() const override;
    void receive(std::string_view ciphertext) override;
    void peer_ended() override;
    std::string take_output() override;

    std::string read() override;
    void write(std::string_view plaintext) override;
    bool write_pending() const override;
    void close() override;

    bool certificate_requested() const; // so far
    bool refusal_may_follow() const override;
    std::uint64_t bytes_received() const;

    // Snapshots, valid at any time, also after a failure.
    TlsFacts facts() const;
    ClientCertificateFacts client_certificate() const;
    std::vector<std::string> presented() const; // DER; also where the handshake then failed
    std::string first_bytes() const; // what the peer sent first, at most limits::kFirstBytes
    std::string failure() const;     // OpenSSL's reason in words, empty where none
    void conclude(const Course&, Observation&) const override;

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

} // namespace lyncprobe::tls
