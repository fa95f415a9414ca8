// SPDX-License-Identifier: MIT
#include "codec/pseudo_tls.h"

#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe::codec;
using Kind = PseudoAnswer::Kind;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const int value : values)
        out += static_cast<char>(value);
    return out;
}

// The 83 bytes, with something in the two fields that vary.
std::string canned(char random = 'r', char session = 's') {
    return bytes({0x16, 3, 1, 0, 0x4e, 2, 0, 0, 0x46, 3, 1}) + std::string(32, random) + '\x20' +
           std::string(32, session) + bytes({0, 0x18, 0, 0x0e, 0, 0, 0});
}

Kind kind_of(const std::string& answer) { return classify_pseudo_answer(answer).kind; }

} // namespace

TEST_CASE("pseudo-TLS: the hello is the 50 bytes of the captured one, with a random of its own") {
    const auto constant = pseudo_client_hello(constant_pseudo_random());
    CHECK(constant == bytes({0x16, 0x03, 0x01, 0x00, 0x2d, 0x01, 0x00, 0x00, 0x29, 0x03,
                             0x01, 0xc1, 0xfc, 0xd5, 0xa3, 0x6d, 0x93, 0xdd, 0x7e, 0x0b,
                             0x45, 0x67, 0x3f, 0xec, 0x79, 0x85, 0xfb, 0xbc, 0x3f, 0xd6,
                             0x60, 0xc2, 0xce, 0x84, 0x85, 0x08, 0x1b, 0x81, 0x21, 0xbc,
                             0xaa, 0x10, 0xfb, 0x00, 0x00, 0x02, 0x00, 0x18, 0x01, 0x00}));
    CHECK(constant.size() == kPseudoHelloSize);
    const auto fresh = pseudo_client_hello(pseudo_random("0123456789abcdef"));
    CHECK(fresh.size() == kPseudoHelloSize);
    CHECK(fresh.substr(0, 11) == constant.substr(0, 11));
    CHECK(fresh.substr(43) == constant.substr(43));
    CHECK(fresh != constant);
}

TEST_CASE("pseudo-TLS: each seed has a random of its own, and always the same") {
    CHECK(pseudo_random("0123456789abcdef") == pseudo_random("0123456789abcdef"));
    std::set<PseudoRandom> all;
    for (const char* seed : {"", "0", "1", "f", "0123456789abcdef", "fedcba9876543210"})
        all.insert(pseudo_random(seed));
    CHECK(all.size() == 5); // no digits are zero
    for (const auto& random : all)
        CHECK(std::set<int>(random.begin(), random.end()).size() > 16);
}

TEST_CASE("pseudo-TLS: the canned answer is known whatever its two varying fields hold") {
    for (const auto& answer : {canned(), canned('\0', '\xff')}) {
        CHECK(kind_of(answer) == Kind::pseudo_tls);
        CHECK(classify_pseudo_answer(answer).size == kPseudoAnswerSize);
        CHECK(classify_pseudo_answer(answer + "\x02\x00 more").size == kPseudoAnswerSize);
        for (std::size_t size = 0; size < answer.size(); ++size) {
            CAPTURE(size);
            CHECK(kind_of(answer.substr(0, size)) == Kind::need_more);
        }
    }
}

TEST_CASE("pseudo-TLS: one byte that differs makes another answer of it") {
    const auto good = canned();
    for (std::size_t at = 0; at < good.size(); ++at) {
        const bool varies = (at >= 11 && at < 43) || (at >= 44 && at < 76);
        auto other = good;
        other[at] = static_cast<char>(other[at] ^ 0x40);
        CAPTURE(at);
        CHECK((kind_of(other) == Kind::pseudo_tls) == varies);
    }
}

TEST_CASE("pseudo-TLS: an alert, another TLS answer, and what is no TLS") {
    const auto alert = bytes({21, 3, 1, 0, 2, 2, 40});
    CHECK(
        classify_pseudo_answer(alert) ==
        PseudoAnswer{.kind = Kind::tls_alert, .fatal = true, .alert = 40}
    );
    CHECK_FALSE(classify_pseudo_answer(bytes({21, 3, 3, 0, 2, 1, 112})).fatal);
    for (std::size_t size = 0; size < alert.size(); ++size)
        CHECK(kind_of(alert.substr(0, size)) == Kind::need_more);

    const auto hello = bytes({0x16, 3, 3, 0, 0x5a, 2, 0, 0, 0x56, 3, 3});
    CHECK(kind_of(hello) == Kind::other_tls);
    CHECK(kind_of(hello.substr(0, 5)) == Kind::other_tls);
    CHECK(kind_of(hello.substr(0, 4)) == Kind::need_more);

    CHECK(kind_of("HTTP/1.1 400 Bad Request\r\n") == Kind::not_tls);
    CHECK(kind_of("H") == Kind::not_tls);
    CHECK(kind_of(bytes({0x16, 'x'})) == Kind::not_tls);
    CHECK(kind_of(bytes({0x01, 0x13, 0x00, 0x50})) == Kind::not_tls); // TURN without a frame
}
