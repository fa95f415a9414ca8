// SPDX-License-Identifier: MIT
// What a hostile listener of the lab answers to a request: too much, too long, never ending, or
// made to harm whoever reads or prints it. Pure text.
#pragma once

#include "lab/lab.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace lyncprobe::lab {

enum class BadAnswer : std::uint8_t {
    sip_garbage,               // bytes that are no SIP
    sip_endless_headers,       // headers without end
    sip_provisional_flood,     // 100 Trying without end
    sip_controls_in_headers,   // NUL and escape sequences in its headers
    http_endless_headers,      // headers without end
    http_huge_headers,         // one header of 1 MB, then a good page
    http_negative_length,      // Content-Length: -1
    http_huge_length,          // a Content-Length that no 64-bit number holds
    http_endless_chunks,       // chunks without end
    http_gzip_bomb,            // gzip of 400 KB that was not asked for and that unpacks to 65 MB
    http_redirect_loop,        // redirects every request to what was asked for
    http_controls_in_location, // bare CR, encoded CRLF and escape sequences in Location
    http_drip,                 // a page whose bytes come one in a fifth of a second
    xml_entity_bomb,           // entities that unfold to 3 GB, as an autodiscover answer
    json_deep,                 // 200,000 nested arrays, as an autodiscover answer
    xmpp_never_closes,         // opens its stream, then sends white space for ever
    xmpp_endless_features      // opens its stream with features without end
};

// `request`: of an XMPP stream all that the peer has said; nothing until its header is complete.
std::optional<Reply> bad_answer(BadAnswer, std::string_view request);

inline Faults answering(BadAnswer kind) {
    return {.answer = [kind](std::string_view request) { return bad_answer(kind, request); }};
}

// A Server header that would retitle and colour the terminal of a careless client.
inline constexpr std::string_view kSipServerWithEscapes =
    "RTC/5.0 \x1b]0;owned\x07\x1b[31mred\x1b[0m";

} // namespace lyncprobe::lab
