// SPDX-License-Identifier: MIT
// Whether two DER names are the same name.
#pragma once

#include <string_view>

namespace lyncprobe::pki {

// By the canonical form (RFC 5280 7.1): letter case, string type and runs of spaces do not matter.
// Malformed names are the same only byte for byte.
bool same_name(std::string_view left, std::string_view right);

// Equal for equal names.
unsigned long name_hash(std::string_view der_name);

} // namespace lyncprobe::pki
