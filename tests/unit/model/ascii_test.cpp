// SPDX-License-Identifier: MIT
#include "model/text/ascii.h"
#include "model/text/lists.h"

#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;

TEST_CASE("ascii: only the letters of ASCII have another case") {
    CHECK(to_lower("Sip.Contoso.COM [@`{ M\xc3\x9cNCHEN") == "sip.contoso.com [@`{ m\xc3\x9cnchen");
    CHECK(equal_ignoring_case("Content-Length", "content-lengtH"));
    CHECK_FALSE(equal_ignoring_case("a", "ab"));
    CHECK_FALSE(equal_ignoring_case("[", "{")); // as far apart as a letter's two cases
    CHECK(contains_ignoring_case("a Client Certificate is required", "CERTIFICATE"));
    CHECK_FALSE(contains_ignoring_case("certificat", "certificate"));
}

TEST_CASE("ascii: kinds of characters at their edges") {
    for (const char c : {'a', 'z', 'A', 'Z', '0', '9'})
        CHECK(is_letter_or_digit(c));
    for (const char c : {'@', '[', '`', '{', '/', ':', '\xe4'})
        CHECK_FALSE(is_letter_or_digit(c));
    for (const char c : {'\0', '\x1f', '\x7f'})
        CHECK(is_control(c));
    for (const char c : {' ', '~', '\x80'})
        CHECK_FALSE(is_control(c));
    CHECK(is_ascii("\x7f"));
    CHECK_FALSE(is_ascii("a\x80"));
}

TEST_CASE("ascii: so many digits are taken, or nothing") {
    std::string_view text = "2026-1x";
    CHECK(take_digits(text, 4) == 2026);
    CHECK(text == "-1x");
    CHECK_FALSE(take_digits(text, 1));
    text.remove_prefix(1);
    CHECK_FALSE(take_digits(text, 2));
    CHECK(text == "1x");
    CHECK_FALSE(take_digits(text, 3));
}

TEST_CASE("ascii: blanks go at both ends, not inside") {
    CHECK(trim(" \t a b\r\n") == "a b");
    CHECK(trim(" \r\n").empty());
    CHECK(trim("").empty());
}

TEST_CASE("lists: at most so many, and never 'and 1 more'") {
    const std::vector<std::string> five{"a", "b", "c", "d", "e"};
    CHECK(enumerate(five, 3) == "a, b, c and 2 more");
    CHECK(enumerate(five, 4) == "a, b, c, d, e");
    CHECK(enumerate(five, 9) == "a, b, c, d, e");
    CHECK(enumerate(std::vector<std::string_view>{}, 3).empty());
    CHECK(joined(five, "; ") == "a; b; c; d; e");
    CHECK(counted(0, "endpoint") == "0 endpoints");
    CHECK(counted(1, "endpoint") == "1 endpoint");
}
