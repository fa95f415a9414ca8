// SPDX-License-Identifier: MIT
// Pictures inside the page: SVG without a style of its own; colours are the style sheet's.
#pragma once

#include "model/vocabulary.h"
#include "report/html/markup.h"

#include <optional>
#include <string_view>

namespace lyncprobe::report::html {

// Drawing is one picture in a frame that scrolls; units are pixels at full width.
class Drawing {
  public:
    Drawing(Markup&, std::string_view title, int width, int height);

  private:
    Markup::Element frame_, svg_;
};

void write_line(Markup&, int x1, int y1, int x2, int y2, std::string_view classes);
void write_text(Markup&, int x, int y, Literal anchor, std::string_view text);
// The shape of a verdict around a point: cross, triangle, diamond, circle, dash.
void write_shape(Markup&, int x, int y, std::optional<Verdict>);

} // namespace lyncprobe::report::html
