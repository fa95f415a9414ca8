// SPDX-License-Identifier: MIT
#include "config/punycode.h"

#include <string>

#include <doctest/doctest.h>

using lyncprobe::config::to_a_labels;

TEST_CASE("A-labels are those of the registries") {
    CHECK(to_a_labels("münchen.example") == "xn--mnchen-3ya.example");
    CHECK(to_a_labels("MÜNCHEN.example") == "xn--mnchen-3ya.example");
    CHECK(to_a_labels("bücher.example") == "xn--bcher-kva.example");
    CHECK(to_a_labels("пример.испытание") == "xn--e1afmkfd.xn--80akhbyknj4f");
    CHECK(to_a_labels("παράδειγμα.δοκιμή") == "xn--hxajbheg2az3al.xn--jxalpdlp");
    CHECK(to_a_labels("例え.テスト") == "xn--r8jz45g.xn--zckzah");
    CHECK(to_a_labels("sip.contoso.com") == "sip.contoso.com");
}

TEST_CASE("a name that no registry would take has no A-label") {
    CHECK(to_a_labels("m\xfcnchen") == "");
    CHECK(to_a_labels("m\xc3") == "");
    CHECK(to_a_labels("xn--a.example") == "");
    std::string longest;
    for (int i = 0; i < 56; ++i)
        longest += "ü";
    CHECK(to_a_labels(longest).size() <= 63);
    CHECK(to_a_labels(longest + longest) == "");
}
