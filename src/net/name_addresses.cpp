// SPDX-License-Identifier: MIT
// Its own io_context, since nothing else goes on meanwhile.
#include "net/name_addresses.h"

#include "net/resolver.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lyncprobe::net {

namespace asio = boost::asio;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTick{50}; // how late an interrupt may be noticed

} // namespace

std::vector<LookUp> look_up(std::span<const std::string> names, const AskOptions& options) {
    std::vector<LookUp> found(names.size());
    for (auto& one : found)
        one.failure = "no answer from the name server in time";
    asio::io_context io;
    auto resolver = Resolver::make(io, {.servers = options.resolvers, .stalls = options.stalls});
    if (!resolver) {
        for (auto& one : found)
            one.failure = resolver.error().what;
        return found;
    }
    std::size_t open = names.size();
    for (std::size_t i = 0; i < names.size(); ++i)
        (*resolver)->look_up(names[i], [&found, &open, i](LookUp result) {
            found[i] = std::move(result);
            --open;
        });
    const auto started = Clock::now();
    const StallAllowance stalls(options.stalls);
    if (options.stalls != nullptr) options.stalls->begin(started, kTick);
    for (auto now = started; open > 0 && now - started - stalls.given(now) < options.timeout;) {
        if (options.interrupts && *options.interrupts > 0) break;
        io.run_for(kTick);
        io.restart();
        now = Clock::now();
        if (options.stalls != nullptr) options.stalls->turn(now);
    }
    return found;
}

} // namespace lyncprobe::net
