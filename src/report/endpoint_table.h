// SPDX-License-Identifier: MIT
// The table at the end of a text report: every endpoint on a line.
#pragma once

#include "model/scan_result.h"
#include "report/page.h"

#include <optional>
#include <vector>

namespace lyncprobe::report {

void write_endpoint_table(Page&, const ScanResult&);

// The worst verdict that no waiver covers; absent where there is none.
std::optional<Verdict> worst_verdict(const std::vector<const Finding*>&);

std::string tls_text(const EndpointRow&); // "1.2 P-256"; "-" where nothing was seen

} // namespace lyncprobe::report
