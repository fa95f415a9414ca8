// SPDX-License-Identifier: MIT
// What a text report is made of, and the counts of a result. Pure: rows in, text out, written to a
// stream.
#pragma once

#include "report/format.h"

#include <iosfwd>
#include <optional>

namespace lyncprobe::report {

// The text of each kind of result.
void write_scan_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_check_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_discovery_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_federation_text(std::ostream&, const ScanResult&, const TextOptions&);

// The summary of rows and findings: counts, worst verdict, exit code (contract 1).
// `fail_on`: warn, fail, or absent for never.
Summary summarise(const ScanResult&, std::optional<Verdict> fail_on);

} // namespace lyncprobe::report
