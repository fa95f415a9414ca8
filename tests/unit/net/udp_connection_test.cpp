// SPDX-License-Identifier: MIT
// A UDP connection against plain POSIX sockets: datagrams stay whole, lost ones are sent again, and
// every kind of silence has an end.
#include "model/limits.h"
#include "net/connection.h"

#include <exception>
#include <poll.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/udp.hpp>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace lyncprobe;
using namespace std::chrono_literals;
using net::Clock;
using net::Connection;
using tls::PeerEnd;

namespace {

namespace asio = boost::asio;

// Peer is a UDP socket on loopback that ignores the first datagrams and answers the next one.
class Peer {
  public:
    Peer(std::size_t ignored, std::vector<std::string> answers)
        : ignored_(ignored), answers_(std::move(answers)) {
        fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in name{};
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof name;
        REQUIRE(bind(fd_, reinterpret_cast<const sockaddr*>(&name), size) == 0);
        REQUIRE(getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size) == 0);
        port_ = ntohs(name.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~Peer() { stop(); }
    std::uint16_t port() const { return port_; }
    // What came, after the thread has ended; the port is closed then.
    const std::vector<std::string>& stop() {
        if (thread_.joinable()) {
            stop_ = true;
            thread_.join();
            close(fd_);
        }
        return seen_;
    }

  private:
    void serve() {
        while (!stop_) {
            pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
            if (poll(&wait, 1, 5) != 1) continue;
            char bytes[2048];
            sockaddr_in from{};
            socklen_t size = sizeof from;
            auto* sender = reinterpret_cast<sockaddr*>(&from);
            const auto got = recvfrom(fd_, bytes, sizeof bytes, 0, sender, &size);
            if (got < 0) continue;
            seen_.emplace_back(bytes, static_cast<std::size_t>(got));
            if (seen_.size() <= ignored_) continue;
            for (const auto& answer : answers_)
                sendto(fd_, answer.data(), answer.size(), 0, sender, size);
        }
    }

    std::size_t ignored_;
    std::vector<std::string> answers_;
    int fd_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::vector<std::string> seen_;
    std::thread thread_;
};

// Talk is one connection that sends "ask" and reads until it has `wanted` datagrams or the end.
struct Talk {
    std::vector<std::string> heard;
    PeerEnd end = PeerEnd::open;
    boost::system::error_code undelivered;
    std::size_t sent = 0;
    std::string local;
    Clock::duration took{};
};

asio::awaitable<void> converse(
    std::shared_ptr<Connection> connection, asio::ip::udp::endpoint endpoint, std::size_t wanted,
    Talk* talk
) {
    const auto error = co_await connection->connect(endpoint.address(), endpoint.port());
    CHECK_FALSE(error);
    talk->local = connection->local_address();
    std::string ask = "ask";
    co_await connection->write(std::move(ask));
    std::vector<char> buffer(1u << 16);
    while (talk->heard.size() < wanted) {
        const std::size_t size = co_await connection->read(buffer);
        if (size == 0) break;
        talk->heard.emplace_back(buffer.data(), size);
    }
    talk->end = connection->end();
    const auto datagrams = connection->datagrams();
    REQUIRE(datagrams);
    talk->undelivered = datagrams->undelivered;
    talk->sent = datagrams->sent;
    connection->close();
}

Talk talk(std::uint16_t port, std::size_t wanted, Clock::duration limit) {
    asio::io_context io;
    auto connection = Connection::make(io, Transport::udp);
    Talk result;
    const auto started = Clock::now();
    connection->limit(started + limit);
    const asio::ip::udp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    std::exception_ptr failure;
    asio::co_spawn(io, converse(connection, endpoint, wanted, &result), [&](std::exception_ptr e) {
        failure = e;
    });
    io.run();
    REQUIRE_FALSE(failure);
    result.took = Clock::now() - started;
    return result;
}

} // namespace

TEST_CASE("udp: datagrams come one at a time, and nothing is sent twice once one came") {
    Peer peer(0, {"one", "two", ""});
    const auto heard = talk(peer.port(), 3, 1200ms); // the empty one is none
    CHECK(heard.heard == std::vector<std::string>{"one", "two"});
    CHECK(heard.end == PeerEnd::timeout);
    CHECK(heard.sent == 1);
    CHECK(heard.local == "127.0.0.1");
    CHECK(peer.stop() == std::vector<std::string>{"ask"});
}

TEST_CASE("udp: a lost datagram is sent again after half a second, then after a second") {
    Peer peer(2, {"answer"});
    const auto heard = talk(peer.port(), 1, 10s);
    CHECK(heard.heard == std::vector<std::string>{"answer"});
    CHECK(heard.end == PeerEnd::open);
    CHECK(heard.sent == 3);
    CHECK(heard.took >= 1500ms);
    CHECK(heard.took < 2500ms);
    CHECK(peer.stop() == std::vector<std::string>(3, "ask"));
}

TEST_CASE("udp: silence ends at the deadline") {
    Peer peer(1000, {});
    const auto heard = talk(peer.port(), 1, 700ms);
    CHECK(heard.end == PeerEnd::timeout);
    CHECK(heard.sent == 2);
    CHECK(heard.took < 1500ms);
    CHECK_FALSE(heard.undelivered);
}

TEST_CASE("udp: a closed port is known at once, by ICMP") {
    Peer peer(0, {});
    peer.stop();
    const auto heard = talk(peer.port(), 1, 5s);
    CHECK(heard.end == PeerEnd::reset);
    CHECK(heard.undelivered == boost::system::errc::connection_refused);
    CHECK(heard.took < 1s);
}

TEST_CASE("udp: a port that closes after it has answered is no refusal") {
    Peer peer(0, {"answer"});
    asio::io_context io;
    auto connection = Connection::make(io, Transport::udp);
    connection->limit(Clock::now() + 5s);
    const asio::ip::udp::endpoint endpoint(asio::ip::address_v4::loopback(), peer.port());
    asio::co_spawn(
        io,
        [](std::shared_ptr<Connection> it, asio::ip::udp::endpoint to,
           Peer* p) -> asio::awaitable<void> {
            const auto error = co_await it->connect(to.address(), to.port());
            CHECK_FALSE(error);
            std::string ask = "ask";
            co_await it->write(std::move(ask));
            std::vector<char> buffer(100);
            std::size_t size = co_await it->read(buffer);
            CHECK(size == 6);
            p->stop();
            std::string more = "more";
            co_await it->write(std::move(more));
            size = co_await it->read(buffer);
            CHECK(size == 0);
            CHECK(it->end() == PeerEnd::reset);
            CHECK_FALSE(it->datagrams()->undelivered);
        }(connection, endpoint, &peer),
        [](std::exception_ptr e) { CHECK_FALSE(e); }
    );
    io.run();
}

TEST_CASE("udp: no more datagrams are taken than are accepted") {
    const std::vector<std::string> edge(limits::kDatagramsFromPeer, "x");
    Peer enough(0, edge);
    CHECK(talk(enough.port(), edge.size(), 5s).end == PeerEnd::open);
    auto more = edge;
    more.emplace_back();
    Peer flood(0, more);
    const auto heard = talk(flood.port(), edge.size() + 1, 5s);
    CHECK(heard.heard.size() == edge.size());
    CHECK(heard.end == PeerEnd::limit);
}

TEST_CASE("udp: the operator's cut and the extended deadline hold as over TCP") {
    Peer peer(1000, {});
    asio::io_context io;
    auto connection = Connection::make(io, Transport::udp);
    const auto started = Clock::now();
    connection->limit(started + 10s);
    connection->cut(started + 100ms, PeerEnd::interrupted);
    Talk result;
    const asio::ip::udp::endpoint endpoint(asio::ip::address_v4::loopback(), peer.port());
    asio::co_spawn(io, converse(connection, endpoint, 1, &result), [](std::exception_ptr) {});
    io.run();
    CHECK(result.end == PeerEnd::interrupted);

    asio::io_context again;
    StallClock stalls;
    const auto then = Clock::now();
    // It goes before its io_context.
    const auto extended = Connection::make(again, Transport::udp, StallAllowance(&stalls));
    extended->limit(Clock::now() + 100ms);
    stalls.begin(then - 300ms, 0ms);
    stalls.turn(then);
    stalls.begin(then, 1h); // none follows
    asio::co_spawn(again, converse(extended, endpoint, 1, &result), [](std::exception_ptr) {});
    again.run();
    CHECK(result.end == PeerEnd::timeout);
    CHECK(Clock::now() - then >= 350ms);
}
