// SPDX-License-Identifier: MIT
#include "config/encoding.h"

#include "model/text/utf8.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

using namespace std::string_view_literals;

Spot spot_at(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n');
    const auto line_start = before.rfind('\n') + 1; // npos + 1 is the first line's start
    return {offset, static_cast<int>(line), static_cast<int>(offset - line_start)};
}

// The parser would take bytes that are no text for text, and U+0004 for the end of the file.
void check_text(Decoded& out, std::string_view text) {
    for (auto rest = text; !rest.empty();) {
        const auto offset = text.size() - rest.size();
        // U+FFFD is what broken UTF-16 has become, or what another program could not read.
        const auto [c, length, valid] = first_character(rest);
        rest.remove_prefix(length);
        const bool is_text = valid && c != kReplacementCharacter;
        if (is_text && (c >= 0x20 || c == '\t' || c == '\n' || c == '\r') && c != 0x7f) continue;
        out.spot = spot_at(text, offset);
        if (is_text) {
            out.mistake = fmt::format(
                "a control character (U+{:04X}), which no text file has", static_cast<unsigned>(c)
            );
            out.hint = "is this a target list?";
        } else {
            out.mistake = "a byte that is not UTF-8 text";
            out.hint = "save the file as UTF-8";
        }
        return;
    }
}

} // namespace

Decoded decode(std::string_view raw) {
    Decoded out;
    if (raw.starts_with("\xff\xfe"sv) || raw.starts_with("\xfe\xff"sv)) {
        out.converted = utf16_to_utf8(raw.substr(2), raw.front() == '\xfe');
        // A file with a byte order mark alone is an empty text, not its two raw bytes.
        if (out.converted.empty()) out.skipped = raw.size();
    } else if (raw.starts_with("\xef\xbb\xbf"sv)) {
        out.skipped = 3;
    }
    check_text(out, out.text(raw));
    return out;
}

} // namespace lyncprobe::config
