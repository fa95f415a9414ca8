// SPDX-License-Identifier: MIT
// What `--plan` prints. Pure.
#pragma once

#include "plan/plan.h"

#include <string>
#include <vector>

namespace lyncprobe::app {

// A line for each target, for a terminal.
std::string plan_text(const std::vector<Target>&);

} // namespace lyncprobe::app
