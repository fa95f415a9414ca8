// SPDX-License-Identifier: MIT
#include "report/html/sections.h"

namespace lyncprobe::report::html {

// A region that scrolls is reached by the keyboard only where it takes the focus.
Table::Table(Markup& page, std::string_view caption)
    : frame_(
          page, "div",
          {{"class", "frame"}, {"role", "region"}, {"aria-label", caption}, {"tabindex", "0"}}
      ),
      table_(page, "table", {}) {
    page.leaf("caption", caption);
}

void write_fact(Markup& page, Literal term, std::string_view description) {
    if (description.empty()) return;
    page.leaf("dt", term.view);
    page.leaf("dd", description);
}

void write_head(Markup& page, std::initializer_list<std::string_view> columns) {
    const auto head = page.open("thead");
    const auto row = page.open("tr");
    for (const auto column : columns)
        page.leaf("th", column, {{"scope", "col"}});
}

} // namespace lyncprobe::report::html
