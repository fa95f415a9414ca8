// SPDX-License-Identifier: MIT
// What a target list says as a whole, for rules that ask whether a name is known at all.
#pragma once

#include "model/deployment.h"
#include "model/scan_result.h"

namespace lyncprobe::plan {

// Everything but `in_part`, of a deployment whose topology is expanded.
Declared declared_by(const Deployment&);

} // namespace lyncprobe::plan
