// SPDX-License-Identifier: MIT
// Which roots the chains of a run lead to, by every certificate that the run saw and the trust
// anchors.
#pragma once

#include "model/scan_result.h"

#include <vector>

namespace lyncprobe::rules {

// In the order of their first endpoints.
std::vector<RootGroup> root_groups(const ScanResult&, const IssuerClosures&);

} // namespace lyncprobe::rules
