// SPDX-License-Identifier: MIT
// A JSON printer that streams: no document is built in memory, and what it prints is safe to show
// on a terminal. (Boost.JSON prints whole values only, and 12.5 as 1.25E1; it reads results back.)
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::report {

// JsonWriter prints one value after another; the caller opens and closes objects and arrays in the
// right order.
class JsonWriter {
  public:
    enum class Layout {
        lines,  // the outer levels a line for each member, so that two results can be compared
        compact // everything on one line
    };

    JsonWriter(std::ostream&, Layout); // the stream outlives the writer

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    JsonWriter& key(std::string_view); // of the next value

    // Foreign text: invalid UTF-8 becomes U+FFFD; longer than `limit` bytes ends in "… (+N bytes)".
    void text(std::string_view, std::size_t limit = kLongestText);
    void integer(std::int64_t);
    void number(std::size_t value) { integer(static_cast<std::int64_t>(value)); }
    void milliseconds(double); // at most three decimals
    void boolean(bool);
    void null();

    // What is not known is null; text that may be unknown is empty then.
    void text_or_null(std::string_view);
    void integer_or_null(std::optional<std::int64_t>);
    void boolean_or_null(std::optional<bool>);
    void texts(const std::vector<std::string>&); // an array

    void finish(); // ends the line and hands everything to the stream

    // Longer than any honest name or header; certificates are in the result as PEM anyway.
    static constexpr std::size_t kLongestText = 16u << 10;

  private:
    void begin(char);
    void end(char);
    void separate();
    void break_line();
    bool broken() const; // do the members of the innermost container stand on lines of their own?
    void escape(std::string_view);

    std::ostream& out_;
    Layout layout_;
    std::string buffer_;
    std::size_t depth_ = 0;
    bool first_ = true;      // nothing in the innermost container yet
    bool after_key_ = false; // the next value belongs to the key just written
};

} // namespace lyncprobe::report
