// SPDX-License-Identifier: MIT
// Names asked for once, a few at a time, and never longer than a target's patience.
#include "net/name_queue.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace std::chrono_literals;
using net::NameQueue;

namespace {

const NameQueue::Clock::time_point kStart{};

// Target 1 is in a hurry.
NameQueue::Clock::duration patience(std::size_t target) { return target == 1 ? 1s : 5s; }

} // namespace

TEST_CASE("names: each is asked for once, in order, and only so many at a time") {
    NameQueue names(2);
    for (std::size_t i = 0; i < 6; ++i)
        names.add(std::string(1, static_cast<char>('a' + i % 3)), i);
    CHECK(names.next(kStart) == "a");
    CHECK(names.next(kStart) == "b");
    CHECK_FALSE(names.next(kStart));
    const auto waiters = names.answered("b", kStart + 2s);
    REQUIRE(waiters.size() == 2);
    CHECK(waiters[0].target == 1);
    CHECK(waiters[1].target == 4);
    CHECK(waiters[0].look_up == 2s);
    CHECK(names.next(kStart) == "c");
    CHECK(names.answered("b", kStart).empty());
    CHECK(names.answered("a", kStart).size() == 2);
    CHECK_FALSE(names.empty());
    CHECK(names.answered("c", kStart).size() == 2);
    CHECK(names.empty());
    CHECK_FALSE(names.next(kStart));
}

TEST_CASE("names: a target stops waiting at its own time, the others of the name do not") {
    NameQueue names(1);
    names.add("a", 0);
    names.add("a", 1);
    names.add("b", 2);
    CHECK(names.next(kStart) == "a");
    CHECK(names.give_up(kStart + 999ms, patience).empty());
    const auto hurried = names.give_up(kStart + 1s, patience);
    REQUIRE(hurried.size() == 1);
    CHECK(hurried[0].target == 1);
    CHECK_FALSE(names.next(kStart + 1s));
    const auto rest = names.give_up(kStart + 6s, patience);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].target == 0);
    CHECK(rest[0].look_up == 6s);
    CHECK(names.next(kStart + 6s) == "b"); // the abandoned look-up makes room
    CHECK(names.answered("a", kStart + 7s).empty());
}

TEST_CASE("names: nobody is given up before the name was asked for") {
    NameQueue names(1);
    names.add("a", 0);
    names.add("b", 1);
    names.next(kStart);
    CHECK(names.give_up(kStart + 4s, patience).empty());
    CHECK(names.give_up_all() == std::vector<std::size_t>{0, 1});
    CHECK(names.empty());
    CHECK_FALSE(names.next(kStart));
    CHECK(names.answered("a", kStart).empty());
}
