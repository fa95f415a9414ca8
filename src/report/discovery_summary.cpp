// SPDX-License-Identifier: MIT
#include "report/discovery.h"

namespace lyncprobe::report {
namespace {

// What the exit codes mean is part of the contract with other people's scripts.
enum Exit { kGood = 0, kFindings = 1, kUnjudged = 3, kInterrupted = 130 };

} // namespace

void summarise(Discovery& found, std::optional<Verdict> fail_on) {
    for (const auto& domain : found.domains) {
        const auto count = count_answers(domain);
        found.questions += count.questions;
        found.unanswered += count.unanswered;
        for (const auto& finding : domain.findings) {
            ++found.verdicts[finding.verdict];
            if (!found.worst || badness(finding.verdict) > badness(*found.worst))
                found.worst = finding.verdict;
        }
    }
    if (found.interrupted)
        found.exit_code = kInterrupted;
    else if (fail_on && found.worst && badness(*found.worst) >= badness(*fail_on))
        found.exit_code = kFindings;
    else
        found.exit_code = found.unanswered > 0 ? kUnjudged : kGood;
}

} // namespace lyncprobe::report
