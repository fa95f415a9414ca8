// SPDX-License-Identifier: MIT
// A machine that runs out of descriptors or memory: who waits, who goes on, and nobody for ever.
#include "net/shortage_policy.h"

#include <doctest/doctest.h>

using lyncprobe::net::ShortagePolicy;

TEST_CASE("shortage: without one nothing is held back") {
    ShortagePolicy policy(4);
    CHECK(policy.may_start());
    policy.ended();
    CHECK(policy.may_start());
}

TEST_CASE("shortage: an attempt that is alone does not wait, since nobody would make room") {
    ShortagePolicy policy(4);
    CHECK(!policy.wait(1));
    CHECK(policy.may_start());
    REQUIRE(policy.wait(2));
    CHECK(!policy.wait(2)); // the other one waits: this one is alone
}

TEST_CASE("shortage: nothing new starts while somebody waits, and half as many go on") {
    ShortagePolicy policy(8);
    REQUIRE(policy.wait(8)); // 7 are active, at most 4 shall be
    CHECK(!policy.may_start());
    CHECK(!policy.may_resume(8));
    CHECK(!policy.may_resume(5)); // 4 are active beside it, as many as may be
    CHECK(policy.may_resume(4));
    policy.resumed();
    CHECK(policy.may_start());
}

TEST_CASE("shortage: the limit grows by one with each endpoint that ends, up to the concurrency") {
    ShortagePolicy policy(4);
    REQUIRE(policy.wait(4));      // the limit is 2
    REQUIRE(policy.wait(4));      // 1
    CHECK(!policy.may_resume(3)); // 1 is active
    CHECK(policy.may_resume(2));  // none is
    policy.ended();               // 2
    CHECK(policy.may_resume(3));
    for (int i = 0; i < 10; ++i)
        policy.ended();
    CHECK(policy.may_resume(5));
    CHECK(!policy.may_resume(6)); // 4 are active
}

TEST_CASE("shortage: of any number that meet it together all come to their end") {
    constexpr std::size_t kEndpoints = 100, kRoom = 3;
    ShortagePolicy policy(kEndpoints);
    std::size_t started = kEndpoints, waiting = 0;
    while (started - waiting > kRoom) { // those beyond the room meet the shortage
        REQUIRE(policy.wait(started));
        ++waiting;
    }
    std::size_t rounds = 0;
    while (started > 0) {
        REQUIRE(++rounds < 1000);
        if (started > waiting) { // one of the active ends
            --started;
            policy.ended();
        }
        while (waiting > 0 && policy.may_resume(started)) {
            policy.resumed();
            --waiting;
            // Beyond the room it meets the shortage again.
            if (started - waiting > kRoom && policy.wait(started)) ++waiting;
            if (started - waiting >= kRoom) break;
        }
    }
    CHECK(policy.may_start());
}
