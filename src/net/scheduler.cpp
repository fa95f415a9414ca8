// SPDX-License-Identifier: MIT
// The order of turns: longest queue first, then first come, first served.
#include "net/scheduler.h"

#include <algorithm>

namespace lyncprobe::net {

Scheduler::Scheduler(std::size_t concurrency, std::size_t per_address)
    : concurrency_(std::max<std::size_t>(concurrency, 1)),
      per_address_(std::max<std::size_t>(per_address, 1)) {}

// The rank of an address in `ready_` is part of its key, so each change of a queue takes the
// address out before and puts it back after.
void Scheduler::add(const Endpoint& endpoint) {
    Queue& queue = queues_[endpoint.address];
    leave(endpoint.address, queue);
    queue.waiting.push_back({.number = arrivals_++, .endpoint = endpoint});
    ++waiting_;
    enter(endpoint.address, queue);
}

std::optional<Endpoint> Scheduler::next() {
    if (running_ >= concurrency_ || ready_.empty()) return std::nullopt;
    const Address address = ready_.begin()->address;
    Queue& queue = queues_.at(address);
    leave(address, queue);
    const Endpoint endpoint = queue.waiting.front().endpoint;
    queue.waiting.pop_front();
    --waiting_;
    ++queue.running;
    ++running_;
    enter(address, queue);
    return endpoint;
}

void Scheduler::finished(const Address& address) {
    const auto found = queues_.find(address);
    leave(address, found->second);
    --found->second.running;
    --running_;
    // Thousands of addresses come and go in a run; those that are done are not kept.
    if (found->second.running == 0 && found->second.waiting.empty())
        queues_.erase(found);
    else
        enter(address, found->second);
}

// Queues are ordered by address, a report by arrival.
std::vector<Endpoint> Scheduler::give_up() {
    std::vector<Arrival> arrivals;
    for (auto& [address, queue] : queues_) {
        arrivals.insert(arrivals.end(), queue.waiting.begin(), queue.waiting.end());
        queue.waiting.clear();
    }
    std::erase_if(queues_, [](const auto& entry) { return entry.second.running == 0; });
    ready_.clear();
    waiting_ = 0;
    std::ranges::sort(arrivals, {}, &Arrival::number);
    std::vector<Endpoint> endpoints;
    endpoints.reserve(arrivals.size());
    for (const Arrival& arrival : arrivals)
        endpoints.push_back(arrival.endpoint);
    return endpoints;
}

void Scheduler::enter(const Address& address, const Queue& queue) {
    if (may_start(queue))
        ready_.insert({queue.waiting.size(), queue.waiting.front().number, address});
}

void Scheduler::leave(const Address& address, const Queue& queue) {
    if (may_start(queue))
        ready_.erase({queue.waiting.size(), queue.waiting.front().number, address});
}

bool Scheduler::may_start(const Queue& queue) const {
    return !queue.waiting.empty() && queue.running < per_address_;
}

std::strong_ordering Scheduler::Ready::operator<=>(const Ready& other) const {
    if (const auto longer = other.waiting <=> waiting; longer != 0) return longer;
    return first <=> other.first;
}

} // namespace lyncprobe::net
