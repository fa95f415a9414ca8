// SPDX-License-Identifier: MIT
// Target lists from files, and the waivers in one.
#pragma once

#include "config/target_list.h"

#include <string>
#include <vector>

namespace lyncprobe::app {

// Every mistake is in `problems`, also that a file cannot be read.
config::ReadOutcome read_lists(const std::vector<std::string>& paths, bool targets_needed = true);

// Of `--waivers LIST.yaml`; none where the path is empty. The first mistake of the list.
Result<Deployment> read_waiver_list(const std::string& path);

} // namespace lyncprobe::app
