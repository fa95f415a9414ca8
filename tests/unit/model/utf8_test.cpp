// SPDX-License-Identifier: MIT
#include "model/text/utf8.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace std::string_view_literals;

namespace {

constexpr auto kReplaced = "\xef\xbf\xbd"sv;

} // namespace

TEST_CASE("utf8: each length is written and read again") {
    for (const char32_t c :
         {U'\0', U'a', U'\x7f', U'\x80', U'\x7ff', U'\x800', U'\xd7ff', U'\xe000', U'\xffff',
          U'\x10000', U'\x10ffff'}) {
        std::string text;
        append_utf8(text, c);
        const auto at = first_character(text + "x");
        CHECK(at.valid);
        CHECK(at.character == c);
        CHECK(at.length == text.size());
    }
}

TEST_CASE("utf8: what has another form, is a surrogate, too large or cut is no character") {
    for (const auto bad :
         {"\x80"sv, "\xff"sv, "\xc0\xaf"sv, "\xe0\x80\xaf"sv, "\xf0\x80\x80\xaf"sv,
          "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xf8\x88\x80\x80\x80"sv, "\xe2\x82"sv,
          "\xc3("sv}) {
        const auto at = first_character(bad);
        CHECK_FALSE(at.valid);
        CHECK(at.length == 1);
        CHECK(at.character == kReplacementCharacter);
        CHECK_FALSE(is_utf8(bad));
    }
}

TEST_CASE("utf8: bytes that belong to no character are replaced, the rest stays as it is") {
    CHECK(valid_utf8("").empty());
    CHECK(valid_utf8("M\xc3\xbcnchen") == "M\xc3\xbcnchen");
    CHECK(
        valid_utf8("a\xff"
                   "b\xc3\xbc") == std::string("a").append(kReplaced) + "b\xc3\xbc"
    );
    CHECK(valid_utf8("\xe2\x82") == std::string(kReplaced).append(kReplaced));
    CHECK(valid_utf8(std::string("\0\xff", 2)) == std::string(1, '\0').append(kReplaced));
    CHECK(valid_utf8(valid_utf8("\xff\xfe")) == valid_utf8("\xff\xfe"));
}

TEST_CASE("utf8: UTF-16 of both orders, and halves of a pair or of a unit") {
    CHECK(utf16_to_utf8("\0a\x20\xac\xd8\x3d\xde\x00"sv, true) == "a\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(utf16_to_utf8("a\0\xac\x20\x3d\xd8\x00\xde"sv, false) == "a\xe2\x82\xac\xf0\x9f\x98\x80");
    CHECK(utf16_to_utf8("\xd8\x3d\0a"sv, true) == std::string(kReplaced) + "a");
    CHECK(
        utf16_to_utf8("\xd8\x3d\xd8\x3d\xde\x00"sv, true) ==
        std::string(kReplaced) + "\xf0\x9f\x98\x80"
    );
    CHECK(utf16_to_utf8("\xde\x00\xd8\x3d"sv, true) == std::string(kReplaced).append(kReplaced));
    CHECK(utf16_to_utf8("\0a\0"sv, true) == std::string("a").append(kReplaced));
}

TEST_CASE("utf8: a beginning never ends inside a character") {
    CHECK(first_bytes("abc", 3) == "abc");
    CHECK(first_bytes("abcd", 3) == "abc");
    CHECK(first_bytes("ab\xe2\x82\xac", 4) == "ab");
    CHECK(first_bytes("ab\xe2\x82\xac", 5) == "ab\xe2\x82\xac");
    CHECK(first_bytes("\xe2\x82\xac", 0).empty());
}
