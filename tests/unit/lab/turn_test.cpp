// SPDX-License-Identifier: MIT
// The lab's A/V Edge: its bytes against those written down here, and its sockets.
#include "lab/lab.h"
#include "lab/turn_answers.h"
#include "unit/lab/peer.h"

#include <doctest/doctest.h>

using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

namespace {

const std::string kHello = std::string("\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01"sv) +
                           std::string(32, 'R') + std::string("\x00\x00\x02\x00\x18\x01\x00"sv);
const std::string kId = "0123456789abcdef";
const std::string kAllocate =
    std::string("\x00\x03\x00\x10"sv) + kId +
    std::string("\x00\x0f\x00\x04\x72\xc6\x4b\xc6\x80\x08\x00\x04\x00\x00\x00\x04"sv);
const std::string kFramed = std::string("\x02\x00\x00\x24"sv) + kAllocate;

// 401 of the Edge at 127.0.0.1:443.
const std::string kRefusal = std::string("\x01\x13\x00\x5c"sv) + kId +
                             std::string("\x00\x0f\x00\x04\x72\xc6\x4b\xc6"
                                         "\x00\x09\x00\x10\x00\x00\x04\x01Unauthorized"
                                         "\x00\x15\x00\x0a\"rtcmedia\""
                                         "\x00\x14\x00\x1a"
                                         "4c796e634c6162204e6f6e6365"
                                         "\x80\x08\x00\x04\x00\x00\x00\x04"
                                         "\x00\x0e\x00\x08\x00\x01\x01\xbb\x7f\x00\x00\x01"sv);

void check_server_hello(const std::string& answer) {
    REQUIRE(answer.size() == 83);
    CHECK(answer.substr(0, 11) == "\x16\x03\x01\x00\x4e\x02\x00\x00\x46\x03\x01"sv);
    CHECK(answer[43] == '\x20');
    CHECK(answer.substr(76) == "\x00\x18\x00\x0e\x00\x00\x00"sv);
}

// One datagram to loopback and its answer; empty where none comes.
std::string ask(std::uint16_t port, const std::string& datagram) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const timeval limit{0, 300'000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sendto(
        fd, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to
    );
    char buffer[2048];
    const auto size = ::recv(fd, buffer, sizeof buffer, 0);
    ::close(fd);
    return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : std::string();
}

} // namespace

TEST_CASE("lab turn: one datagram gets the refusal of an Edge, byte by byte") {
    CHECK(turn_datagram_answer(kAllocate, {}) == kRefusal);
    CHECK(turn_datagram_answer("", {}).empty());
    CHECK(turn_datagram_answer(kAllocate.substr(0, 35), {}).empty());
    CHECK(turn_datagram_answer(kAllocate + "x", {}).empty());
    // Without Microsoft's cookie in front there is no answer.
    auto other = kAllocate;
    other[21] = 0x10;
    CHECK(turn_datagram_answer(other, {}).empty());
    // A server of RFC 5766 wants its own.
    CHECK(turn_datagram_answer(kAllocate, {.microsoft = false}).empty());
    auto both = kAllocate;
    both.replace(4, 4, "\x21\x12\xa4\x42");
    CHECK(turn_datagram_answer(both, {.microsoft = false}).find("lab relay") != std::string::npos);
}

TEST_CASE("lab turn: a connection begins with the hello, wherever it is split") {
    for (std::size_t split = 0; split <= kHello.size(); ++split) {
        TurnServer server{TurnSettings{}};
        auto answer = server.on(kHello.substr(0, split));
        answer += server.on(kHello.substr(split));
        check_server_hello(answer);
        CHECK_FALSE(server.over());
    }
    TurnServer server{TurnSettings{}};
    const auto answer = server.on(kHello + kFramed + kFramed);
    check_server_hello(answer.substr(0, 83));
    const auto refusal = std::string("\x02\x00\x00\x70"sv) + kRefusal;
    CHECK(answer.substr(83) == refusal + refusal);
}

TEST_CASE("lab turn: another hello gets alert 40, another request the end") {
    auto modern = kHello;
    modern[4] = 0x2e;
    TurnServer first{TurnSettings{}};
    CHECK(first.on(modern) == "\x15\x03\x01\x00\x02\x02\x28"sv);
    CHECK(first.over());
    CHECK(first.on(kHello).empty());
    TurnServer second{TurnSettings{}};
    check_server_hello(second.on(kHello));
    CHECK(second.on("GET / HTTP/1.1\r\n").empty());
    CHECK(second.over());
    TurnServer old{TurnSettings{.only_constant_hello = true}};
    CHECK(old.on(kHello).empty());
    CHECK(old.over());
}

TEST_CASE("lab turn: the listeners answer on TCP and on UDP of one port") {
    Lab lab;
    ServerSpec spec;
    spec.name = "A/V Edge";
    spec.speaks_turn = spec.speaks_turn_udp = true;
    spec.turn_address = "192.0.2.7";
    const auto port = lab.add(spec).value();
    Wire wire(port);
    wire.send(kHello + kFramed);
    const auto over_tcp = wire.read_all(300ms);
    const auto over_udp = ask(port, kAllocate);
    check_server_hello(over_tcp.substr(0, 83));
    CHECK(over_tcp.substr(87) == over_udp);
    CHECK(over_udp.ends_with("\xc0\x00\x02\x07"sv));
    CHECK(ask(port, "who are you?").empty());

    ServerSpec silent;
    silent.speaks_turn_udp = true;
    silent.faults.silent = true;
    CHECK(ask(lab.add(silent).value(), kAllocate).empty());
    silent.port = port;
    CHECK_FALSE(lab.add(silent).has_value());
}
