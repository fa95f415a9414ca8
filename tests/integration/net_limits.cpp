// SPDX-License-Identifier: MIT
// How many at a time, how long at most, and how a run is stopped: each endpoint exactly once in
// every case.
#include "integration/net_support.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>

using namespace lyncprobe;
using namespace lyncprobe::net_test;
using namespace std::chrono_literals;

namespace {

std::vector<Target> many(std::size_t count, std::uint16_t port, bool own_addresses) {
    std::vector<Target> targets;
    for (std::size_t i = 0; i < count; ++i)
        targets.push_back(target(
            own_addresses ? "127.1." + std::to_string(i / 200) + "." + std::to_string(i % 200 + 1)
                          : "127.0.0.1",
            port
        ));
    return targets;
}

void check_each_once(const Results& results, std::size_t count) {
    std::vector<int> seen(count);
    for (const auto& endpoint : results.endpoints)
        ++seen.at(endpoint.target);
    CHECK(static_cast<std::size_t>(std::ranges::count(seen, 1)) == count);
}

// A server on every loopback address that keeps connections for a while.
struct Everywhere : Holder {
    explicit Everywhere(std::chrono::milliseconds hold) : Holder(hold, "0.0.0.0") {}
};

} // namespace

TEST_CASE("net: one address is spoken to once at a time, and waiting for it costs no deadline") {
    Holder holder(150ms);
    net::EngineOptions options;
    options.timeout = 600ms;
    const auto results = run(many(8, holder.port(), false), options);
    check_each_once(results, 8);
    CHECK(holder.accepted() == 16); // each with a raw hello behind the close
    CHECK(holder.most_at_once() == 1);
    CHECK(results.outcomes() == std::map<Outcome, std::size_t>{{Outcome::closed, 8}});
    CHECK(results.seconds >= 8 * 0.15);
}

TEST_CASE("net: as many conversations with one address as are allowed") {
    Holder holder(150ms);
    net::EngineOptions options;
    options.per_address = 3;
    const auto results = run(many(9, holder.port(), false), options);
    check_each_once(results, 9);
    CHECK(holder.most_at_once() >= 2);
    CHECK(holder.most_at_once() <= 3);
}

TEST_CASE("net: no more endpoints at a time than are allowed") {
    Everywhere holder(100ms);
    net::EngineOptions options;
    options.concurrency = 5;
    const auto results = run(many(20, holder.port(), true), options);
    check_each_once(results, 20);
    CHECK(holder.most_at_once() >= 3);
    CHECK(holder.most_at_once() <= 5);
}

TEST_CASE("net: fifty endpoints that hang take one deadline, not fifty") {
    Everywhere holder(60s);
    net::EngineOptions options;
    options.timeout = 1s;
    const auto results = run(many(50, holder.port(), true), options);
    check_each_once(results, 50);
    CHECK(results.outcomes() == std::map<Outcome, std::size_t>{{Outcome::timeout, 50}});
    CHECK(results.seconds >= 1.0);
    CHECK(results.seconds < 2.0);
    for (const auto& endpoint : results.endpoints)
        CHECK(endpoint.observations.back().timings.total < 1500);
}

TEST_CASE("net: after an interrupt open attempts get a second and the rest does not begin") {
    Everywhere holder(60s);
    std::atomic<int> interrupts = 0;
    net::EngineOptions options;
    options.timeout = 30s;
    options.concurrency = 10;
    options.interrupts = &interrupts;
    const DeadSocket mute(DeadSocket::Kind::mute_udp);
    options.resolvers = {"127.0.0.1:" + std::to_string(mute.port())};
    auto targets = many(40, holder.port(), true);
    for (int i = 0; i < 20; ++i)
        targets.push_back(target("name" + std::to_string(i) + ".contoso.example", 1));
    std::thread operator_([&] {
        std::this_thread::sleep_for(300ms);
        interrupts = 1;
    });
    const auto results = run(targets, options);
    operator_.join();
    check_each_once(results, 60);
    CHECK(results.end.interrupted);
    CHECK(results.outcomes() == std::map<Outcome, std::size_t>{{Outcome::interrupted, 60}});
    CHECK(results.seconds >= 1.2);
    CHECK(results.seconds < 2.0);
    CHECK(holder.accepted() == 10);
    std::size_t tried = 0;
    for (const auto& endpoint : results.endpoints) {
        tried += endpoint.attempts;
        if (endpoint.attempts == 0) CHECK(endpoint.observations.back().stage == Stage::resolve);
    }
    CHECK(tried == 10);
}

