// SPDX-License-Identifier: MIT
// Which root the chains of a run lead to.
#pragma once

#include "model/scan_result.h"
#include "report/page.h"

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

// How far the scan can vouch for what a chain leads to. Unknown is not untrusted: most deployments
// have a CA of their own, of which nobody told us.
enum class RootTrust { trusted, trusted_over_others, not_among_anchors, unknown };
std::string_view to_text(RootTrust);

// RootGroup is endpoints whose chains lead to the same place.
struct RootGroup {
    std::vector<std::string> roots; // several: cross-signed
    std::vector<std::string> open;  // issuers that nobody showed
    RootTrust trust = RootTrust::unknown;
    std::vector<std::size_t> endpoints; // indices into ScanResult::endpoints
};

// In the order of their first endpoints.
std::vector<RootGroup> root_groups(const ScanResult&);

// Nothing where all chains lead to one place.
void write_roots(Page&, const ScanResult&);

} // namespace lyncprobe::report
