// SPDX-License-Identifier: MIT
#include "app/target_lists.h"

#include "app/output.h"
#include "model/limits.h"
#include "probes/probe.h"
#include "rules/engine/judge.h"

#include <utility>

namespace lyncprobe::app {

namespace {

bool is_built(Probe probe) { return probes::find(probe) != nullptr; }

config::ReadOptions read_options(bool targets_needed) {
    config::ReadOptions out;
    out.targets_needed = targets_needed;
    out.probe_is_built = is_built;
    // The reasons of `federation` can be waived, too.
    for (const auto* rule : rules::catalogue())
        out.rule_ids.push_back(rule->id);
    return out;
}

} // namespace

config::ReadOutcome read_lists(const std::vector<std::string>& paths, bool targets_needed) {
    std::vector<config::Source> sources;
    config::ReadOutcome failed;
    for (const auto& path : paths) {
        auto text = read_file(path, limits::kTargetFile);
        if (text)
            sources.push_back({path, std::move(*text)});
        else
            failed.problems.push_back(text.error());
    }
    if (!failed.problems.empty()) return failed;
    return config::read_target_lists(sources, read_options(targets_needed));
}

Result<Deployment> read_waiver_list(const std::string& path) {
    if (path.empty()) return Deployment();
    auto read = read_lists({path}, false);
    if (!read.problems.empty()) return read.problems.front();
    return std::move(read.deployment);
}

} // namespace lyncprobe::app
