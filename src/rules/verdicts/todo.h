// SPDX-License-Identifier: MIT
// From findings to things to do: what one remedy mends is one item.
#pragma once

#include "model/scan_result.h"

#include <vector>

namespace lyncprobe::rules {

// Of all findings that fail or warn and are not waived; in order of importance, then of how many
// servers, then of the name.
std::vector<TodoItem> todo(const ScanResult&);

} // namespace lyncprobe::rules
