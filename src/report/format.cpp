// SPDX-License-Identifier: MIT
// The list of formats: which there are, and which the contract names for later.
#include "report/format.h"

#include "model/text/ascii.h"

#include <algorithm>
#include <array>

namespace lyncprobe::report {
namespace {

constexpr std::array kFormats = std::to_array<Format>({
    {.name = "text", .ending = "txt", .write = write_text},
    {.name = "json", .ending = "json", .write = write_json},
    {.name = "ndjson", .ending = "ndjson", .write = write_ndjson, .open = open_ndjson},
    {.name = "csv-findings", .ending = "findings.csv", .write = write_findings_csv},
    {.name = "csv-certificates", .ending = "certificates.csv", .write = write_certificates_csv},
    {.name = "csv", .ending = "csv", .write = write_csv},
    {.name = "markdown", .ending = "md", .write = write_markdown},
    {.name = "html", .ending = "html", .write = write_html},
    {.name = "ics", .ending = "ics", .write = write_calendar},
    {.name = "junit", .ending = "xml", .write = write_junit},
    {.name = "prometheus", .ending = "prom"},
});

// A leading dot makes a hidden file, not an ending.
bool has_ending(std::string_view path, std::string_view ending) {
    const auto file = path.substr(path.find_last_of('/') + 1);
    return file.size() > ending.size() + 1 && file[file.size() - ending.size() - 1] == '.' &&
           equal_ignoring_case(file.substr(file.size() - ending.size()), ending);
}

// The part of the last path component behind its last dot.
std::string_view ending_of(std::string_view path) {
    const auto file = path.substr(path.find_last_of('/') + 1);
    const auto dot = file.find_last_of('.');
    return dot == std::string_view::npos || dot == 0 ? std::string_view() : file.substr(dot + 1);
}

template <class Matches>
const Format* find_format(Matches matches) {
    const auto row = std::ranges::find_if(kFormats, matches);
    return row == kFormats.end() ? nullptr : &*row;
}

} // namespace

const Format* format_of_ending(std::string_view path) {
    // A longer ending stands before the shorter one that it ends in.
    return find_format([&](const Format& f) { return f.write && has_ending(path, f.ending); });
}

const Format* format_of_name(std::string_view name) {
    return find_format([&](const Format& f) { return f.write && f.name == name; });
}

bool known_format(std::string_view ending_or_name) {
    auto word = to_lower(ending_or_name);
    if (const auto ending = ending_of(word); !ending.empty()) word = std::string(ending);
    if (word.starts_with('.')) word.erase(0, 1);
    const auto* row =
        find_format([&](const Format& f) { return f.name == word || f.ending == word; });
    return row && !row->write;
}

} // namespace lyncprobe::report
