// SPDX-License-Identifier: MIT
// What a faulty listener answers to a request: too much, too long, never ending, or made to harm
// whoever reads or prints it. Pure text.
#pragma once

#include "lab/answers.h"
#include "lab/lab.h"

#include <optional>
#include <string_view>

namespace lyncprobe::lab {

// Each is empty where none of its faults is set.
std::optional<Reply> bad_sip_answer(std::string_view request, const Faults&);
std::optional<Reply> bad_web_answer(std::string_view request, const Faults&);
// `received` is what the peer has said so far; some faults wait for its stream header.
std::optional<Reply> bad_xmpp_answer(std::string_view received, const Faults&);

// Before or instead of TLS.
inline constexpr std::string_view kBannerWithEscapes =
    "\x1b]0;owned\x07\x1b[2J\x1b[31m220 hello\x1b[0m\r\n";
inline constexpr std::string_view kPlainHttp =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n"
    "Server: Microsoft-HTTPAPI/2.0\r\nConnection: close\r\n"
    "Content-Length: 0\r\n\r\n";
inline constexpr std::string_view kPlainSip =
    "SIP/2.0 400 Bad Request\r\nServer: RTC/5.0\r\nContent-Length: 0\r\n\r\n";

// A Server header that would retitle and colour the terminal of a careless client.
inline constexpr std::string_view kSipServerWithEscapes =
    "RTC/5.0 \x1b]0;owned\x07\x1b[31mred\x1b[0m";

} // namespace lyncprobe::lab
