// SPDX-License-Identifier: MIT
// The part of a text report that says what the protocols answered.
#pragma once

#include "model/scan_result.h"
#include "report/page.h"
#include "report/report.h"

namespace lyncprobe::report {

// Each endpoint whose conversation told something, with its sentence; the same sentence is said
// once. Verbose: every fact of it.
void write_answers(Page&, const ScanResult&, const TextOptions&);

} // namespace lyncprobe::report
