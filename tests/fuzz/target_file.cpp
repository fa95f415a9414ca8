// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a target list give a deployment or problems, never a crash.
#include "config/target_list.h"
#include "plan/plan.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const lyncprobe::config::Source source{"fuzz/targets.yaml", std::string(data, data + size)};
    auto outcome =
        lyncprobe::config::read_target_lists({source}, {nullptr, {"server-eku", "key-length"}});
    for (const auto& problem : outcome.problems)
        lyncprobe::to_text(problem);
    if (outcome.problems.empty())
        lyncprobe::plan::prepare(std::move(outcome.deployment.targets), outcome.deployment.inputs);
    return 0;
}
