// SPDX-License-Identifier: MIT
// Which roots the chains of a run lead to, by every certificate that the run saw and the trust
// anchors.
#pragma once

#include "model/scan_result.h"

#include <vector>

namespace lyncprobe::rules {

// From the endpoints and the ascents of the run, in the order of their first endpoints.
std::vector<RootGroup> root_groups(const ScanResult&);

} // namespace lyncprobe::rules
