// SPDX-License-Identifier: MIT
// Which endpoints a run owes a judgement.
#pragma once

#include "model/scan_result.h"

#include <set>

namespace lyncprobe::report {

// The endpoints that could not be judged and make exit code 3. An address that cannot be tried from
// here (skipped: no route, or never a server's) is not among them where the same target was judged
// on another address.
std::set<const EndpointRow*> unjudged_rows(const ScanResult&);

} // namespace lyncprobe::report