TEST_CASE("net: an attempt that ends within the last second counts as it ended") {
    Everywhere holder(600ms);
    std::atomic<int> interrupts = 0;
    net::EngineOptions options;
    options.concurrency = 2;
    options.interrupts = &interrupts;
    std::thread operator_([&] {
        std::this_thread::sleep_for(200ms);
        interrupts = 1;
    });
    const auto results = run(many(4, holder.port(), true), options);
    operator_.join();
    CHECK(
        results.outcomes() ==
        std::map<Outcome, std::size_t>{{Outcome::closed, 2}, {Outcome::interrupted, 2}}
    );
    CHECK(results.seconds < 1.2);
}

TEST_CASE("net: at the run's deadline open attempts end and the rest is skipped") {
    Everywhere holder(60s);
    net::EngineOptions options;
    options.concurrency = 5;
    options.deadline = 500ms;
    const auto results = run(many(12, holder.port(), true), options);
    check_each_once(results, 12);
    CHECK(results.end.deadline_reached);
    CHECK_FALSE(results.end.interrupted);
    CHECK(
        results.outcomes() ==
        std::map<Outcome, std::size_t>{{Outcome::timeout, 5}, {Outcome::skipped, 7}}
    );
    CHECK(results.seconds < 1.2);
}

TEST_CASE("net: a run without targets ends at once") {
    const auto results = run({});
    CHECK(results.endpoints.empty());
    CHECK(results.seconds < 1);
}

TEST_CASE("net: time that the taker of results needs is not charged to the peers") {
    lab::Lab lab;
    lab::Faults slowly;
    slowly.byte_every_ms = 1; // a flight takes some seconds
    const auto port = start(lab, server(slowly));
    tls::ContextPool contexts;
    std::vector<Outcome> outcomes;
    const net::Sinks sinks{
        .finished =
            [&](ProbedEndpoint&& probed) {
                if (outcomes.empty()) std::this_thread::sleep_for(6s);
                outcomes.push_back(probed.observations.front().outcome);
            },
        .tick = {},
        .warning = {}};
    const DeadSocket refusing(DeadSocket::Kind::not_listening);
    const std::vector targets{target("127.0.0.1", port), target("127.0.0.2", refusing.port())};
    net::EngineOptions options;
    options.timeout = 5s;
    REQUIRE(net::run(targets, options, contexts, sinks).has_value());
    CHECK(outcomes == std::vector{Outcome::refused, Outcome::ok});
}

TEST_CASE("net: progress ends with everything finished and nothing in flight") {
    const DeadSocket bound(DeadSocket::Kind::not_listening);
    tls::ContextPool contexts;
    net::Progress last;
    const net::Sinks sinks{
        .finished = [](ProbedEndpoint&&) {},
        .tick = [&](const net::Progress& progress) { last = progress; },
        .warning = {}};
    const std::vector<Target> targets(3, target("127.0.0.1", bound.port()));
    REQUIRE(net::run(targets, {}, contexts, sinks).has_value());
    CHECK(last.targets == 3);
    CHECK(last.endpoints_known == 3);
    CHECK(last.endpoints_finished == 3);
    CHECK(last.in_flight == 0);
}

TEST_CASE("net: both ways of mutual TLS are two observations of one endpoint") {
    lab::Lab lab;
    auto both = target("127.0.0.1", start(lab, server()));
    both.mutual = Mutual::both;
    both.identity = "";
    const auto results = run({both});
    REQUIRE(results.endpoints.size() == 1);
    CHECK(results.endpoints.front().attempts == results.endpoints.front().observations.size());
}

TEST_CASE("net: what there is no time left for is skipped, and no time-out of the server's") {
    lab::Lab lab;
    // The probe listens for a second after the handshake, which is longer than the deadline.
    const auto slow = target("127.0.0.1", start(lab, server()), Probe::web_conferencing);
    net::EngineOptions options;
    options.timeout = Milliseconds(600);
    options.versions = true;
    const auto results = run({slow}, options);
    REQUIRE(results.endpoints.size() == 1);
    const auto& observations = results.endpoints.front().observations;
    CHECK(observations.front().outcome == Outcome::ok);
    REQUIRE(observations.size() > 1);
    for (std::size_t i = 1; i < observations.size(); ++i) {
        CHECK(observations[i].outcome == Outcome::skipped);
        CHECK(observations[i].stage == Stage::connect);
    }
    CHECK(results.endpoints.front().attempts == 1);
}

