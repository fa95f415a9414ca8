// SPDX-License-Identifier: MIT
// The run in a sentence: what it is about, how it is, and how much was looked at. Foreign text
// (domains) is not escaped yet.
#pragma once

#include "model/scan_result.h"

#include <optional>
#include <string>

namespace lyncprobe::report {

// The worst verdict of all; the go-live verdicts decide for federation, whose findings are a part
// of them.
std::optional<Verdict> overall(const ScanResult&);
std::string title_of(const ScanResult&); // "Federation with contoso.com"
// "3 things to do: 1 of importance A (a class of users is down), …"
std::string verdict_text(const ScanResult&);
std::string outcomes_text(const ScanResult&); // "9 ok, 2 refused"
std::string findings_text(const Summary&);    // "6 fail, 3 warn, 40 pass, 2 waived"

} // namespace lyncprobe::report
