// SPDX-License-Identifier: MIT
// `--follow`: from what autodiscover answers name to further targets. Pure.
#pragma once

#include "model/run_result.h"

#include <vector>

namespace lyncprobe::app {

// A target for each host and port that the autodiscover answers of the targets from number `from`
// on name and that is no target of the run yet; at most limits::kLearntKept of them.
std::vector<Target> learnt_targets(const RunResult&, std::size_t from);

} // namespace lyncprobe::app
