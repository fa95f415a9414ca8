// SPDX-License-Identifier: MIT
// What `lyncprobe discover` found: for people, for programs, and as a target list.
#pragma once

#include "model/deployment.h"
#include "model/discovery.h"
#include "report/report.h"

#include <iosfwd>
#include <optional>
#include <vector>

namespace lyncprobe::report {

// Fills in the counts, the worst verdict and the exit code. `fail_on`: warn, fail, or absent for
// never.
void summarise(Discovery&, std::optional<Verdict> fail_on);

void write_discovery_text(std::ostream&, const Discovery&, const TextOptions&);
void write_discovery_json(std::ostream&, const Discovery&); // docs/discovery.md
// A target list that `scan` reads; what was found wrong stands in it as comments.
void write_discovery_yaml(std::ostream&, const Discovery&, const std::vector<Target>&);

} // namespace lyncprobe::report
