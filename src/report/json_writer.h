// SPDX-License-Identifier: MIT
// A JSON printer that streams: no document is built in memory, and what it prints is safe to show
// on a terminal. (Boost.JSON prints whole values only, and 12.5 as 1.25E1; it reads results back.)
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <utility>

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

    // A value that may stand in the document many times: printed by `print` the first time, and
    // from memory wherever the same address comes again at the same depth. What is at the address
    // outlives the writer and stays as it is.
    template <class Print>
    void repeated(const void* address, Print print) {
        separate();
        const std::string* known = remembered(address);
        if (known == nullptr) {
            const auto begin = start_remembering();
            print();
            return remember(address, begin);
        }
        buffer_ += *known;
    }

    void finish(); // ends the line and hands everything to the stream

    // A year; more milliseconds are a mistake and become null.
    static constexpr double kLongestMilliseconds = 366.0 * 86400e3;
    // Longer than any honest name or header; certificates are in the result as PEM anyway.
    static constexpr std::size_t kLongestText = 16u << 10;

  private:
    void begin(char);
    void end(char);
    void separate();
    void break_line();
    bool broken() const; // do the members of the innermost container stand on lines of their own?
    void escape(std::string_view);
    const std::string* remembered(const void* address) const; // null where not
    std::size_t start_remembering();
    void remember(const void* address, std::size_t begin);

    std::ostream& out_;
    Layout layout_;
    std::string buffer_;
    std::size_t depth_ = 0;
    bool first_ = true;      // nothing in the innermost container yet
    bool after_key_ = false; // the next value belongs to the key just written
    std::map<std::pair<const void*, std::size_t>, std::string> texts_; // by address and depth
    std::size_t remembering_ = 0; // so many values, one in the other; nothing is handed on
};

} // namespace lyncprobe::report
