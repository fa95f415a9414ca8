// SPDX-License-Identifier: MIT
// The round trip with which a client of an A/V Edge begins on TCP: it looks like TLS and is none
// ([MS-TURN] 2.1.1). The server answers with one canned record; nothing is encrypted afterwards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lyncprobe::codec {

inline constexpr std::size_t kPseudoHelloSize = 50;
inline constexpr std::size_t kPseudoAnswerSize = 83;

// Time stamp and random of a hello.
using PseudoRandom = std::array<std::uint8_t, 32>;

// Fresh ones of this connection, made of its seed (hexadecimal digits; anything else counts as 0).
PseudoRandom pseudo_random(std::string_view seed);

// The ones that libnice sends with every hello (socket/pseudossl.c): a server that looks at them
// has been tried with these.
PseudoRandom constant_pseudo_random();

std::string pseudo_client_hello(const PseudoRandom&);

// What the first bytes of an answer to that hello are.
struct PseudoAnswer {
    enum class Kind {
        need_more,  // could become the canned answer, or an alert
        pseudo_tls, // the canned answer
        tls_alert,  // a TLS server does not want this hello: none knows its only cipher suite
        other_tls,  // a TLS record that is neither
        not_tls
    };
    Kind kind = Kind::need_more;
    std::size_t size = 0;   // of the canned answer; the rest is not of it
    bool fatal = false;     // of an alert
    std::uint8_t alert = 0; // of an alert
    bool operator==(const PseudoAnswer&) const = default;
};

// Looks at no byte beyond the canned answer.
PseudoAnswer classify_pseudo_answer(std::string_view first_bytes);

} // namespace lyncprobe::codec
