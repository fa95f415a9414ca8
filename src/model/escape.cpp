// SPDX-License-Identifier: MIT
#include "model/escape.h"

#include "model/text/ascii.h"
#include "model/text/utf8.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace lyncprobe {

namespace {

// Range is two characters and all between them.
struct Range {
    char32_t first, last;
};

// Characters that change how a line reads without being seen: controls, C1, line separators,
// interlinear annotation, and what Unicode 15 calls Default_Ignorable_Code_Point (zero width, bidi
// controls, fillers, joiners, variation selectors, tags).
constexpr Range kHidden[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
    {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

bool is_hidden(char32_t c) {
    // U+FFFE and its like in every plane are no characters; one of them is a mark of byte order.
    return (c & 0xfffe) == 0xfffe || std::ranges::any_of(kHidden, [c](const Range& range) {
               return range.first <= c && c <= range.last;
           });
}

std::string escaped(char32_t c) {
    const auto value = static_cast<std::uint32_t>(c);
    return value <= 0xff ? fmt::format("\\x{:02x}", value) : fmt::format("\\u{{{:04x}}}", value);
}

bool is_combining(char32_t c) {
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) ||
           (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe20 && c <= 0xfe2f);
}

bool is_wide(char32_t c) { // UAX 11 W and F, the large blocks
    return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
           (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
           (c >= 0x20000 && c <= 0x3fffd);
}

} // namespace

std::string for_terminal(std::string_view text, std::size_t limit) {
    std::string out;
    std::size_t characters = 0;
    while (!text.empty()) {
        // By characters, not bytes, so that the cut is never inside one.
        if (characters == limit) {
            std::size_t rest = 0;
            for (; !text.empty(); ++rest)
                text.remove_prefix(first_character(text).length);
            return out + fmt::format("… (+{})", rest);
        }
        const auto at = first_character(text);
        if (!at.valid)
            out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text.front()));
        else if (is_hidden(at.character))
            out += escaped(at.character);
        else
            out += text.substr(0, at.length);
        text.remove_prefix(at.length);
        ++characters;
    }
    return out;
}

std::string for_html(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : for_terminal(text, limit)) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

namespace {

// What GitHub and GitLab link although it is no markup: addresses of mail and people, numbers of
// issues. A span of code is the only form that both leave alone.
bool makes_links(char c) { return c == '@' || c == '#'; }

// "1." and "-" begin a list, "=" underlines a heading, where they are the first of a line.
std::size_t block_marker(std::string_view safe) {
    const auto digits = std::min(safe.find_first_not_of("0123456789"), safe.size());
    if (digits == safe.size()) return std::string_view::npos;
    const std::string_view markers = digits == 0 ? "-+=" : ".)";
    return markers.find(safe[digits]) == std::string_view::npos ? std::string_view::npos : digits;
}

// Of "https://" and "www.", which become links wherever they stand: the character to hide.
bool completes_link(std::string_view safe, std::size_t at) {
    if (safe[at] == ':') return safe.substr(at + 1, 1) == "/";
    return safe[at] == '.' && at >= 3 && equal_ignoring_case(safe.substr(at - 3, 3), "www");
}

} // namespace

std::string for_markdown(std::string_view text, std::size_t limit) {
    constexpr std::string_view kMarkup = "\\`*_[]|~!$^";
    const auto safe = for_terminal(text, limit);
    const auto marker = block_marker(safe);
    std::string out;
    for (std::size_t i = 0; i < safe.size(); ++i) {
        const char c = safe[i];
        if (makes_links(c)) {
            const bool first = i == 0 || !makes_links(safe[i - 1]),
                       last = i + 1 == safe.size() || !makes_links(safe[i + 1]);
            ((out += first ? "`" : "") += c) += last ? "`" : "";
            continue;
        }
        switch (c) {
        case '&': out += "&amp;"; continue;
        case '<': out += "&lt;"; continue;
        case '>': out += "&gt;"; continue;
        default: break;
        }
        if (kMarkup.find(c) != std::string_view::npos || i == marker || completes_link(safe, i))
            out += '\\';
        out += c;
    }
    return out;
}

std::string for_csv(std::string_view text, std::size_t limit) {
    // Beyond ASCII: the wide forms, which East Asian editions of Excel take for the same.
    constexpr std::string_view kFormula[] = {
        "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    const auto safe = for_terminal(text, limit);
    const auto starts_formula = [&](std::size_t at) {
        const auto first = std::min(safe.find_first_not_of(' ', at), safe.size());
        return std::ranges::any_of(kFormula, [&](std::string_view sign) {
            return std::string_view(safe).substr(first).starts_with(sign);
        });
    };
    std::string cell = starts_formula(0) ? "'" : "";
    for (std::size_t i = 0; i < safe.size(); ++i) {
        cell += safe[i];
        if (safe[i] == '"') cell += '"';
        // Where the comma is the decimal point, a spreadsheet ends cells at semicolons.
        if (safe[i] == ';' && starts_formula(i + 1)) cell += '\'';
    }
    return cell.find_first_of(",;\"") == std::string::npos ? cell : '"' + cell + '"';
}

std::string for_calendar(std::string_view text, std::size_t limit) {
    std::string out;
    for (const char c : for_terminal(text, limit)) {
        if (c == '\\' || c == ';' || c == ',') out += '\\';
        out += c;
    }
    return out;
}

std::size_t display_width(std::string_view safe_text) {
    std::size_t width = 0;
    while (!safe_text.empty()) {
        const auto at = first_character(safe_text);
        if (!is_combining(at.character)) width += is_wide(at.character) ? 2 : 1;
        safe_text.remove_prefix(at.length);
    }
    return width;
}

} // namespace lyncprobe
