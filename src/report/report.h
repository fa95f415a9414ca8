// SPDX-License-Identifier: MIT
// What a text report is made of. Pure: rows in, text out, written to a
// stream.
#pragma once

#include "report/format.h"

#include <iosfwd>

namespace lyncprobe::report {

// The text of each kind of result.
void write_scan_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_check_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_discovery_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_federation_text(std::ostream&, const ScanResult&, const TextOptions&);
void write_brief_text(std::ostream&, const ScanResult&, const TextOptions&); // of any kind

} // namespace lyncprobe::report
