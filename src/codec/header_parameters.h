// SPDX-License-Identifier: MIT
// name="value" lists as ms-diagnostics (with ';') and challenges (with ',') write them, read with
// the tolerance real servers need.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::codec {

// Takes the next item up to `separator` or the end off `rest`; a separator inside quotes is part of
// the item. nullopt where nothing is left. A quote opens behind '=' only and closes only before a
// separator or the end, so that a reason with quotes inside, or with its last quote missing, costs
// no other parameter. One call reads `rest` at most twice.
std::optional<std::string_view> next_item(std::string_view& rest, char separator);

// One item cut at its first '='; value without its quotes, \" and \\ resolved, trimmed inside too.
struct HeaderParameter {
    std::string_view name; // into the item
    std::string value;
    bool has_value = false; // there was a '='
};
HeaderParameter read_parameter(std::string_view item);

} // namespace lyncprobe::codec
