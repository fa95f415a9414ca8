// SPDX-License-Identifier: MIT
// Target lists (YAML) → Deployment. The only room that knows yaml-cpp.
#pragma once

#include "model/deployment.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::config {

// One file's text and the path it came from (paths inside are relative to its folder).
struct Source {
    std::string path; // as the user wrote it; appears in every message
    std::string text; // UTF-8, with or without BOM; UTF-16 with BOM is accepted
};

struct ReadOptions {
    // False for a probe that the contract names and this build does not speak yet: "known, not
    // built yet".
    bool (*probe_is_built)(Probe) = nullptr; // null = all are
    // The ids of the rules, for `only`, `skip` and `waivers`; a glob that matches none is a
    // mistake.
    std::vector<std::string_view> rule_ids;
    bool targets_needed = true; // false: a list of waivers alone is complete
};

// Either a deployment or every mistake found (a file stops at its first syntax error).
struct ReadOutcome {
    Deployment deployment;
    std::vector<Problem> problems; // empty = good
};
ReadOutcome read_target_lists(const std::vector<Source>&, const ReadOptions&);

} // namespace lyncprobe::config
