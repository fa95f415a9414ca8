// SPDX-License-Identifier: MIT
// The headers of an HTTP or SIP message, and the name="value" lists in them: ms-diagnostics (with
// ';') and challenges (with ',') write such lists, read with the tolerance real servers need.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lyncprobe::codec {

struct Headers {
    std::vector<std::pair<std::string, std::string>> headers; // as sent, in order

    // The first header of that name without regard to case (RFC 9110 5.1, RFC 3261 7.3.1); empty
    // where absent.
    std::string_view header(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const; // every header of that name
};

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
