// SPDX-License-Identifier: MIT
// Bookkeeping only: the asking is the resolver's, the clock the engine's.
#include "net/name_queue.h"

#include <algorithm>

namespace lyncprobe::net {

void NameQueue::add(const std::string& name, std::size_t target) {
    const auto [entry, is_new] = names_.try_emplace(name);
    if (is_new) order_.push_back(name);
    entry->second.targets.push_back(target);
}

std::optional<std::string> NameQueue::next(Clock::time_point now) {
    if (next_ == order_.size() || under_way_.size() >= at_a_time_) return std::nullopt;
    const std::string& name = order_[next_++];
    names_.at(name).asked = now;
    names_.at(name).stalls = StallAllowance(stalls_);
    under_way_.push_back(name);
    return name;
}

std::vector<NameQueue::Waiter> NameQueue::answered(const std::string& name, Clock::time_point now) {
    std::vector<Waiter> waiters;
    // An answer that comes after every target has given the name up.
    const auto entry = names_.find(name);
    if (entry == names_.end()) return waiters;
    for (const std::size_t target : entry->second.targets)
        waiters.push_back({.target = target, .look_up = entry->second.under_way(now)});
    names_.erase(entry);
    std::erase(under_way_, name);
    return waiters;
}

// Targets of one name may have different time-outs: those whose time is over are given up, and the
// name is waited for as long as one is left.
std::vector<NameQueue::Waiter> NameQueue::give_up(
    Clock::time_point now, const std::function<Clock::duration(std::size_t)>& patience
) {
    std::vector<Waiter> waiters;
    for (const std::string& text : under_way_) {
        Name& name = names_.at(text);
        const auto look_up = name.under_way(now);
        std::erase_if(name.targets, [&](std::size_t target) {
            if (look_up < patience(target)) return false;
            waiters.push_back({.target = target, .look_up = look_up});
            return true;
        });
        if (name.targets.empty()) names_.erase(text);
    }
    std::erase_if(under_way_, [this](const auto& text) { return !names_.contains(text); });
    return waiters;
}

std::vector<std::size_t> NameQueue::give_up_all() {
    std::vector<std::size_t> targets;
    for (const std::string& text : order_)
        if (const auto name = names_.find(text); name != names_.end())
            targets.insert(targets.end(), name->second.targets.begin(), name->second.targets.end());
    names_.clear();
    under_way_.clear();
    next_ = order_.size();
    return targets;
}

} // namespace lyncprobe::net
