// SPDX-License-Identifier: MIT
#include "report/unfinished.h"

#include <algorithm>

namespace lyncprobe::report {

namespace {

// Does a problem tell already how it ended?
bool told(const EndpointRow& row) {
    constexpr std::string_view kConnectionRules[] = {
        kEndpointReachable, "client-certificate-accepted", "conversation-finished"};
    return std::ranges::any_of(row.findings, [&](const Finding* finding) {
        return (finding->verdict == Verdict::fail || finding->verdict == Verdict::warn) &&
               std::ranges::find(kConnectionRules, finding->rule) != std::end(kConnectionRules);
    });
}

} // namespace

Unfinished unfinished(const ScanResult& run) {
    const auto owed = unjudged_rows(run);
    Unfinished result;
    for (const auto& row : run.endpoints) {
        if (told(row)) continue;
        // Skipped beside a judged address of the same target is no gap in the judgement.
        if (owed.contains(&row))
            result.unjudged.push_back(&row);
        else if (!judged(row))
            result.untried.push_back(&row);
        else if (row.main.outcome != Outcome::ok)
            result.judged.push_back(&row);
    }
    return result;
}

} // namespace lyncprobe::report
