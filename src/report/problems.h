// SPDX-License-Identifier: MIT
// The part of a text report that says what is wrong and what to do about it.
#pragma once

#include "report/certificate_index.h"
#include "report/page.h"
#include "report/report.h"
#include "report/statements.h"

#include <set>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

inline constexpr std::size_t kUnderVerdict = 7; // columns: behind "  FAIL "
inline constexpr std::size_t kPlacesListed = 6; // endpoints of one statement; the JSON has them all

// What the findings of one rule share: "FAIL id", and below what they say the fix and the source.
void write_title(Page&, const Finding&);
void write_fix(Page&, const Finding&);
void write_source(Page&, const Finding&);

// Writing is what the parts of one report share; it borrows all of it.
struct Writing {
    Page& page;
    const CertificateIndex& index;
    const TextOptions& options;
    std::set<std::string_view> cited = {}; // rules whose source was named already
};

// Fails before warnings, a rule together, each message with the places where it holds unless there
// are `places_in_title` of them, which the caller has named.
void write_statements(Writing&, std::vector<Statement>, std::size_t places_in_title);

// What could not be decided, and what would settle it, one line each.
void write_inconclusives(Page&, const std::vector<Occurrence>&, const TextOptions&);

// How many findings pass or do not apply, by rule.
void write_passes(Page&, const std::vector<Occurrence>&);

void write_waived(Page&, const std::vector<Occurrence>&, const TextOptions&);

} // namespace lyncprobe::report
