// SPDX-License-Identifier: MIT
// What becomes of attempts when this machine runs out of descriptors, ports or memory: they wait
// and go on, ever fewer beside each other, so that a run ends with every endpoint's own result. No
// clock, no socket.
#pragma once

#include <algorithm>
#include <cstddef>

namespace lyncprobe::net {

// ShortagePolicy counts the endpoints that wait. `started` is always the number of endpoints that
// have begun and not ended, those that wait included.
class ShortagePolicy {
  public:
    explicit ShortagePolicy(std::size_t concurrency)
        : concurrency_(concurrency), limit_(concurrency) {}

    // An attempt has met a shortage. True: it waits now, because others hold what it lacks, and may
    // go on when may_resume() says so. False: it is alone, so waiting would change nothing.
    bool wait(std::size_t started) {
        const std::size_t active = started - waiting_;
        if (active <= 1) return false;
        limit_ = std::max<std::size_t>(std::min(limit_, active) / 2, 1);
        ++waiting_;
        return true;
    }
    bool may_resume(std::size_t started) const { return started - waiting_ < limit_; }
    void resumed() { --waiting_; }

    // What could not be opened for one endpoint could not be opened for a new one either.
    bool may_start() const { return waiting_ == 0; }
    // An endpoint has come to its end: one more may go on.
    void ended() { limit_ = std::min(limit_ + 1, concurrency_); }

  private:
    std::size_t concurrency_;
    // How many may go on beside each other: half as many after each shortage, one more with each
    // that ends, or all would run into the same shortage again and again.
    std::size_t limit_;
    std::size_t waiting_ = 0;
};

} // namespace lyncprobe::net
