// SPDX-License-Identifier: MIT
// coturn, a TURN server of RFC 5766: what an A/V Edge is not.
#pragma once

#include "support/process.h"

#include <cstdint>
#include <memory>
#include <string>

namespace lyncprobe::test {

// Coturn is one turnserver on loopback, over UDP and TCP of one port, without TLS; it writes into
// its own folder only and is stopped by pid.
class Coturn {
  public:
    explicit Coturn(const std::string& realm);
    std::uint16_t port() const { return port_; }

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

} // namespace lyncprobe::test
