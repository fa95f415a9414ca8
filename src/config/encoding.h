// SPDX-License-Identifier: MIT
// A file's bytes → UTF-8 text, as Windows editors save it: with or without byte order mark, UTF-16
// with one.
#pragma once

#include "config/list_file.h"

#include <string>
#include <string_view>

namespace lyncprobe::config {

// Decoded is the text of a file, or why it is none.
struct Decoded {
    std::string converted;     // set where the file was UTF-16
    std::size_t skipped = 0;   // bytes of the UTF-8 byte order mark
    std::string mistake, hint; // empty mistake = good
    Spot spot;                 // of the mistake

    std::string_view text(std::string_view raw) const {
        return converted.empty() ? raw.substr(skipped) : std::string_view(converted);
    }
};

Decoded decode(std::string_view raw);

} // namespace lyncprobe::config
