// SPDX-License-Identifier: MIT
// How long this program itself could not run: the machine was suspended, swapped, gave its
// processors to others, or one piece of work took long. Pure: the time is an argument.
#pragma once

#include "model/time.h"

#include <algorithm>
#include <chrono>

namespace lyncprobe {

// StallClock adds up the turns of event loops that took too long. Loops that follow each other
// share one; it is of one thread.
class StallClock {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr Milliseconds kLongTurn{250}; // a turn that takes longer is a stall

    // A loop begins that comes round at least `every` so often where there is nothing to do.
    void begin(Clock::time_point now, Clock::duration every) {
        last_ = now;
        every_ = every;
    }
    // The loop has come round.
    void turn(Clock::time_point now) {
        look(now);
        last_ = now;
    }
    // To be called before time is compared with a limit: counts a stall that no turn() has seen
    // yet, since handlers of limits may run before the loop's own.
    void look(Clock::time_point now) {
        if (now - last_ <= every_ + kLongTurn) return;
        total_ += now - last_ - every_;
        last_ = now;
    }
    Clock::duration total() const { return total_; }

  private:
    Clock::time_point last_ = Clock::time_point::max(); // nothing is lost before a loop begins
    Clock::duration every_{0};
    Clock::duration total_{0};
};

// StallAllowance is what one endpoint, name or fetch gets back of the stalls since it began.
class StallAllowance {
  public:
    using Clock = StallClock::Clock;
    static constexpr std::chrono::seconds kMost{60};

    // Null gives nothing; else the clock outlives this.
    explicit StallAllowance(StallClock* clock = nullptr)
        : clock_(clock), before_(clock != nullptr ? clock->total() : Clock::duration{0}) {}

    // Up to `now`; never falls.
    Clock::duration given(Clock::time_point now) const {
        if (clock_ == nullptr) return Clock::duration{0};
        clock_->look(now);
        return std::min<Clock::duration>(clock_->total() - before_, kMost);
    }

  private:
    StallClock* clock_;
    Clock::duration before_;
};

} // namespace lyncprobe
