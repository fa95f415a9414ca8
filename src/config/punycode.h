// SPDX-License-Identifier: MIT
// The ASCII form (A-label, RFC 5890) of a host name with other letters, for a suggestion; Lync
// itself knows no such names.
#pragma once

#include <string>
#include <string_view>

namespace lyncprobe::config {

// "münchen.example" → "xn--mnchen-3ya.example"; empty where no such name can be registered (RFC
// 5891, UTS 46).
std::string to_a_labels(std::string_view name);

} // namespace lyncprobe::config
