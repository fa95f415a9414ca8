// SPDX-License-Identifier: MIT
// Runs the rules over one chain and turns rulings into findings.
#pragma once

#include "model/finding.h"
#include "rules/engine/rule.h"

#include <span>
#include <string_view>
#include <vector>

namespace lyncprobe::rules {

std::span<const Rule* const> all(); // in the order of the contract
const Rule* find(std::string_view id);

// Selection holds the rules of a run: --only and --skip, ids or globs.
class Selection {
  public:
    Selection() = default; // every rule
    // A glob that matches no rule is a Problem.
    static Result<Selection> make(
        const std::vector<std::string>& only, const std::vector<std::string>& skip
    );
    bool chosen(const Rule&) const;
    // Does --only name it by its whole id? Then it says, too, where it does not apply.
    bool named(const Rule&) const;

  private:
    std::vector<const Rule*> rules_;
    std::vector<std::string> only_;
    bool everything_ = true;
};

// Every chosen rule on the chain: certificate rules once for each presented certificate, the others
// once. A leaf rule gives one not_applicable finding on each CA certificate. A rule that throws is
// `fail` with evidence.error. Findings are in the order position, rule, and those of the whole
// chain last; each stands once in the pool. A presented entry that is no certificate fails every
// rule that would judge it, with evidence.error.
std::vector<const Finding*> judge(const Chain&, const Context&, const Selection&, FindingPool&);

// The chosen deployment rules over all endpoints of a run, after the last of them.
std::vector<TopologyRow> judge_run(const RunResult&, const Selection&, FindingPool&);

// The same as judge() by a list of one's own.
std::vector<const Finding*>
judge_by(std::span<const Rule* const> rules, const Chain&, const Context&, FindingPool&);
// One rule on one subject, with the certificate filled in where the rule is about one.
Finding judge_one(const Rule&, const Subject&);

} // namespace lyncprobe::rules
