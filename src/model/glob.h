// SPDX-License-Identifier: MIT
// Globs of rule ids, target names and waivers.
#pragma once

#include <string_view>

namespace lyncprobe {

// '*' matches any characters, '?' one; the whole text must match.
bool glob_matches(std::string_view glob, std::string_view text);

} // namespace lyncprobe
