// SPDX-License-Identifier: MIT
// What the rules say about themselves: `lyncprobe rules`, `lyncprobe rules ID` and docs/rules.md.
#pragma once

#include "rules/engine/rule.h"

#include <string>

namespace lyncprobe::rules {

// One rule in full, wrapped at 80 columns.
std::string explain(const Rule&);

// A table of all rules, one line each.
std::string list();

// The whole of docs/rules.md.
std::string markdown();

std::string_view to_text(Scope);

} // namespace lyncprobe::rules
