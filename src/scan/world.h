// SPDX-License-Identifier: MIT
// All that this room asks of the outside. A test replaces it and needs no socket.
#pragma once

#include "fetch/fetch.h"
#include "model/time.h"
#include "net/dns_questions.h"
#include "net/engine.h"

#include <functional>
#include <span>
#include <vector>

namespace lyncprobe::scan {

// The wall clock; nothing else in this room reads it.
Time wall_clock();

// World has the signatures, and the contracts, of net::run, net::ask and fetch::fetch.
struct World {
    std::function<Result<
        net::
            RunEnd>(std::span<const Target>, const net::EngineOptions&, tls::ContextPool&, const net::Sinks&)>
        probe = net::run;
    std::function<
        Result<std::vector<DnsAnswer>>(std::span<const DnsQuestion>, const net::AskOptions&)>
        ask = net::ask;
    std::function<
        void(const std::vector<fetch::Request>&, const fetch::Options&, const std::function<void(std::size_t, fetch::Answer&&)>&)>
        fetch = fetch::fetch;
    std::function<Time()> now = wall_clock;
};

} // namespace lyncprobe::scan
