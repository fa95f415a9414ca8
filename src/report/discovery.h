// SPDX-License-Identifier: MIT
// What `lyncprobe discover` found, as a target list.
#pragma once

#include "model/scan_result.h"

#include <iosfwd>
#include <vector>

namespace lyncprobe::report {

// A target list that `scan` reads; what was found wrong stands in it as comments.
void write_discovery_yaml(std::ostream&, const ScanResult&, const std::vector<Target>&);

} // namespace lyncprobe::report
