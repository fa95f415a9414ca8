// SPDX-License-Identifier: MIT
// Kamailio, a real SIP server, told to answer in the shapes that a Lync server's answers have.
#pragma once

#include "servers/certificates.h"
#include "support/process.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace lyncprobe::test {

// Kamailio listens with TLS on a free port of loopback. It writes into its own folder only and is
// stopped by the pid of its first process, which ends the others.
class Kamailio {
  public:
    enum class ClientCertificate { not_asked, optional, required };
    // Reply is what it says to one method; Via, From, To, Call-ID, CSeq and Server it adds itself.
    struct Reply {
        int status = 200;
        std::string reason = "OK";
        std::vector<std::string> headers = {}; // "Name: value"
    };
    struct Script {
        Reply negotiate = {405, "Method Not Allowed"};
        Reply register_ = {401, "Unauthorized"};
        Reply options = {};
        ClientCertificate client_certificate = ClientCertificate::not_asked;
        std::string server = "RTC/5.0"; // its Server header
    };
    // Client certificates have to be Contoso's.
    Kamailio(const Credentials& credentials, const Script& script);
    ~Kamailio();
    std::uint16_t port() const { return port_; }

  private:
    TemporaryFolder folder_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

} // namespace lyncprobe::test
