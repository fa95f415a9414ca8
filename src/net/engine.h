// SPDX-License-Identifier: MIT
// The engine: names → addresses → connections, bounded, each endpoint exactly once. The only
// sockets of the product.
#pragma once

#include "model/observation.h"
#include "model/result.h"
#include "plan/plan.h"
#include "tls/tls_context.h"

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lyncprobe::net {

struct EngineOptions {
    std::size_t concurrency = 100; // endpoints at a time; lowered to the descriptors there are
    std::size_t per_address = 1;   // conversations at a time with one address
    unsigned retries = 0;         // extra tries after connect_timeout or reset, inside the deadline
    Milliseconds timeout{10'000}; // one absolute deadline per endpoint
    Milliseconds connect_timeout{5'000};
    std::optional<Milliseconds> deadline; // of the whole run
    int address_family = 0;               // 0 any, 4, 6
    std::vector<std::string> resolvers;   // "address[:port]"; empty = the system's
    plan::Breadth breadth;                // what is asked besides the endpoint's own attempt
    std::string our_domain;               // a SIP domain of our own, for the probes that state one
    // Counts Ctrl-C; at 1 the engine stops starting, gives open attempts one second and returns.
    const std::atomic<int>* interrupts = nullptr;
};

struct Progress {
    std::size_t targets = 0, endpoints_known = 0, endpoints_finished = 0, in_flight = 0;
};

struct Sinks {
    std::function<void(ProbedEndpoint&&)> finished;  // once per endpoint, in order of completion
    std::function<void(const Progress&)> tick;       // about ten times a second; may be empty
    std::function<void(const std::string&)> warning; // one sentence for stderr; may be empty
};

struct RunEnd {
    bool interrupted = false;
    bool deadline_reached = false;
};

// Probes every target and returns when each endpoint was handed to `finished`. A Problem only where
// the engine could not start at all (an impossible resolver address).
Result<RunEnd>
run(std::span<const Target> targets, const EngineOptions&, tls::ContextPool&, const Sinks&);

} // namespace lyncprobe::net
