// SPDX-License-Identifier: MIT
// Servers other people wrote, started on free ports of loopback and stopped by pid. A program that
// is missing or does not start fails the test.
#pragma once

#include "servers/certificates.h"
#include "support/process.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lyncprobe::test {

// Fails the test where the program has ended or nobody listens there in time.
void wait_until_listening(const Process& process, std::uint16_t port, const std::string& program);

// Nginx is one nginx with as many listeners as it is given; it writes into its own folder only.
class Nginx {
  public:
    // Site is one `server {}` block. Blocks with the same port share a listener and are told apart
    // by SNI; the first one is the default.
    struct Site {
        std::uint16_t port = 0;
        std::string name; // server_name
        Credentials credentials;
        std::string directives; // "ssl_verify_client on;"
        std::string locations;  // "location /meet/ { … }"; empty: it says "ok" to everything
        bool plain = false;     // HTTP without TLS
    };
    explicit Nginx(const std::vector<Site>& sites);

  private:
    TemporaryFolder folder_;
    std::unique_ptr<Process> process_;
};

// OpensslServer is `openssl s_server`. It answers HTTP (-www), because otherwise it ends each
// connection as soon as its own stdin is at its end.
class OpensslServer {
  public:
    OpensslServer(const Credentials& credentials, const std::vector<std::string>& options);
    std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

// GnutlsServer is `gnutls-serv`.
class GnutlsServer {
  public:
    GnutlsServer(
        const Credentials& credentials, const std::string& priority,
        const std::vector<std::string>& options = {}
    );
    std::uint16_t port() const { return port_; }

  private:
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

} // namespace lyncprobe::test
