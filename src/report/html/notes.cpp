// SPDX-License-Identifier: MIT
#include "report/html/notes.h"

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

std::string anchor(std::size_t number) { return fmt::format("n{}", number); }

} // namespace

void Notes::write(Markup& page, Literal title, const std::string& text) {
    if (text.empty()) return;
    auto whole = fmt::format("{}: {}", title.view, text);
    if (!once_) return page.leaf("p", whole, {{"class", "note"}});
    const auto [at, fresh] = numbers_.try_emplace(std::move(whole), texts_.size() + 1);
    if (fresh) texts_.push_back(&at->first);
    page.text(" ");
    page.leaf("a", title.view, {{"href", "#" + anchor(at->second)}});
}

void Notes::write_all(Markup& page) const {
    if (texts_.empty()) return;
    page.leaf("h3", "Notes");
    const auto list = page.open("ol");
    for (std::size_t i = 0; i < texts_.size(); ++i)
        page.leaf("li", *texts_[i], {{"id", anchor(i + 1)}});
}

} // namespace lyncprobe::report::html
