// SPDX-License-Identifier: MIT
// Prosody, an XMPP server, with nothing but its port for other servers.
#pragma once

#include "servers/certificates.h"
#include "support/process.h"

#include <cstdint>
#include <memory>
#include <string>

namespace lyncprobe::test {

// Prosody serves one XMPP domain on a free port of loopback and writes into its own folder only.
class Prosody {
  public:
    struct Options {
        bool tls = true;
        bool tls_required = true;
        bool dialback = true;
        std::string ca_file; // whose client certificates it believes; empty = nobody's
    };
    Prosody(const std::string& domain, const Credentials& credentials, const Options&);
    std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_;
    TemporaryFolder folder_;
    std::unique_ptr<Process> process_;
};

} // namespace lyncprobe::test
