// SPDX-License-Identifier: MIT
// The engine: names → addresses → connections, bounded, each endpoint exactly once. The only
// sockets of the product.
#pragma once

#include "model/observation.h"
#include "model/result.h"
#include "model/stall_clock.h"
#include "plan/plan.h"
#include "tls/tls_context.h"

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lyncprobe::net {

// EngineOptions are the settings of a scan as they were said, and what else the engine needs. An
// absent `concurrency` is 100 endpoints at a time (and never more than the descriptors allow),
// `per_address` 1 conversation, `retries` 0 after connect_timeout or reset and inside the deadline,
// `timeout` 10 s for one endpoint from the first look-up on, `connect_timeout` 5 s, `deadline`
// none.
struct EngineOptions : RunSettings {
    std::vector<std::string> resolvers;   // "address[:port]"; empty = the system's
    std::vector<std::string> our_domains; // SIP domains of our own; probes state the first
    std::string partner;                  // the domain of an XMPP partner; empty = none is known
    bool beside_tls13 = false;            // plan::ProbeVariants::tls12
    OperatingSystem also_as = OperatingSystem::unknown; // plan::ProbeVariants::as_os
    // Counts Ctrl-C; at 1 the engine stops starting, gives open attempts one second and returns.
    const std::atomic<int>* interrupts = nullptr;
    // Where stalls are counted, which extend everything but `deadline`; null = for this run only.
    StallClock* stalls = nullptr;
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
