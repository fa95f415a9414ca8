// SPDX-License-Identifier: MIT
// Findings as a person reads them: what is the same is said once, with the places where it holds.
#pragma once

#include "model/scan_result.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

// Occurrence is one finding at one place.
struct Occurrence {
    const Finding* finding = nullptr;
    std::string_view where;  // endpoint id, identity or file; foreign, owned by the run
    std::string_view server; // what an administrator would log on to; same
};

// Of endpoints, identities and files, in the order of the run. `passes`: also of rules that passed
// or did not apply, which are most findings of a large run.
std::vector<Occurrence> occurrences(const ScanResult&, bool passes);

// Statement is every occurrence of one verdict, rule and message.
struct Statement {
    const Finding* finding = nullptr; // the first
    std::string_view server;          // of the first
    bool several_servers = false;
    std::vector<std::string_view> where; // each place once
    std::set<Fingerprint> certificates;
    std::size_t findings = 0;
};

// Statements of one verdict, waived findings left out, in the order of their first occurrence.
std::vector<Statement> statements(const std::vector<Occurrence>&, Verdict);
std::vector<Statement> waived_statements(const std::vector<Occurrence>&);

} // namespace lyncprobe::report
