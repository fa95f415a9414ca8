// SPDX-License-Identifier: MIT
// Counting, over the whole of the sample.
#include "rules/verdicts/summary.h"
#include "unit/report/sample.h"

#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

TEST_CASE("summary: outcomes and verdicts are counted, the worst verdict is the worst") {
    const auto it = deployment();
    const auto& summary = it.summary;
    CHECK(summary.endpoints == 9);
    CHECK(summary.outcomes.at(Outcome::ok) == 3);
    CHECK(summary.outcomes.at(Outcome::timeout) == 2);
    CHECK(summary.verdicts.at(Verdict::fail) == 4);
    CHECK(summary.verdicts.at(Verdict::warn) == 6);
    CHECK(summary.waived == 2);
    CHECK(summary.unjudged == 4);
    CHECK(summary.worst == Verdict::fail);
    CHECK_FALSE(rules::summarise(ScanResult{}, Verdict::fail).worst.has_value());
}

} // namespace lyncprobe
