// SPDX-License-Identifier: MIT
#include "report/page.h"

#include "model/escape.h"

#include <algorithm>
#include <ostream>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kNarrowest = 40;      // columns; below it wrapping is of no use
constexpr std::size_t kLongestPiece = 4000; // characters of one piece of text

// Word is what stands between two spaces; it may change its style inside.
using Word = std::vector<Piece>;

std::vector<Word> split_words(const std::vector<Piece>& pieces) {
    std::vector<Word> words;
    bool at_break = true;
    for (const auto& piece : pieces) {
        const auto safe = for_terminal(piece.text, kLongestPiece);
        for (std::size_t begin = 0; begin < safe.size();) {
            const auto end =
                piece.together ? safe.size() : std::min(safe.find(' ', begin), safe.size());
            if (end > begin) {
                if (at_break) words.emplace_back();
                words.back().push_back(
                    {safe.substr(begin, end - begin), piece.style, piece.together}
                );
            }
            at_break = end < safe.size();
            begin = end + 1;
        }
    }
    return words;
}

std::size_t width_of(const Word& word) {
    std::size_t width = 0;
    for (const auto& piece : word)
        width += display_width(piece.text);
    return width;
}

// How many bytes of safe text fit into so many columns, never ending inside a character or before
// its accents.
std::size_t bytes_within(std::string_view safe, std::size_t columns) {
    std::size_t end = 0, used = 0;
    while (end < safe.size()) {
        auto next = end + 1;
        while (next < safe.size() && (static_cast<unsigned char>(safe[next]) & 0xC0u) == 0x80u)
            ++next;
        used += display_width(safe.substr(end, next - end));
        if (used > columns) break;
        end = next;
    }
    return end;
}

// Takes the first `columns` off a word that is wider.
Word split_off(Word& word, std::size_t columns) {
    Word head;
    while (!word.empty() && columns > 0) {
        auto& piece = word.front();
        const auto bytes = bytes_within(piece.text, columns);
        head.push_back({piece.text.substr(0, bytes), piece.style, piece.together});
        columns -= std::min(columns, display_width(head.back().text));
        piece.text.erase(0, bytes);
        if (!piece.text.empty()) break;
        word.erase(word.begin());
    }
    return head;
}

std::string_view colour_code(Style style) {
    switch (style) {
    case Style::bold: return "\x1b[1m";
    case Style::dim: return "\x1b[2m";
    case Style::red: return "\x1b[1;31m";
    case Style::yellow: return "\x1b[33m";
    case Style::cyan: return "\x1b[36m";
    case Style::green: return "\x1b[32m";
    case Style::plain: break;
    }
    return "";
}

} // namespace

Style style_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::fail: return Style::red;
    case Verdict::warn: return Style::yellow;
    case Verdict::inconclusive: return Style::cyan;
    case Verdict::pass: return Style::green;
    case Verdict::not_applicable: return Style::dim;
    }
    return Style::plain;
}

Page::Page(std::ostream& out, std::size_t width, bool colour)
    : out_(out), width_(std::max(width, kNarrowest)), colour_(colour) {}

void Page::blank() {
    if (!blank_above_) out_ << '\n';
    blank_above_ = true;
}

void Page::heading(std::string_view text) {
    blank();
    paragraph(0, 0, {{std::string(text), Style::bold}});
}

void Page::paragraph(std::size_t indent, std::size_t hanging, const std::vector<Piece>& pieces) {
    std::string line(indent, ' ');
    std::size_t column = indent;
    bool fresh = true; // nothing but the indent on this line yet
    const auto put = [&](const Word& word) {
        for (const auto& piece : word)
            line += painted(piece.text, piece.style);
        column += width_of(word);
        fresh = false;
    };
    const auto next_line = [&] {
        end_line(std::move(line));
        line.assign(hanging, ' ');
        column = hanging;
        fresh = true;
    };
    for (auto& word : split_words(pieces)) {
        if (!fresh && column + 1 + width_of(word) > width_) next_line();
        if (!fresh) {
            line += ' ';
            ++column;
        }
        // A URL or a fingerprint may be longer than a line.
        while (column + width_of(word) > width_) {
            put(split_off(word, width_ - column));
            next_line();
        }
        put(word);
    }
    end_line(std::move(line));
}

void Page::line(std::size_t indent, const std::vector<Cell>& cells) {
    std::string text(indent, ' ');
    std::size_t column = indent;
    for (const auto& cell : cells) {
        const auto room = width_ > column ? width_ - column : 0;
        const auto shown =
            shortened(cell.text, cell.columns == 0 ? room : std::min(cell.columns, room));
        const auto shown_width = display_width(shown);
        text += painted(shown, cell.style);
        const auto gap =
            cell.columns == 0 ? 0 : std::max(cell.columns, shown_width) + 2 - shown_width;
        text.append(gap, ' ');
        column += shown_width + gap;
    }
    end_line(std::move(text));
}

void Page::verbatim(std::string_view text) { end_line(for_terminal(text, std::string::npos)); }

void Page::end_line(std::string text) {
    // Padding of the last column: blanks that nobody sees make two reports differ.
    text.erase(text.find_last_not_of(' ') + 1);
    out_ << text << '\n';
    blank_above_ = false;
}

std::string Page::painted(std::string_view text, Style style) const {
    if (!colour_ || style == Style::plain || text.empty()) return std::string(text);
    std::string result(colour_code(style));
    return result.append(text).append("\x1b[0m");
}

std::string shortened(std::string_view foreign, std::size_t columns) {
    auto safe = for_terminal(foreign, kLongestPiece);
    if (display_width(safe) <= columns) return safe;
    // Not even the mark of what was cut has room.
    if (columns == 0) return {};
    safe.erase(bytes_within(safe, columns - 1));
    return safe + "…";
}

std::size_t safe_width(std::string_view foreign) {
    return display_width(for_terminal(foreign, kLongestPiece));
}

} // namespace lyncprobe::report
