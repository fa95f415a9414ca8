// SPDX-License-Identifier: MIT
// Says hello, reads the server's flight in cleartext and leaves: no handshake and no libssl, so it
// also sees servers that have nothing but what libssl gave up.
#pragma once

#include "codec/raw_hello.h"
#include "model/observation.h"
#include "tls/handshake_transcript.h"
#include "tls/handshaker.h"

#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::tls {

class RawClient final : public Handshaker {
  public:
    // `context` outlives the client; nothing of it is offered.
    RawClient(ContextPool::Context& context, const HandshakeOptions&);

    State handshake() override;
    State state() const override; // closed when the flight was read to its end
    void receive(std::string_view bytes) override;
    std::string take_output() override;
    // The end of the bytes counts where the flight was not read to its end.
    void conclude(const Course&, Observation&) const override;

  private:
    struct Ending;
    void say_hello();
    void take_in();
    void leave();
    TlsFacts facts() const;
    Ending judge(PeerEnd end) const;
    Ending answered() const;
    Ending cut(PeerEnd end) const;

    ContextPool::Context& context_;
    std::string server_name_;
    std::optional<codec::HelloProfile> profile_; // of a Windows release
    std::uint16_t offered_;                      // the highest version
    codec::ServerFlight flight_;
    HandshakeTranscript transcript_;
    std::string output_, first_bytes_;
    std::uint32_t staple_bytes_ = 0;
    bool hello_made_ = false;
};

} // namespace lyncprobe::tls
