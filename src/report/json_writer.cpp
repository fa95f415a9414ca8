// SPDX-License-Identifier: MIT
// RFC 8259 text, buffered and handed to the stream in large pieces.
#include "report/json_writer.h"

#include "model/escape.h"
#include "model/text/utf8.h"

#include <cmath>
#include <limits>
#include <ostream>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kFlushAt = 64u << 10;
// Document, list, element, member list: a finding is on one line, its endpoint on several.
constexpr std::size_t kBrokenLevels = 4;
// Values remembered at a time; what is common comes again soon after all were forgotten.
constexpr std::size_t kMostRemembered = 1000;
constexpr std::size_t kLongestRemembered = 4u << 10;

bool plain(std::string_view text) {
    for (const char c : text)
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return false;
    return true;
}

// Was it cut by a writer and read back?
bool cut_before(std::string_view text, std::size_t limit) {
    constexpr std::string_view kMark = "… (+", kEnd = " bytes)";
    const auto mark = text.rfind(kMark);
    if (mark > limit || !text.ends_with(kEnd)) return false; // npos is more than any limit
    const auto count = text.substr(mark + kMark.size());
    return count.find_first_not_of("0123456789") == count.size() - kEnd.size();
}

// JSON permits C1 and bidi controls; who prints a result on a terminal does not want them.
bool shown_as_is(std::string_view code_point) {
    if (code_point.size() == 1) return code_point[0] >= 0x20 && code_point[0] != 0x7f;
    return for_terminal(code_point) == code_point;
}

void append_unicode_escape(std::string& out, char32_t character) {
    const auto code_point = static_cast<std::uint32_t>(character);
    if (code_point < 0x10000) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point);
        return;
    }
    const auto offset = code_point - 0x10000; // a surrogate pair, RFC 8259 7
    fmt::format_to(
        std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (offset >> 10),
        0xDC00 + (offset & 0x3FF)
    );
}

} // namespace

JsonWriter::JsonWriter(std::ostream& out, Layout layout) : out_(out), layout_(layout) {}

JsonWriter& JsonWriter::key(std::string_view name) {
    separate();
    buffer_ += '"';
    escape(name);
    buffer_ += layout_ == Layout::compact ? "\":" : "\": ";
    after_key_ = true;
    return *this;
}

void JsonWriter::text(std::string_view value, std::size_t limit) {
    separate();
    buffer_ += '"';
    const auto kept = cut_before(value, limit) ? value : first_bytes(value, limit);
    escape(kept);
    if (kept.size() < value.size())
        fmt::format_to(std::back_inserter(buffer_), "… (+{} bytes)", value.size() - kept.size());
    buffer_ += '"';
}

void JsonWriter::integer(std::int64_t value) {
    separate();
    const fmt::format_int digits(value);
    buffer_.append(digits.data(), digits.size());
}

void JsonWriter::milliseconds(double value) {
    if (!std::isfinite(value) || std::abs(value) > kLongestMilliseconds) return null();
    auto micros = std::llround(value * 1000);
    separate();
    if (micros < 0) buffer_ += '-';
    micros = std::abs(micros);
    fmt::format_to(std::back_inserter(buffer_), "{}", micros / 1000);
    if (micros % 1000 == 0) return;
    fmt::format_to(std::back_inserter(buffer_), ".{:03}", micros % 1000);
    while (buffer_.back() == '0')
        buffer_.pop_back();
}

void JsonWriter::boolean(bool value) {
    separate();
    buffer_ += value ? "true" : "false";
}

void JsonWriter::null() {
    separate();
    buffer_ += "null";
}

const std::string* JsonWriter::remembered(const void* address) const {
    const auto known = texts_.find({address, depth_});
    return known == texts_.end() ? nullptr : &known->second;
}

std::size_t JsonWriter::start_remembering() {
    ++remembering_;
    after_key_ = true; // the value is separated from what is before it
    return buffer_.size();
}

void JsonWriter::remember(const void* address, std::size_t begin) {
    --remembering_;
    if (buffer_.size() - begin > kLongestRemembered) return;
    // All at once: keeping an order of use would cost more than writing them again.
    if (texts_.size() == kMostRemembered) texts_.clear();
    texts_.emplace(std::pair(address, depth_), buffer_.substr(begin));
}

void JsonWriter::finish() {
    buffer_ += '\n';
    out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    out_.flush();
    buffer_.clear();
    first_ = true;
}

void JsonWriter::begin(char bracket) {
    separate();
    buffer_ += bracket;
    ++depth_;
    first_ = true;
}

void JsonWriter::end(char bracket) {
    const bool had_lines = broken() && !first_;
    --depth_;
    if (had_lines) break_line();
    buffer_ += bracket;
    first_ = false;
}

void JsonWriter::separate() {
    if (after_key_) {
        after_key_ = false;
        return;
    }
    if (depth_ == 0) return;
    if (!first_) buffer_ += ',';
    if (broken())
        break_line();
    else if (!first_ && layout_ == Layout::lines)
        buffer_ += ' ';
    first_ = false;
    // What is being remembered has to stay in the buffer until it is whole.
    if (buffer_.size() < kFlushAt || remembering_ > 0) return;
    out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    buffer_.clear();
}

void JsonWriter::break_line() {
    buffer_ += '\n';
    buffer_.append(depth_, ' ');
}

bool JsonWriter::broken() const { return layout_ == Layout::lines && depth_ <= kBrokenLevels; }

void JsonWriter::escape(std::string_view bytes) {
    if (plain(bytes)) {
        buffer_ += bytes;
        return;
    }
    for (auto rest = bytes; !rest.empty();) {
        const auto at = first_character(rest);
        const auto point = rest.substr(0, at.length);
        rest.remove_prefix(at.length);
        if (!at.valid)
            append_utf8(buffer_, at.character);
        else if (point == "\"" || point == "\\")
            (buffer_ += '\\') += point;
        else if (point == "\n")
            buffer_ += "\\n";
        else if (shown_as_is(point))
            buffer_ += point;
        else
            append_unicode_escape(buffer_, at.character);
    }
}

} // namespace lyncprobe::report
