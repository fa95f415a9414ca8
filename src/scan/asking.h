// SPDX-License-Identifier: MIT
// Questions to name servers in rounds, all inside one deadline.
#pragma once

#include "model/deployment.h"
#include "plan/discovery.h"
#include "scan/scan.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::scan {

class Asking {
  public:
    // `settings.timeout` is the limit of one question, `settings.deadline` of them all. The options
    // outlive this.
    Asking(const RunSettings&, const std::vector<std::string>& resolvers, const ScanOptions&);
    Asking(const Asking&) = delete;
    Asking& operator=(const Asking&) = delete;

    Result<plan::Answers> ask(const std::vector<DnsQuestion>&);
    // Asks for these records of the domains, then for the addresses of the hosts in them; takes the
    // answers into the domains. `family`: 0 both, 4 or 6.
    std::optional<Problem> find_out(
        std::vector<DomainDiscovery>&, const std::vector<DnsQuestion>& records, int family
    );
    Milliseconds stalled() const; // until now
    // What is left of the deadline, never negative; absent where there is none.
    std::optional<Milliseconds> remaining() const;

  private:
    const World& world_;
    StallClock stalls_;
    net::AskOptions options_; // points to stalls_
    std::optional<Milliseconds> deadline_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace lyncprobe::scan
