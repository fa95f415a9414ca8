// SPDX-License-Identifier: MIT
// The names of a run: each is asked for once, a bounded number at a time, and each target waits for
// its name only as long as its own deadline allows; stalls do not count. The time is an argument.
#pragma once

#include "model/stall_clock.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace lyncprobe::net {

// NameQueue knows which target waits for which name.
class NameQueue {
  public:
    using Clock = std::chrono::steady_clock;

    // Waiter is a target whose waiting is over, and how long its name was under way.
    struct Waiter {
        std::size_t target = 0;
        Clock::duration look_up{0};
    };

    // Null counts no stalls; else the clock outlives this.
    explicit NameQueue(std::size_t at_a_time, StallClock* stalls = nullptr)
        : at_a_time_(at_a_time), stalls_(stalls) {}

    void add(const std::string& name, std::size_t target);

    // The next name to ask for; empty while there is none or enough are under way.
    std::optional<std::string> next(Clock::time_point now);

    // The targets that waited for this name; none where it was given up before.
    std::vector<Waiter> answered(const std::string& name, Clock::time_point now);

    // The targets whose time is over. A name without waiting targets makes room for another.
    std::vector<Waiter> give_up(
        Clock::time_point now, const std::function<Clock::duration(std::size_t)>& patience
    );

    // All targets that still wait, in the order of names.
    std::vector<std::size_t> give_up_all();

    bool empty() const { return names_.empty(); }

  private:
    struct Name {
        std::vector<std::size_t> targets;
        Clock::time_point asked;
        StallAllowance stalls; // since then
        Clock::duration under_way(Clock::time_point now) const {
            return now - asked - stalls.given(now);
        }
    };

    std::size_t at_a_time_;
    StallClock* stalls_;
    std::unordered_map<std::string, Name> names_; // not yet answered
    std::vector<std::string> order_;
    std::size_t next_ = 0; // of order_, not yet asked for
    std::vector<std::string> under_way_;
};

} // namespace lyncprobe::net
