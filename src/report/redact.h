// SPDX-License-Identifier: MIT
// A result that may be shown to a stranger: names, addresses and identifiers are pseudonyms.
#pragma once

#include "model/scan_result.h"

namespace lyncprobe::report {

// The same name has the same pseudonym everywhere in the result, and names below one domain stay
// below one domain: "edge01.contoso.com" → "host-3.domain-1.example". Of certificates the bytes,
// and so the PEM, are gone. Verdicts, dates, ports, algorithms and sources stay.
ScanResult redacted(const ScanResult&);

} // namespace lyncprobe::report
