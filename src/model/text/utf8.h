// SPDX-License-Identifier: MIT
// UTF-8 (RFC 3629) read and written. Text from outside becomes valid where it enters the model
// (valid_utf8), so that every report shows the same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lyncprobe {

inline constexpr char32_t kReplacementCharacter = 0xfffd; // what is no text is shown as this

// What a text begins with: a character of `length` bytes, or one byte that belongs to none (then
// the character is U+FFFD). Overlong forms, surrogates and what is beyond U+10FFFF are none.
struct Utf8Step {
    char32_t character = kReplacementCharacter;
    std::size_t length = 1;
    bool valid = false;
};
Utf8Step first_character(std::string_view text); // text: not empty

bool is_utf8(std::string_view);

// Each byte that belongs to no character becomes U+FFFD.
std::string valid_utf8(std::string bytes);

// `character`: a scalar value of Unicode (RFC 3629 3).
void append_utf8(std::string& out, char32_t character);

// UTF-16 without its byte order mark. Half a surrogate pair or half a unit becomes U+FFFD.
std::string utf16_to_utf8(std::string_view bytes, bool big_endian);

// The longest beginning within `limit` bytes that cuts no character in two; `text` is valid.
std::string_view first_bytes(std::string_view text, std::size_t limit);

} // namespace lyncprobe
