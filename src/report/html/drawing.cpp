// SPDX-License-Identifier: MIT
#include "report/html/drawing.h"

#include "report/html/view.h"

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

constexpr int kSize = 6; // from the middle to the edge

std::string path_of(std::optional<Verdict> verdict, int x, int y) {
    if (verdict == Verdict::fail)
        return fmt::format("M{} {}l12 12m0 -12l-12 12", x - kSize, y - kSize);
    if (verdict == Verdict::warn) return fmt::format("M{} {}l7 12h-14z", x, y - kSize);
    if (verdict == Verdict::inconclusive)
        return fmt::format("M{} {}l7 7l-7 7l-7 -7z", x, y - kSize - 1);
    if (verdict == Verdict::pass)
        return fmt::format("M{} {}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", x - 5, y);
    return fmt::format("M{} {}h12", x - kSize, y);
}

} // namespace

Drawing::Drawing(Markup& page, std::string_view title, int width, int height)
    : frame_(
          page, "div",
          {{"class", "frame"}, {"role", "region"}, {"aria-label", title}, {"tabindex", "0"}}
      ),
      svg_(
          page, "svg",
          {{"viewBox", fmt::format("0 0 {} {}", width, height)},
           {"width", fmt::format("{}", width)},
           {"height", fmt::format("{}", height)},
           {"role", "group"},
           {"aria-label", title}}
      ) {}

void write_line(Markup& page, int x1, int y1, int x2, int y2, std::string_view classes) {
    page.empty("path", {{"class", classes}, {"d", fmt::format("M{} {}L{} {}", x1, y1, x2, y2)}});
}

void write_text(Markup& page, int x, int y, Literal anchor, std::string_view text) {
    page.leaf(
        "text", text,
        {{"x", fmt::format("{}", x)}, {"y", fmt::format("{}", y)}, {"text-anchor", anchor.view}}
    );
}

void write_shape(Markup& page, int x, int y, std::optional<Verdict> verdict) {
    page.empty(
        "path",
        {{"class", fmt::format("shape {}", verdict_class(verdict))}, {"d", path_of(verdict, x, y)}}
    );
}

} // namespace lyncprobe::report::html
