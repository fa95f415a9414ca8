// SPDX-License-Identifier: MIT
// A page of plain text for people: wrapped to a width, coloured on request. The only way text
// reports reach their stream, and everything that passes is escaped here, so that no caller can
// forget it.
#pragma once

#include "model/vocabulary.h"

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

enum class Style { plain, bold, dim, red, yellow, cyan, green };
Style style_of(Verdict);

// Piece is a run of text in one style; it may be foreign.
struct Piece {
    std::string text;
    Style style = Style::plain;
    bool together = false; // not broken at its spaces
};

// Cell is one column of a table line: padded to `columns` (0 = as long as it is, the last one).
struct Cell {
    std::string text;
    std::size_t columns = 0;
    Style style = Style::plain;
};

class Page {
  public:
    Page(std::ostream&, std::size_t width, bool colour); // the stream outlives the page

    std::size_t width() const { return width_; }
    void blank(); // one empty line; none at the top, never two
    void heading(std::string_view);
    // Wrapped at spaces, and inside a word that is longer than a line. Lines after the first stand
    // at `hanging`.
    void paragraph(std::size_t indent, std::size_t hanging, const std::vector<Piece>&);
    // A line to be copied: at the margin, in one piece however long it is, without colour.
    void verbatim(std::string_view);
    // Cells two columns apart; what is longer than its column is cut with "…".
    void line(std::size_t indent, const std::vector<Cell>&);

  private:
    void end_line(std::string);
    std::string painted(std::string_view, Style) const;

    std::ostream& out_;
    std::size_t width_;
    bool colour_;
    bool blank_above_ = true;
};

// Escaped text of at most `columns`, the end replaced by "…" where it is longer.
std::string shortened(std::string_view foreign, std::size_t columns);
std::size_t safe_width(std::string_view foreign); // columns of the text once escaped

} // namespace lyncprobe::report
