// SPDX-License-Identifier: MIT
// `lyncprobe scan TARGETS.yaml…`
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "config/target_list.h"
#include "model/limits.h"
#include "probes/probe.h"
#include "rules/engine/judge.h"

#include <iostream>

namespace lyncprobe::app {

namespace {

bool is_built(Probe probe) { return probes::find(probe) != nullptr; }

config::ReadOptions read_options() {
    config::ReadOptions out;
    out.probe_is_built = is_built;
    for (const auto* rule : rules::all())
        out.rule_ids.push_back(rule->id);
    return out;
}

int input_error(const std::vector<Problem>& problems) {
    for (const auto& problem : problems)
        std::cerr << to_text(problem) << '\n';
    if (problems.size() > 1) std::cerr << problems.size() << " mistakes; nothing was probed\n";
    return kExitUsage;
}

} // namespace

int run_scan(const Options& options) {
    std::vector<config::Source> sources;
    std::vector<Problem> problems;
    for (const auto& path : options.inputs) {
        auto text = read_file(path, limits::kTargetFile);
        if (text)
            sources.push_back({path, std::move(*text)});
        else
            problems.push_back(text.error());
    }
    if (!problems.empty()) return input_error(problems);

    auto read = config::read_target_lists(sources, read_options());
    if (!read.problems.empty()) return input_error(read.problems);
    return run_deployment(std::move(read.deployment), options);
}

} // namespace lyncprobe::app
