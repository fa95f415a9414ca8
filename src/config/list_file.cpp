// SPDX-License-Identifier: MIT
#include "config/list_file.h"

#include "model/text/utf8.h"

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

// Editors count characters; the parser counts bytes.
int characters(std::string_view text) {
    return static_cast<int>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80; // none that continues one
    }));
}

} // namespace

void Mistakes::add(const Place& place, std::string what, std::string hint) {
    // A file that is no target list may have a mistake on every line.
    if (kept_.size() < kMistakesKept)
        kept_.push_back({place, std::move(what), std::move(hint)});
    else
        ++more_;
}

void Mistakes::add_duplicate(
    const Place& place, std::string_view kind, std::string_view name, const Place& first
) {
    // Both places, since the two may be in different lists of the run.
    add(place, fmt::format("duplicate {} {}", kind, quoted(name)),
        "the first is at " + place_text(first));
}

Where Mistakes::where(const Place& place) const {
    return {sources_[place.list].path, place.line, place.column};
}

std::string Mistakes::place_text(const Place& place) const {
    return fmt::format("{}:{}:{}", sources_[place.list].path, place.line, place.column);
}

std::vector<Problem> Mistakes::take() {
    // Found section by section; read from top to bottom.
    std::ranges::sort(kept_, [](const Mistake& a, const Mistake& b) {
        return std::tie(a.place.list, a.place.line, a.place.column, a.what) <
               std::tie(b.place.list, b.place.line, b.place.column, b.what);
    });
    std::vector<Problem> problems;
    for (auto& mistake : kept_)
        problems.push_back(
            {.what = std::move(mistake.what),
             .where = where(mistake.place),
             .hint = std::move(mistake.hint)}
        );
    if (more_ > 0) problems.push_back({.what = fmt::format("and {} more mistakes", more_)});
    return problems;
}

ListFile::ListFile(
    std::size_t list, std::string_view text, const Source& source, const ReadOptions& options,
    Mistakes& mistakes
)
    : list_(list), text_(text), source_(source), options_(options), mistakes_(mistakes) {}

void ListFile::mistake(const Spot& spot, std::string what, std::string hint) {
    mistakes_.add(place(spot), std::move(what), std::move(hint));
}

Place ListFile::place(const Spot& spot) const {
    const auto offset = std::min(spot.offset, text_.size());
    const auto column = std::min(static_cast<std::size_t>(spot.column), offset);
    // Goes on from the place that was asked for last: entries come mostly from left to right.
    if (counted_.line != spot.line) {
        counted_ = {offset - column, spot.line, 0};
        counted_characters_ = 0;
    }
    const auto known = counted_.offset;
    if (offset >= known)
        counted_characters_ += characters(text_.substr(known, offset - known));
    else
        counted_characters_ -= characters(text_.substr(offset, known - offset));
    counted_.offset = offset;
    return {static_cast<std::uint32_t>(list_), spot.line + 1, counted_characters_ + 1};
}

std::string ListFile::beside(const std::string& path) const {
    // Relative to the list, not to where the program was started.
    return (std::filesystem::path(source_.path).parent_path() / path).string();
}

std::string Quoted::operator()(std::string_view text) const {
    constexpr std::size_t kLongest = 120;
    if (text.size() <= kLongest) return fmt::format("'{}'", text);
    return fmt::format("'{}…'", first_bytes(text, kLongest));
}

} // namespace lyncprobe::config
