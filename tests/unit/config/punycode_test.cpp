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

// RFC 3492 7.1 (B), (L) and (S, in ASCII only).
TEST_CASE("the samples of RFC 3492 come out") {
    CHECK(to_a_labels("他们为什么不说中文") == "xn--ihqwcrb4cv8a8dqg056pqjye");
    CHECK(to_a_labels("3年b組金八先生") == "xn--3b-ww4c5e180e575a65lsy2b");
    CHECK(to_a_labels("-> $1.00 <-") == "-> $1.00 <-");
}

TEST_CASE("what is no text, or longer than a label, has no A-label") {
    CHECK(to_a_labels("m\xfcnchen") == "");
    CHECK(to_a_labels("m\xc3") == "");
    std::string longest, longer;
    for (int i = 0; i < 63; ++i)
        longest += "ü";
    longer = longest + "ü";
    CHECK(to_a_labels(longest) != "");
    CHECK(to_a_labels(longer) == "");
}
