// SPDX-License-Identifier: MIT
// The list of formats: which there are, and which the contract names for later.
#include "report/report.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace lyncprobe::report {
namespace {

// FormatRow is one format of the contract by its name for --format and its file ending.
struct FormatRow {
    std::string_view name, ending;
    std::optional<Format> format; // absent: known, not built yet
};

constexpr std::array kFormats = std::to_array<FormatRow>({
    {"text", "txt", Format::text},
    {"json", "json", Format::json},
    {"ndjson", "ndjson", Format::ndjson},
    {"csv", "csv", {}},
    {"markdown", "md", {}},
    {"html", "html", {}},
    {"junit", "xml", {}},
    {"prometheus", "prom", {}},
});

std::string lower_case(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

// The part of the last path component behind its last dot; a leading dot makes a hidden file, not
// an ending.
std::string_view ending_of(std::string_view path) {
    const auto file = path.substr(path.find_last_of('/') + 1);
    const auto dot = file.find_last_of('.');
    return dot == std::string_view::npos || dot == 0 ? std::string_view() : file.substr(dot + 1);
}

template <class Matches>
const FormatRow* find_format(Matches matches) {
    const auto row = std::ranges::find_if(kFormats, matches);
    return row == kFormats.end() ? nullptr : &*row;
}

} // namespace

std::optional<Format> format_of_ending(std::string_view path) {
    const auto ending = lower_case(ending_of(path));
    const auto* row = find_format([&](const FormatRow& f) { return f.ending == ending; });
    return row ? row->format : std::nullopt;
}

std::optional<Format> format_of_name(std::string_view name) {
    const auto* row = find_format([&](const FormatRow& f) { return f.name == name; });
    return row ? row->format : std::nullopt;
}

bool known_format(std::string_view ending_or_name) {
    auto word = lower_case(ending_or_name);
    if (const auto ending = ending_of(word); !ending.empty()) word = std::string(ending);
    if (word.starts_with('.')) word.erase(0, 1);
    const auto* row =
        find_format([&](const FormatRow& f) { return f.name == word || f.ending == word; });
    return row && !row->format;
}

} // namespace lyncprobe::report
