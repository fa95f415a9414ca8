// SPDX-License-Identifier: MIT
#include "model/text/utf8.h"

#include <cstdint>

namespace lyncprobe {

Utf8Step first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return {first, 1, true};
    std::size_t length = 0;
    char32_t value = 0, smallest = 0; // a smaller value has a shorter form, which is the only one
    if ((first & 0xe0) == 0xc0)
        length = 2, value = first & 0x1fu, smallest = 0x80;
    else if ((first & 0xf0) == 0xe0)
        length = 3, value = first & 0x0fu, smallest = 0x800;
    else if ((first & 0xf8) == 0xf0)
        length = 4, value = first & 0x07u, smallest = 0x10000;
    else
        return {};
    if (text.size() < length) return {};
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        value = value << 6 | (byte(i) & 0x3fu);
    }
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    // RFC 3629 3: other forms of a character were used to slip past filters.
    if (value < smallest || value > 0x10ffff || surrogate) return {};
    return {value, length, true};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto at = first_character(text);
        if (!at.valid) return false;
        text.remove_prefix(at.length);
    }
    return true;
}

std::string valid_utf8(std::string bytes) {
    if (is_utf8(bytes)) return bytes; // nearly always: nothing is copied then
    std::string out;
    for (std::string_view rest = bytes; !rest.empty();) {
        const auto at = first_character(rest);
        append_utf8(out, at.character);
        rest.remove_prefix(at.length);
    }
    return out;
}

void append_utf8(std::string& out, char32_t c) {
    const auto put = [&out](char32_t byte) {
        out += static_cast<char>(static_cast<unsigned char>(byte));
    };
    if (c < 0x80) return put(c);
    if (c < 0x800) {
        put(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            put(0xe0 | c >> 12);
        } else {
            put(0xf0 | c >> 18);
            put(0x80 | (c >> 12 & 0x3f));
        }
        put(0x80 | (c >> 6 & 0x3f));
    }
    put(0x80 | (c & 0x3f));
}

std::string utf16_to_utf8(std::string_view bytes, bool big_endian) {
    const auto unit = [&](std::size_t i) -> char32_t {
        const auto first = static_cast<std::uint8_t>(bytes[i]);
        const auto second = static_cast<std::uint8_t>(bytes[i + 1]);
        return big_endian ? first << 8 | second : second << 8 | first;
    };
    const auto is_high = [](char32_t c) { return c >= 0xd800 && c <= 0xdbff; };
    const auto is_low = [](char32_t c) { return c >= 0xdc00 && c <= 0xdfff; };
    std::string out;
    out.reserve(bytes.size());
    std::size_t at = 0;
    for (; at + 1 < bytes.size(); at += 2) {
        auto c = unit(at);
        if (is_high(c) && at + 3 < bytes.size() && is_low(unit(at + 2))) { // RFC 2781 2.2
            c = 0x10000 + ((c & 0x3ff) << 10 | (unit(at + 2) & 0x3ff));
            at += 2;
        }
        append_utf8(out, is_high(c) || is_low(c) ? kReplacementCharacter : c);
    }
    if (at < bytes.size()) append_utf8(out, kReplacementCharacter);
    return out;
}

std::string_view first_bytes(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) return text;
    const auto continues = [&](std::size_t at) {
        return (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80;
    };
    auto end = limit;
    // At most three bytes continue a character.
    while (end > 0 && limit - end < 4 && continues(end))
        --end;
    return text.substr(0, end);
}

} // namespace lyncprobe
