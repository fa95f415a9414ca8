// SPDX-License-Identifier: MIT
// Time in which the program could not run is counted once, and given back up to a limit.
#include "model/stall_clock.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace std::chrono_literals;

namespace {

const StallClock::Clock::time_point kStart{};

} // namespace

TEST_CASE("stalls: turns up to 250 ms beside the loop's own wait are none, longer ones count whole"
) {
    StallClock clock;
    clock.begin(kStart + 1h, 50ms); // what was before it is nobody's loss
    clock.turn(kStart + 1h + 300ms);
    CHECK(clock.total() == 0ms);
    clock.turn(kStart + 1h + 601ms);
    CHECK(clock.total() == 251ms);
    clock.turn(kStart + 1h + 12s);
    CHECK(clock.total() == 251ms + 12s - 651ms);
    clock.begin(kStart + 2h, 100ms); // the next loop
    clock.turn(kStart + 2h + 350ms);
    CHECK(clock.total() == 251ms + 12s - 651ms);
}

TEST_CASE("stalls: whoever looks first counts the stall, and nobody a second time") {
    StallClock clock;
    clock.begin(kStart, 50ms);
    clock.look(kStart + 200ms); // not a turn: the next one is measured from the beginning
    clock.turn(kStart + 350ms);
    CHECK(clock.total() == 300ms);
    clock.look(kStart + 11s);
    CHECK(clock.total() == 300ms + 10'600ms);
    clock.turn(kStart + 11s + 5ms);
    CHECK(clock.total() == 300ms + 10'600ms);
}

TEST_CASE("stalls: one gets back what was lost since it began, a minute at most") {
    StallClock clock;
    clock.begin(kStart, 0ms);
    clock.turn(kStart + 5s);
    const StallAllowance one(&clock);
    CHECK(one.given(kStart + 5s) == 0ms);
    CHECK(one.given(kStart + 16s) == 11s); // before the loop comes round
    clock.turn(kStart + 16s);
    CHECK(one.given(kStart + 16s) == 11s);
    clock.turn(kStart + 65s);
    CHECK(one.given(kStart + 65s) == 60s);
    clock.turn(kStart + 1h);
    CHECK(one.given(kStart + 1h) == 60s);
    CHECK(clock.total() == 1h);
    CHECK(StallAllowance().given(kStart + 1h) == 0ms);
}
