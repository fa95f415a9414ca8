// SPDX-License-Identifier: MIT
// The ASCII form (A-label) of a host name with other letters, for a suggestion; Lync itself knows
// no such names.
#pragma once

#include <string>
#include <string_view>

namespace lyncprobe::config {

// "münchen.example" → "xn--mnchen-3ya.example"; empty where the text is no valid UTF-8.
std::string to_a_labels(std::string_view name);

} // namespace lyncprobe::config
