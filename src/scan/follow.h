// SPDX-License-Identifier: MIT
// `--follow`: from what autodiscover answers name to further targets. Pure.
#pragma once

#include "model/scan_result.h"

#include <string>
#include <vector>

namespace lyncprobe::scan {

// A target for each host and port that the autodiscover answers of the run name and that is none of
// its targets yet; at most limits::kLearntKept of them. Addresses are left out, and no identity is
// offered outside the domain that was asked about and our own (`own`).
std::vector<Target> learnt_targets(const ScanResult&, const std::vector<std::string>& own);

} // namespace lyncprobe::scan
