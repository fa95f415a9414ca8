// SPDX-License-Identifier: MIT
#include "codec/header_parameters.h"

#include "model/text/ascii.h"

#include <algorithm>

namespace lyncprobe::codec {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

// Where the quote that was opened before `from` closes; npos where it does not.
std::size_t closing_quote(std::string_view text, std::size_t from, char separator) {
    bool escaped = false;
    for (std::size_t i = from; i < text.size(); ++i) {
        const bool quote = text[i] == '"' && !escaped;
        escaped = text[i] == '\\' && !escaped;
        if (!quote) continue;
        const auto next = text.find_first_not_of(kSpace, i + 1);
        if (next == std::string_view::npos || text[next] == separator) return i;
        i = next - 1; // what lies between are spaces; they are not walked again
    }
    return std::string_view::npos;
}

} // namespace

std::string_view Headers::header(std::string_view name) const {
    for (const auto& [known, value] : headers)
        if (equal_ignoring_case(known, name)) return value;
    return {};
}

std::vector<std::string> Headers::all(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [known, value] : headers)
        if (equal_ignoring_case(known, name)) out.push_back(value);
    return out;
}

std::optional<std::string_view> next_item(std::string_view& rest, char separator) {
    if (rest.empty()) return std::nullopt;
    bool after_equals = false;
    bool quotes_close = true; // no closing quote here means none further on either
    std::size_t end = 0;
    for (; end < rest.size() && rest[end] != separator; ++end) {
        const char c = rest[end];
        if (c == '"' && after_equals && quotes_close) {
            const auto closing = closing_quote(rest, end + 1, separator);
            quotes_close = closing != std::string_view::npos;
            if (quotes_close) end = closing;
        }
        if (kSpace.find(c) == std::string_view::npos) after_equals = c == '=';
    }
    const auto item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return item;
}

HeaderParameter read_parameter(std::string_view item) {
    HeaderParameter out;
    const auto equals = item.find('=');
    out.name = trim(item.substr(0, equals));
    if (equals == std::string_view::npos) return out;
    out.has_value = true;
    auto value = trim(item.substr(equals + 1));
    // A token: taken as it is.
    if (value.empty() || value.front() != '"') {
        out.value = value;
        return out;
    }
    value.remove_prefix(1);
    // The closing quote may be missing: next_item() has found the end all the same.
    if (!value.empty() && value.back() == '"') value.remove_suffix(1);
    value = trim(value);
    for (std::size_t i = 0; i < value.size(); ++i) {
        // Only the pairs that are needed: a Windows path in a reason keeps its backslashes.
        const bool pair = value[i] == '\\' && i + 1 < value.size() &&
                          (value[i + 1] == '"' || value[i + 1] == '\\');
        out.value += value[pair ? ++i : i];
    }
    return out;
}

} // namespace lyncprobe::codec
