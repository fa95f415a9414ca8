// SPDX-License-Identifier: MIT
// The part of a text report that says what is wrong and what to do about it.
#pragma once

#include "report/certificate_index.h"
#include "report/page.h"
#include "report/report.h"
#include "report/statements.h"

#include <vector>

namespace lyncprobe::report {

inline constexpr std::size_t kUnderVerdict = 7; // columns: behind "  FAIL "

// What the findings of one rule share: "FAIL id", and below what they say the fix and the source.
void write_title(Page&, const Finding&);
void write_fix(Page&, const Finding&);
void write_source(Page&, const Finding&);

// Fails and warnings by server; what holds on several servers is said once, under `several_title`.
void write_problems(
    Page& page, std::string_view several_title, const std::vector<Occurrence>& all,
    const CertificateIndex& index, const TextOptions& options
);

// What could not be decided, and what would settle it, one line each.
void write_inconclusives(Page&, const std::vector<Occurrence>&, const TextOptions&);

// How many findings pass or do not apply, by rule.
void write_passes(Page&, const std::vector<Occurrence>&);

void write_waived(Page&, const std::vector<Occurrence>&, const TextOptions&);

} // namespace lyncprobe::report
