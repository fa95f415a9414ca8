// SPDX-License-Identifier: MIT
#include "rules/connection/others.h"

namespace lyncprobe::rules {

bool depends_on_others(const Target& target, const EndpointRow& row) {
    const bool skipped = row.main.outcome == Outcome::skipped && row.main.stage == Stage::connect;
    return skipped || (target.listing == Listing::usual && row.main.stage <= Stage::connect);
}

Others::Others(const ScanResult& run) {
    for (const auto& row : run.endpoints) {
        if (!judged(row)) continue;
        answering_targets_.insert(row.target);
        const auto& target = run.targets[row.target];
        answering_services_.emplace(target.pool, target.service, target.port);
    }
}

void Others::tell(const Target& target, const EndpointRow& row, EndpointEvidence& evidence) const {
    evidence.other_address_answers = answering_targets_.contains(row.target);
    evidence.pool_mate_answers =
        !target.service.empty() &&
        answering_services_.contains({target.pool, target.service, target.port});
}

} // namespace lyncprobe::rules
