// SPDX-License-Identifier: MIT
#include "config/encoding.h"

#include "model/unicode.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

using namespace std::string_view_literals;

constexpr char32_t kReplacement = 0xfffd;

std::string utf16_to_utf8(std::string_view raw, bool big_endian);
void check_text(Decoded&, std::string_view text);
Spot spot_at(std::string_view text, std::size_t offset);

} // namespace

Decoded decode(std::string_view raw) {
    Decoded out;
    if (raw.starts_with("\xff\xfe"sv) || raw.starts_with("\xfe\xff"sv)) {
        out.converted = utf16_to_utf8(raw.substr(2), raw.front() == '\xfe');
        if (out.converted.empty()) out.skipped = raw.size();
    } else if (raw.starts_with("\xef\xbb\xbf"sv)) {
        out.skipped = 3;
    }
    check_text(out, out.text(raw));
    return out;
}

bool take_character(std::string_view& text, char32_t& character) {
    struct Form { // RFC 3629 3: the lead byte, and the smallest character that needs this length
        unsigned mask, lead;
        std::size_t length;
        char32_t smallest;
    };
    constexpr std::array<Form, 4> kForms{
        {{0x80, 0, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}}};
    if (text.empty()) return false;
    const auto lead = static_cast<unsigned char>(text.front());
    for (const auto& form : kForms) {
        if ((lead & form.mask) != form.lead) continue;
        if (text.size() < form.length) return false;
        char32_t value = lead & ~form.mask & 0xffu;
        for (std::size_t i = 1; i < form.length; ++i) {
            const auto byte = static_cast<unsigned char>(text[i]);
            if ((byte & 0xc0u) != 0x80u) return false;
            value = value << 6 | (byte & 0x3fu);
        }
        if (value < form.smallest || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
            return false;
        character = value;
        text.remove_prefix(form.length);
        return true;
    }
    return false;
}

namespace {

// Half a surrogate pair or half a unit becomes U+FFFD, which check_text then finds.
std::string utf16_to_utf8(std::string_view raw, bool big_endian) {
    std::string out;
    out.reserve(raw.size() / 2);
    char32_t high = 0;
    for (std::size_t i = 0; i + 1 < raw.size(); i += 2) {
        const auto first = static_cast<unsigned char>(raw[i]),
                   second = static_cast<unsigned char>(raw[i + 1]);
        const char32_t unit =
            big_endian ? char32_t(first) << 8 | second : char32_t(second) << 8 | first;
        const bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
        if (high != 0)
            append_utf8(
                out, is_low ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : kReplacement
            );
        const bool paired = high != 0 && is_low;
        high = unit >= 0xd800 && unit <= 0xdbff ? unit : 0;
        if (high == 0 && !paired) append_utf8(out, is_low ? kReplacement : unit);
    }
    if (high != 0 || raw.size() % 2 != 0) append_utf8(out, kReplacement);
    return out;
}

// The parser would take bytes that are no text for text, and U+0004 for the end of the file.
void check_text(Decoded& out, std::string_view text) {
    for (auto rest = text; !rest.empty();) {
        const auto offset = text.size() - rest.size();
        char32_t c = 0;
        const bool valid = take_character(rest, c);
        if (valid && c != kReplacement && (c >= 0x20 || c == '\t' || c == '\n' || c == '\r') &&
            c != 0x7f)
            continue;
        out.spot = spot_at(text, offset);
        if (valid && c != kReplacement) {
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

Spot spot_at(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n');
    const auto line_start = before.rfind('\n') + 1; // npos + 1 is the first line's start
    return {offset, static_cast<int>(line), static_cast<int>(offset - line_start)};
}

} // namespace

} // namespace lyncprobe::config
