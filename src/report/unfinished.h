// SPDX-License-Identifier: MIT
// The endpoints that did not tell everything.
#pragma once

#include "model/scan_result.h"

#include <vector>

namespace lyncprobe::report {

using Rows = std::vector<const EndpointRow*>;

// Unfinished is the endpoints that did not tell everything, by what that means for the judgement;
// those whose end a finding tells already are left out. Borrowed from the result.
struct Unfinished {
    Rows unjudged, untried, judged;
};
Unfinished unfinished(const ScanResult&);

} // namespace lyncprobe::report
