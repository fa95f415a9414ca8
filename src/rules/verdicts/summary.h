// SPDX-License-Identifier: MIT
// What a result comes to: counts, the worst verdict, what is to be done, and the exit code of the
// command.
#pragma once

#include "model/scan_result.h"

#include <optional>

namespace lyncprobe::rules {

// `fail_on`: the verdict from which on the exit code is 1; absent = never. Waived findings count
// apart. A federation check is judged by its go-live verdicts alone.
Summary summarise(const ScanResult&, std::optional<Verdict> fail_on);

} // namespace lyncprobe::rules
