// SPDX-License-Identifier: MIT
// Whose turn it is: a bounded number of endpoints at a time, and a bounded number with one address.
// No clock, no socket.
#pragma once

#include "model/host.h"

#include <chrono>
#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace lyncprobe::net {

// Endpoint is one address of one target, waiting for its turn.
struct Endpoint {
    std::size_t target = 0; // index into the planned targets
    Address address;
    std::size_t addresses_of_name = 1;
    std::size_t addresses_skipped = 0;
    std::chrono::nanoseconds look_up{0}; // what its name took; charged to its deadline
};

// Scheduler gives turns. The address with the longest queue comes first, so that the whole run
// takes no longer than its busiest address or its number of endpoints demand; among equals the
// order of arrival holds.
class Scheduler {
  public:
    Scheduler(std::size_t concurrency, std::size_t per_address);

    void add(const Endpoint& endpoint);
    std::optional<Endpoint> next(); // starts it; empty while nothing may start
    void finished(const Address& address);

    std::size_t running() const { return running_; }
    std::size_t waiting() const { return waiting_; }

    // Takes back everything that has not had its turn, in order of arrival.
    std::vector<Endpoint> give_up();

  private:
    struct Arrival {
        std::uint64_t number = 0;
        Endpoint endpoint;
    };
    struct Queue {
        std::list<Arrival> waiting; // a list, because thousands of queues hold one endpoint each
        std::size_t running = 0;
    };
    // Ready is the rank of an address that may start; the smallest starts first.
    struct Ready {
        std::size_t waiting = 0;
        std::uint64_t first = 0;
        Address address;
        std::strong_ordering operator<=>(const Ready& other) const;
    };

    void enter(const Address& address, const Queue& queue);
    void leave(const Address& address, const Queue& queue);
    bool may_start(const Queue& queue) const;

    std::size_t concurrency_;
    std::size_t per_address_;
    std::size_t running_ = 0;
    std::size_t waiting_ = 0;
    std::uint64_t arrivals_ = 0;
    std::map<Address, Queue> queues_;
    std::set<Ready> ready_;
};

} // namespace lyncprobe::net
