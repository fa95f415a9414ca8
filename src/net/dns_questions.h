// SPDX-License-Identifier: MIT
// A list of questions to name servers, asked to the end: what `lyncprobe discover` needs.
#pragma once

#include "model/dns.h"
#include "model/result.h"
#include "model/stall_clock.h"

#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lyncprobe::net {

struct AskOptions {
    std::vector<std::string> resolvers;   // "address[:port]"; empty = the system's
    Milliseconds timeout{10'000};         // of one question, from the moment it is asked
    std::optional<Milliseconds> deadline; // of them all; the rest is `not_asked`
    std::size_t at_a_time = 32;
    const std::atomic<int>* interrupts = nullptr; // counts Ctrl-C; at 1 nothing more is waited for
    StallClock* stalls = nullptr; // of whoever asks: puts off `timeout`; null counts none
};

// One answer for each question, in their order. The hosts file is not looked at: partners do not
// see it either. A Problem only where a resolver is no address or c-ares cannot start.
Result<std::vector<DnsAnswer>> ask(std::span<const DnsQuestion>, const AskOptions&);

} // namespace lyncprobe::net
