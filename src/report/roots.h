// SPDX-License-Identifier: MIT
// The part of a text report that says which roots the chains of a run lead to.
#pragma once

#include "model/trust.h"
#include "report/page.h"

#include <vector>

namespace lyncprobe::report {

// Nothing where all chains lead to one place.
void write_roots(Page&, const std::vector<RootGroup>&);

} // namespace lyncprobe::report
