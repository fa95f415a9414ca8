// SPDX-License-Identifier: MIT
// docs/endings.md: every way in which an endpoint can end, as the rules judge it.
#pragma once

#include <string>

namespace lyncprobe::rules {

std::string endings_markdown();

} // namespace lyncprobe::rules
