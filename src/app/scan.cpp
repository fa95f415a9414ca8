// SPDX-License-Identifier: MIT
// `lyncprobe scan TARGETS.yaml…`
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/target_lists.h"

#include <iostream>

namespace lyncprobe::app {

namespace {

int input_error(const std::vector<Problem>& problems) {
    for (const auto& problem : problems)
        std::cerr << to_text(problem) << '\n';
    if (problems.size() > 1) std::cerr << problems.size() << " mistakes; nothing was probed\n";
    return kExitUsage;
}

} // namespace

int run_scan(const Options& options) {
    auto read = read_lists(options.inputs);
    if (!read.problems.empty()) return input_error(read.problems);
    return run_deployment(std::move(read.deployment), options);
}

} // namespace lyncprobe::app
