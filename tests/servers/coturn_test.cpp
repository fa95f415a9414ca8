// SPDX-License-Identifier: MIT
// The av-edge probe against a real TURN server that is not Microsoft's, a closed port and silence.
#include "servers/coturn.h"
#include "servers/scan.h"

#include <unistd.h>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

Question question(const std::string& name, std::uint16_t port, const std::string& more) {
    Question out;
    out.name = name;
    out.port = port;
    out.probe = "av-edge";
    out.more = more;
    return out;
}

// SilentPort is a UDP port of loopback whose owner reads nothing.
class SilentPort {
  public:
    SilentPort() {
        descriptor_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) == 0);
        REQUIRE(getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
    }
    ~SilentPort() { close(descriptor_); }
    SilentPort(const SilentPort&) = delete;
    std::uint16_t port() const { return port_; }

  private:
    int descriptor_ = -1;
    std::uint16_t port_ = 0;
};

} // namespace

TEST_CASE("coturn: over UDP it is a TURN server, and not Microsoft's") {
    const Coturn coturn("turn.contoso.example");
    const auto result = scan({question("relay", coturn.port(), "transport: udp")});
    const auto endpoint = result.endpoint("relay");
    CHECK(endpoint.get("/target/transport") == "udp");
    CHECK(endpoint.get("/outcome") == "protocol_error");
    CHECK(endpoint.get("/stage") == "preamble");
    CHECK(endpoint.get("/detail").starts_with("a TURN server of RFC 5766 answers here (Coturn-"));
    CHECK(endpoint.get("/detail").ends_with("), not Microsoft's A/V Edge"));
    CHECK(endpoint.get("/judged") == "false");
    CHECK(endpoint.get("/conversation/request") == "Allocate");
    CHECK(endpoint.get("/conversation/transport") == "udp");
    CHECK(endpoint.get("/conversation/microsoft") == "false");
    CHECK(endpoint.get("/conversation/status") == "401");
    CHECK(endpoint.get("/conversation/realm") == "turn.contoso.example");
    CHECK(endpoint.get("/conversation/software").starts_with("Coturn-"));
}

TEST_CASE("coturn: over TCP it has no answer to the pseudo-TLS hello, and that is said") {
    const Coturn coturn("turn.contoso.example");
    const auto result = scan({question("relay", coturn.port(), "transport: tcp")});
    const auto endpoint = result.endpoint("relay");
    CHECK(endpoint.get("/target/transport") == "tcp");
    CHECK(endpoint.get("/judged") == "false");
    CHECK(endpoint.get("/stage") == "preamble");
    CHECK(
        endpoint.get("/detail").find("the pseudo-TLS hello of an A/V Edge has no answer") !=
        std::string::npos
    );
}

TEST_CASE("av-edge: a closed UDP port is refused, a silent one is not, and TCP is another endpoint"
) {
    const SilentPort silent;
    const auto closed = free_port();
    const auto result = scan(
        {question("closed", closed, "transport: udp"),
         question("silent", silent.port(), "transport: udp"),
         question("over tcp", silent.port(), "transport: tcp")}
    );
    CHECK(result.endpoint("closed").get("/outcome") == "refused");
    CHECK(result.endpoint("closed").get("/stage") == "connect");
    CHECK(
        result.endpoint("closed").get("/detail") == "the UDP port is closed (ICMP port unreachable)"
    );
    CHECK(result.endpoint("silent").get("/outcome") == "timeout");
    CHECK(result.endpoint("silent").get("/stage") == "preamble");
    CHECK(result.endpoint("silent").get("/detail").starts_with("no answer over UDP in time"));
    CHECK(result.endpoint("over tcp").get("/outcome") == "refused");
}
