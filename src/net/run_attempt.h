// SPDX-License-Identifier: MIT
// One attempt: one connection, one exchange, one observation.
#pragma once

#include "model/observation.h"
#include "net/connection.h"
#include "probes/probe.h"
#include "tls/tls_context.h"

#include <memory>
#include <span>
#include <string>

#include <boost/asio/awaitable.hpp>

namespace lyncprobe::net {

// AttemptSetup is all that an attempt needs. What is referred to outlives the engine's loop.
struct AttemptSetup {
    std::shared_ptr<Connection> connection; // new
    tls::ContextPool* contexts = nullptr;
    std::span<char> buffer; // shared by all connections: nothing stays in it over a wait
    const Target* target = nullptr;
    Address address;
    Attempt attempt;
    const probes::ProbeInfo* probe = nullptr; // null: the handshake alone
    Clock::time_point deadline;
    std::chrono::nanoseconds connect_timeout{0};
    std::chrono::nanoseconds look_up{0}; // what the name took, for the timings
    std::string seed;
    std::string_view our_domain, partner; // as probes::Peer has them
    bool own_domain_asked = false;
};

// True where only a shortage of this machine's was the reason. What was seen goes into `seen`,
// which outlives the wait: results handed from frame to frame would cost each waiting connection
// kilobytes.
boost::asio::awaitable<bool> run_attempt(AttemptSetup setup, Observation& seen);

} // namespace lyncprobe::net
