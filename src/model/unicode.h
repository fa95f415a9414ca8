// SPDX-License-Identifier: MIT
// Characters to UTF-8.
#pragma once

#include <string>

namespace lyncprobe {

// `character`: a scalar value of Unicode (RFC 3629 3).
void append_utf8(std::string& out, char32_t character);

} // namespace lyncprobe
