// SPDX-License-Identifier: MIT
// A result file back as the value that it was written from.
#pragma once

#include "model/result.h"
#include "model/scan_result.h"

#include <iosfwd>

namespace lyncprobe::report {

// Reads a document of JSON, or lines of NDJSON, of every kind of result, piece by piece: never
// more than one endpoint is in memory besides the value. Members that are not known are passed
// over; what an older file does not have stays as in a new ScanResult. A Problem where it is no
// result, of another schema, damaged or cut: one sentence with the byte or the member.
Result<ScanResult> read_json(std::istream&);

} // namespace lyncprobe::report
