// SPDX-License-Identifier: MIT
#include "report/unjudged.h"

namespace lyncprobe::report {
namespace {

// Skipped at connect: this address cannot be tried from here. Skipped before that: the run's own
// deadline cut it off, and it was owed all the same.
bool untriable(const EndpointRow& row) {
    return row.main.outcome == Outcome::skipped && row.main.stage == Stage::connect;
}

} // namespace

std::set<const EndpointRow*> unjudged_rows(const ScanResult& run) {
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
