// SPDX-License-Identifier: MIT
// The part of the text reports about locations that were fetched.
#pragma once

#include "model/scan_result.h"
#include "report/page.h"

namespace lyncprobe::report {

// Nothing without --fetch. Those that went well are counted; all are shown where `verbose`.
void write_locations(Page&, const ScanResult&, bool verbose);

} // namespace lyncprobe::report
