// SPDX-License-Identifier: MIT
// What the other endpoints of a run say about one that does not answer.
#pragma once

#include "model/scan_result.h"
#include "rules/engine/rule.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <tuple>

namespace lyncprobe::rules {

// Does the verdict on this endpoint depend on others? Then it is judged after them.
bool depends_on_others(const Target&, const EndpointRow&);

// Others is what a finished run says. It refers to the run's targets.
class Others {
  public:
    explicit Others(const ScanResult&);
    // Fills in what it knows of this endpoint.
    void tell(const Target&, const EndpointRow&, EndpointEvidence&) const;

  private:
    std::set<std::size_t> answering_targets_;
    std::set<std::tuple<std::string_view, std::string_view, std::uint16_t>>
        answering_services_; // pool, service, port
};

} // namespace lyncprobe::rules
