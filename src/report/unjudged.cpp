// SPDX-License-Identifier: MIT
#include "report/unjudged.h"

namespace lyncprobe::report {
namespace {

// What the run's own deadline cut off was owed all the same; only the detail tells it from the
// other skipped ones.
bool untriable(const EndpointRow& row) {
    return row.main.outcome == Outcome::skipped &&
           row.main.detail.find("deadline") == std::string::npos;
}

} // namespace

std::set<const EndpointRow*> unjudged_rows(const RunResult& run) {
    std::set<std::size_t> judged_targets;
    for (const auto& row : run.endpoints)
        if (judged(row)) judged_targets.insert(row.target);
    std::set<const EndpointRow*> result;
    for (const auto& row : run.endpoints)
        if (!judged(row) && !(untriable(row) && judged_targets.contains(row.target)))
            result.insert(&row);
    return result;
}

} // namespace lyncprobe::report