TEST_CASE("net: an exception of the caller's own reaches the caller") {
    const DeadSocket bound(DeadSocket::Kind::not_listening);
    tls::ContextPool contexts;
    const net::Sinks sinks{
        .finished = [](ProbedEndpoint&&) { throw std::runtime_error("disk full"); },
        .tick = {},
        .warning = {}};
    const std::vector<Target> targets(3, target("127.0.0.1", bound.port()));
    CHECK_THROWS_WITH(net::run(targets, {}, contexts, sinks), "disk full");
}

namespace {

struct Facts {
    std::size_t endpoints, closed, local_errors, warnings;
};

void occupy_descriptors(int spare) {
    std::vector<int> taken;
    for (int fd = 0; fd >= 0; taken.push_back(fd))
        fd = dup(0);
    taken.pop_back(); // the one that failed
    for (int i = 0; i < spare && !taken.empty(); ++i, taken.pop_back())
        close(taken.back());
}

// FewDescriptors is a process of its own that runs the engine with few descriptors, since a lowered
// hard limit stays. To be made before the test's servers: a child that is forked beside their
// threads inherits the locks they hold just then, the allocator's among them, and waits for ever.
class FewDescriptors {
  public:
    // `spare`: descriptors that are free when the engine begins, or none at all once it has begun.
    FewDescriptors(std::size_t endpoints, std::optional<int> spare);
    // What the run came to that probes `port` of as many addresses.
    Facts probe(std::uint16_t port);

  private:
    void become(std::size_t endpoints, std::optional<int> spare);

    int port_[2], facts_[2]; // pipes to the child and from it
    pid_t child_;
};

FewDescriptors::FewDescriptors(std::size_t endpoints, std::optional<int> spare) {
    REQUIRE(pipe(port_) == 0);
    REQUIRE(pipe(facts_) == 0);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) become(endpoints, spare);
    close(port_[0]);
    close(facts_[1]);
}

Facts FewDescriptors::probe(std::uint16_t port) {
    CHECK(write(port_[1], &port, sizeof port) == sizeof port);
    close(port_[1]);
    Facts facts{};
    CHECK(read(facts_[0], &facts, sizeof facts) == sizeof facts);
    close(facts_[0]);
    int status = -1;
    waitpid(child_, &status, 0);
    CHECK(status == 0);
    return facts;
}

void FewDescriptors::become(std::size_t endpoints, std::optional<int> spare) {
    close(port_[1]);
    std::uint16_t port = 0;
    if (read(port_[0], &port, sizeof port) != sizeof port) _exit(1);
    const rlimit few{.rlim_cur = 128, .rlim_max = 128};
    if (setrlimit(RLIMIT_NOFILE, &few) != 0) _exit(1);
    if (spare) occupy_descriptors(*spare);
    net::EngineOptions options;
    options.concurrency = 200;
    Facts facts{};
    tls::ContextPool contexts;
    bool begun = false;
    const net::Sinks sinks{
        .finished =
            [&](ProbedEndpoint&& endpoint) {
                const auto outcome = endpoint.observations.back().outcome;
                ++facts.endpoints;
                facts.closed += outcome == Outcome::closed;
                facts.local_errors += outcome == Outcome::local_error;
            },
        .tick =
            [&](const net::Progress&) {
                if (!begun && !spare) occupy_descriptors(0);
                begun = true;
            },
        .warning = [&](const std::string&) { ++facts.warnings; }};
    const bool ran = net::run(many(endpoints, port, true), options, contexts, sinks).has_value();
    _exit(ran && write(facts_[1], &facts, sizeof facts) == sizeof facts ? 0 : 1);
}

} // namespace

TEST_CASE("net: few descriptors make a run slower, not wrong") {
    FewDescriptors few(300, 110);
    Everywhere holder(50ms);
    const auto facts = few.probe(holder.port());
    CHECK(facts.endpoints == 300);
    CHECK(facts.closed == 300);
    CHECK(facts.warnings == 1);
}

TEST_CASE("net: where fewer descriptors are free than promised, endpoints wait for each other") {
    FewDescriptors few(100, 20);
    Everywhere holder(50ms);
    const auto facts = few.probe(holder.port());
    CHECK(facts.endpoints == 100);
    CHECK(facts.closed == 100);
    CHECK(facts.local_errors == 0);
}

TEST_CASE("net: without any descriptor every endpoint is our own failure, each once") {
    const auto facts = FewDescriptors(70, std::nullopt).probe(1);
    CHECK(facts.endpoints == 70);
    CHECK(facts.local_errors == 70);
}
