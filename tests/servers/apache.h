// SPDX-License-Identifier: MIT
// Apache as the one free server that asks for a client certificate late, as IIS does: for a path,
// after the handshake. On a free port of loopback, stopped by pid.
#pragma once

#include "servers/certificates.h"
#include "support/process.h"

#include <cstdint>
#include <memory>
#include <string>

namespace lyncprobe::test {

// Apache serves /meet/ to everybody and /CertProv to those who show a certificate that Contoso's
// root vouches for. In TLS 1.2 it renegotiates for that, in TLS 1.3 it uses post-handshake
// authentication.
class Apache {
  public:
    // `protocols` as in SSLProtocol: "TLSv1.2".
    Apache(const Credentials& credentials, const std::string& protocols);
    std::uint16_t port() const { return port_; }

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

} // namespace lyncprobe::test
