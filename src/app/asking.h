// SPDX-License-Identifier: MIT
// Questions to name servers in rounds, all inside one --deadline.
#pragma once

#include "app/options.h"
#include "net/dns_questions.h"
#include "plan/discovery.h"

#include <chrono>
#include <optional>
#include <vector>

namespace lyncprobe::app {

class Asking {
  public:
    explicit Asking(const Options&); // --timeout is the limit of one question

    Result<plan::Answers> ask(const std::vector<DnsQuestion>&);
    // What is left of the deadline, nothing less than nothing; absent where there is none.
    std::optional<Milliseconds> remaining() const;

  private:
    net::AskOptions options_;
    std::optional<Milliseconds> deadline_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace lyncprobe::app
