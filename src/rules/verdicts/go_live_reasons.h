// SPDX-License-Identifier: MIT
// The reasons of the go-live verdict that are no finding of a rule: what each demands, why, and how
// it is mended is written here only. `lyncprobe rules ID` explains them.
#pragma once

#include "model/federation.h"
#include "rules/engine/rule.h"

#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::rules {

// A reason by its code: one of conclusions() (engine/judge.h) or the id of a rule. `fix`: where the
// situation allows a more precise fix than that of the catalogue; empty = there is nothing to do.
GoLiveReason reason_of(
    std::string_view code, Weight, Party, std::string message,
    std::optional<std::string> fix = std::nullopt
);

// The same from what a rule found.
GoLiveReason reason_by(const Finding&, Weight, Party);

} // namespace lyncprobe::rules
