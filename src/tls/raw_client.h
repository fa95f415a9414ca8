// SPDX-License-Identifier: MIT
// Says hello, reads the server's flight in clear text and leaves: no handshake and no libssl, so it
// also sees servers that have nothing but what libssl gave up.
#pragma once

#include "codec/raw_hello.h"
#include "model/observation.h"
#include "tls/handshake_log.h"
#include "tls/tls_client.h"
#include "tls/tls_context.h"

#include <string>
#include <string_view>

namespace lyncprobe::tls {

// RawClient has no socket either: bytes in, bytes out.
class RawClient {
  public:
    // `context` outlives the client; nothing of it is offered.
    RawClient(ContextPool::Context& context, const HandshakeOptions&);

    void start(); // makes the hello
    void receive(std::string_view bytes);
    bool over() const { return flight_.state() != codec::ServerFlight::State::reading; }
    std::string take_output();

    // Sets outcome, stage, detail, tls, client_certificate, presented, first_bytes; `end` counts
    // where the flight was not read to its end.
    void conclude(PeerEnd end, Observation& observation) const;

  private:
    struct Ending;
    void take_in();
    void leave();
    TlsFacts facts() const;
    Ending judge(PeerEnd end) const;
    Ending answered() const;
    Ending cut(PeerEnd end) const;

    ContextPool::Context& context_;
    std::string server_name_;
    std::uint16_t offered_;
    codec::ServerFlight flight_;
    HandshakeLog log_;
    std::string output_, first_bytes_;
    std::uint32_t staple_bytes_ = 0;
};

} // namespace lyncprobe::tls
