// SPDX-License-Identifier: MIT
// The av-edge probe through the engine, against the lab's A/V Edge and sockets that are none.
#include "probes/av_edge.h"

#include "integration/net_support.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::net_test;
using namespace std::chrono_literals;
namespace keys = lyncprobe::probes::av_edge_answer;

namespace {

Target edge(std::uint16_t port, Transport transport) {
    auto result = target("127.0.0.1", port, Probe::av_edge);
    result.transport = transport;
    return result;
}

lab::ServerSpec relay() {
    lab::ServerSpec spec;
    spec.name = "A/V Edge";
    spec.speaks_turn = spec.speaks_turn_udp = true;
    spec.turn_address = "192.0.2.7";
    return spec;
}

void check_edge(const Observation& seen, std::uint16_t port) {
    CHECK(seen.outcome == Outcome::ok);
    CHECK(seen.stage == Stage::done);
    CHECK(seen.detail == "answers Allocate with 401 Unauthorized");
    CHECK(seen.pseudo_tls);
    CHECK(judged(seen));
    CHECK(seen.presented.empty());
    CHECK(seen.answer.text(keys::kRealm) == "\"rtcmedia\"");
    CHECK(seen.answer.text(keys::kGeneration) == "at least Lync Server 2013");
    CHECK(seen.answer.text(keys::kAlternateServer) == "192.0.2.7:" + std::to_string(port));
}

} // namespace

TEST_CASE("av-edge: the lab's A/V Edge over TCP and over UDP") {
    lab::Lab lab;
    const auto port = start(lab, relay());
    for (const auto transport : {Transport::tcp, Transport::udp}) {
        CAPTURE(to_text(transport));
        const auto results = run({edge(port, transport)});
        check_edge(results.only(), port);
        CHECK(results.only().answer.text(keys::kTransport) == to_text(transport));
        CHECK(results.endpoints.front().attempts == 1);
    }
}

TEST_CASE("av-edge: one that hangs up on a fresh hello is asked again with the constant one") {
    lab::Lab lab;
    auto spec = relay();
    spec.faults.only_constant_hello = true;
    const auto port = start(lab, spec);
    const auto results = run({edge(port, Transport::tcp)});
    REQUIRE(results.endpoints.size() == 1);
    const auto& observations = results.endpoints.front().observations;
    REQUIRE(observations.size() == 2);
    CHECK(observations[0].outcome == Outcome::closed);
    CHECK(
        observations[0].detail ==
        "closed by the server: the pseudo-TLS hello of an A/V Edge has no answer"
    );
    CHECK(observations[1].attempt.constant_hello);
    check_edge(observations[1], port);
    CHECK(furthest(observations) == 1);
}

TEST_CASE("av-edge: whoever closes or resets at once is tried twice, and no more") {
    for (const bool reset : {false, true}) {
        lab::Lab lab;
        lab::Faults faults;
        faults.close_on_accept = !reset;
        faults.reset_on_accept = reset;
        const auto results = run({edge(start(lab, server(faults)), Transport::tcp)});
        REQUIRE(results.endpoints.front().observations.size() == 2);
        CHECK(
            results.outcomes() ==
            std::map<Outcome, std::size_t>{{reset ? Outcome::reset : Outcome::closed, 1}}
        );
    }
}

TEST_CASE("av-edge: a real TLS server refuses the hello with an alert, and is no Edge") {
    lab::Lab lab;
    const auto seen = run({edge(start(lab, server()), Transport::tcp)}).only();
    CHECK(seen.outcome == Outcome::tls_alert);
    CHECK(seen.stage == Stage::preamble);
    CHECK_FALSE(seen.pseudo_tls);
    CHECK(seen.detail.starts_with("a real TLS server answers here with a fatal alert "));
    CHECK(seen.detail.ends_with("is no A/V Edge: try probe tls"));
}

TEST_CASE("av-edge: a real hello is refused by the lab's Edge, and nobody calls it one") {
    lab::Lab lab;
    const auto port = start(lab, relay());
    const auto seen = run({target("127.0.0.1", port)}).only();
    CHECK(seen.outcome == Outcome::tls_alert);
    CHECK_FALSE(seen.pseudo_tls);
}

TEST_CASE("av-edge: silence, over TCP and over UDP, ends at the deadline") {
    net::EngineOptions options;
    options.timeout = 700ms;
    lab::Lab lab;
    lab::Faults faults;
    faults.silent = true;
    const auto tcp = run({edge(start(lab, server(faults)), Transport::tcp)}, options);
    CHECK(tcp.only().outcome == Outcome::timeout);
    CHECK(
        tcp.only().detail == "no answer in time: the pseudo-TLS hello of an A/V Edge has no answer"
    );
    const DeadSocket mute(DeadSocket::Kind::mute_udp);
    const auto udp = run({edge(mute.port(), Transport::udp)}, options);
    CHECK(udp.only().outcome == Outcome::timeout);
    CHECK(udp.only().stage == Stage::preamble);
    CHECK(
        udp.only().detail == "no answer over UDP in time, although the question was sent 2 times: "
                             "nothing answers on this port, or a firewall drops it"
    );
    CHECK(udp.seconds < 1.5);
}

TEST_CASE("av-edge: a closed UDP port is refused at once") {
    std::uint16_t port = 0;
    {
        const DeadSocket gone(DeadSocket::Kind::mute_udp);
        port = gone.port();
    }
    const auto results = run({edge(port, Transport::udp)});
    CHECK(results.only().outcome == Outcome::refused);
    CHECK(results.only().stage == Stage::connect);
    CHECK(results.only().detail == "the UDP port is closed (ICMP port unreachable)");
    CHECK(results.seconds < 1);
}

TEST_CASE("av-edge: an interrupt and the run's deadline end a UDP conversation, too") {
    const DeadSocket mute(DeadSocket::Kind::mute_udp);
    const std::atomic<int> interrupts{1};
    net::EngineOptions options;
    options.interrupts = &interrupts;
    const auto interrupted = run({edge(mute.port(), Transport::udp)}, options);
    CHECK(interrupted.only().outcome == Outcome::interrupted);
    CHECK(interrupted.seconds < 2);
    net::EngineOptions late;
    late.deadline = Milliseconds{200};
    const auto cut = run({edge(mute.port(), Transport::udp)}, late);
    CHECK(cut.only().outcome == Outcome::timeout);
    CHECK(cut.seconds < 1);
}

TEST_CASE("av-edge: hundreds of UDP endpoints at once, each exactly once") {
    lab::Lab lab;
    const auto port = start(lab, relay());
    std::vector<Target> targets;
    for (std::size_t i = 0; i < 300; ++i)
        targets.push_back(edge(port, i % 2 == 0 ? Transport::udp : Transport::tcp));
    net::EngineOptions options;
    options.per_address = 50;
    const auto results = run(targets, options);
    CHECK(results.endpoints.size() == 300);
    CHECK(results.outcomes() == std::map<Outcome, std::size_t>{{Outcome::ok, 300}});
}
