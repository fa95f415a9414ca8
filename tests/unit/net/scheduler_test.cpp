// SPDX-License-Identifier: MIT
// The order of turns and its limits.
#include "net/scheduler.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace lyncprobe;
using net::Endpoint;
using net::Scheduler;

namespace {

Address address(std::uint8_t last) {
    Address result;
    result.bytes = {127, 0, 0, last};
    return result;
}

Endpoint endpoint(std::size_t target, std::uint8_t last) {
    return {.target = target, .address = address(last)};
}

} // namespace

TEST_CASE("scheduler: no more endpoints run than are allowed, and a finished one makes room") {
    Scheduler scheduler(2, 1);
    for (std::uint8_t i = 1; i <= 3; ++i)
        scheduler.add(endpoint(i, i));
    CHECK(scheduler.next()->target == 1);
    CHECK(scheduler.next()->target == 2);
    CHECK_FALSE(scheduler.next());
    CHECK(scheduler.running() == 2);
    CHECK(scheduler.waiting() == 1);
    scheduler.finished(address(1));
    CHECK(scheduler.next()->target == 3);
}

TEST_CASE("scheduler: a busy address holds up nobody else") {
    Scheduler scheduler(10, 1);
    for (std::size_t i = 0; i < 3; ++i)
        scheduler.add(endpoint(i, 1));
    scheduler.add(endpoint(3, 2));
    CHECK(scheduler.next()->target == 0);
    CHECK(scheduler.next()->target == 3);
    CHECK_FALSE(scheduler.next());
    scheduler.finished(address(1));
    CHECK(scheduler.next()->target == 1);
    CHECK_FALSE(scheduler.next());
}

TEST_CASE("scheduler: an address gets as many conversations at a time as are allowed") {
    Scheduler scheduler(10, 2);
    for (std::size_t i = 0; i < 3; ++i)
        scheduler.add(endpoint(i, 1));
    CHECK(scheduler.next()->target == 0);
    CHECK(scheduler.next()->target == 1);
    CHECK_FALSE(scheduler.next());
    scheduler.finished(address(1));
    CHECK(scheduler.next()->target == 2);
}

TEST_CASE("scheduler: the longest queue begins first, though it came last") {
    Scheduler scheduler(2, 1);
    for (std::uint8_t i = 1; i <= 4; ++i)
        scheduler.add(endpoint(i, i));
    for (std::size_t i = 10; i < 14; ++i)
        scheduler.add(endpoint(i, 9));
    // Four rounds of two: the busy address runs in each of them.
    std::vector<std::size_t> order;
    for (int round = 0; round < 4; ++round) {
        const auto first = scheduler.next();
        const auto second = scheduler.next();
        REQUIRE((first && second));
        CHECK_FALSE(scheduler.next());
        CHECK((first->target >= 10) != (second->target >= 10));
        scheduler.finished(first->address);
        scheduler.finished(second->address);
    }
    CHECK(scheduler.waiting() == 0);
    CHECK(scheduler.running() == 0);
}

TEST_CASE(
    "scheduler: what is given up comes back in order of arrival, and the running ones still count"
) {
    Scheduler scheduler(1, 1);
    for (std::size_t i = 0; i < 4; ++i)
        scheduler.add(endpoint(i, static_cast<std::uint8_t>(i % 2 == 0 ? 1 : 2)));
    CHECK(scheduler.next()->target == 0);
    const auto rest = scheduler.give_up();
    REQUIRE(rest.size() == 3);
    CHECK(rest[0].target == 1);
    CHECK(rest[1].target == 2);
    CHECK(rest[2].target == 3);
    CHECK(scheduler.waiting() == 0);
    CHECK(scheduler.running() == 1);
    CHECK_FALSE(scheduler.next());
    scheduler.finished(address(1));
    CHECK_FALSE(scheduler.next());
    CHECK(scheduler.running() == 0);
}

TEST_CASE("scheduler: limits of zero still let one run") {
    Scheduler scheduler(0, 0);
    scheduler.add(endpoint(7, 1));
    REQUIRE(scheduler.next());
    CHECK_FALSE(scheduler.next());
}

TEST_CASE("scheduler: ten thousand endpoints each get exactly one turn") {
    Scheduler scheduler(100, 1);
    constexpr std::size_t kCount = 10'000;
    for (std::size_t i = 0; i < kCount; ++i)
        scheduler.add(endpoint(i, static_cast<std::uint8_t>(i * 7 % 251)));
    std::vector<int> turns(kCount);
    std::vector<Endpoint> running;
    while (true) {
        while (const auto next = scheduler.next()) {
            ++turns[next->target];
            running.push_back(*next);
        }
        if (running.empty()) break;
        scheduler.finished(running.back().address);
        running.pop_back();
    }
    CHECK(std::ranges::count(turns, 1) == kCount);
}
