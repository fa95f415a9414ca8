// SPDX-License-Identifier: MIT
#include "rules/verdicts/summary.h"

#include "rules/verdicts/todo.h"

#include <algorithm>

namespace lyncprobe::rules {

namespace {

// What the exit codes mean is part of the contract with other people's scripts.
enum Exit { kGood = 0, kFindings = 1, kBadInput = 2, kUnjudged = 3, kInterrupted = 130 };

void count_findings(Summary&, const std::vector<const Finding*>&);
int exit_code(const Summary&, const ScanResult&, std::optional<Verdict> fail_on);
int go_live_exit_code(const std::vector<FederationRow>&);

} // namespace

Summary summarise(const ScanResult& run, std::optional<Verdict> fail_on) {
    Summary summary;
    summary.endpoints = run.endpoints.size();
    for (const auto& row : run.endpoints) {
        ++summary.outcomes[row.main.outcome];
        count_findings(summary, row.findings);
    }
    for (const auto& row : run.topology)
        count_findings(summary, {row.finding});
    for (const auto& identity : run.identities)
        count_findings(summary, identity.findings);
    for (const auto& file : run.files)
        count_findings(summary, file.findings);
    for (const auto& domain : run.domains) {
        const auto count = count_answers(domain);
        summary.questions += count.questions;
        summary.unanswered += count.unanswered;
        for (const auto& finding : domain.findings)
            count_findings(summary, {&finding});
    }
    summary.unjudged = unjudged_rows(run).size();
    summary.exit_code = exit_code(summary, run, fail_on);
    summary.problems = todo(run);
    return summary;
}

namespace {

void count_findings(Summary& summary, const std::vector<const Finding*>& findings) {
    for (const auto* finding : findings) {
        if (finding->waived) {
            ++summary.waived;
            continue;
        }
        ++summary.verdicts[finding->verdict];
        if (!summary.worst || badness(finding->verdict) > badness(*summary.worst))
            summary.worst = finding->verdict;
    }
}

// An input that could not be read wins over what was found in the others.
int exit_code(const Summary& summary, const ScanResult& run, std::optional<Verdict> fail_on) {
    if (run.interrupted) return kInterrupted;
    for (const auto& file : run.files)
        if (!file.error.empty()) return kBadInput;
    if (!run.federation.empty()) return go_live_exit_code(run.federation);
    if (fail_on && summary.worst && badness(*summary.worst) >= badness(*fail_on)) return kFindings;
    const auto open = summary.unjudged + summary.unanswered + locations_left_out(run);
    return open > 0 ? kUnjudged : kGood;
}

// Go or no-go; what a rule says counts as far as it decides that.
int go_live_exit_code(const std::vector<FederationRow>& rows) {
    const auto any = [&](GoLive verdict) {
        return std::ranges::find(rows, verdict, &FederationRow::verdict) != rows.end();
    };
    if (any(GoLive::will_fail)) return kFindings;
    return any(GoLive::cannot_tell) ? kUnjudged : kGood;
}

} // namespace

} // namespace lyncprobe::rules
