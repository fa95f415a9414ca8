// SPDX-License-Identifier: MIT
// Which servers can connect to which, as a matrix.
#pragma once

#include "model/trust.h"
#include "report/page.h"

namespace lyncprobe::report {

// Nothing without links between servers; one sentence where all of them work; else a matrix of
// pools, in which servers that differ from the others of their pool stand alone.
void write_trust(Page&, const MutualTrust&);

} // namespace lyncprobe::report
