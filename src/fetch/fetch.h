// SPDX-License-Identifier: MIT
// Downloads from locations that certificates name: bounded in size, time and redirects, and only
// from hosts that the address policy allows. The only room with libcurl.
#pragma once

#include "model/address_policy.h"
#include "model/revocation.h"
#include "model/stall_clock.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::fetch {

struct Request {
    std::string url;
    std::string body;      // of an OCSP request, which is then sent with POST; empty = GET
    std::size_t limit = 0; // bytes of the answer
};

struct Answer {
    FetchOutcome outcome = FetchOutcome::interrupted;
    std::string detail;
    std::vector<std::string> values; // one from the web, as many as there are from a directory
    std::optional<Address> address;
    std::size_t bytes = 0;
    double milliseconds = 0;
};

// NameFound is what a resolver knows of a host.
struct NameFound {
    std::vector<Address> addresses;
    std::string failure; // why there is none
    bool no_such_name = false;
};

struct Options {
    bool private_networks = false;
    std::string ldap_server;      // "HOST[:PORT]" for locations without a host
    Milliseconds timeout{15'000}; // of one location, redirects included
    Milliseconds connect_timeout{5'000};
    std::optional<std::chrono::steady_clock::time_point> deadline; // the rest is `skipped`
    std::string deadline_says = "the run's deadline came first";   // why
    // Asked before a request is sent; where it gives a reason, that is `limit_exceeded`.
    std::function<std::string(std::size_t request)> refusal = {};
    std::size_t at_a_time = 8;                    // each may hold as much as its limit
    const std::atomic<int>* interrupts = nullptr; // counts Ctrl-C; at 1 the rest is `interrupted`
    StallClock* stalls = nullptr; // of whoever fetches: puts off `timeout`; null counts none
    // All names of one round at once; one answer for each, in their order.
    std::function<std::vector<NameFound>(const std::vector<std::string>&)> resolve;
};

// Calls `done` once for each request, in no order, as soon as its answer is there.
void fetch(
    const std::vector<Request>&, const Options&,
    const std::function<void(std::size_t request, Answer&&)>& done
);

} // namespace lyncprobe::fetch
