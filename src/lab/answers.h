// SPDX-License-Identifier: MIT
// What the lab's servers say above TLS: one SIP answer, one web page. Pure text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

// Size of the first complete message (head and Content-Length body) in `received`; 0 = not complete
// yet.
std::size_t complete_message(std::string_view received);

// Answer of a registrar to one complete SIP request: 200 to NEGOTIATE ([MS-SIPCOMP]), 405 to
// everything else. Empty where it is no SIP request. `server` is the value of the Server header.
std::string sip_answer(
    std::string_view request, std::string_view server, std::uint16_t client_port
);

// Answer of IIS to one complete HTTP request; empty where it is none.
std::string http_answer(std::string_view request);

inline constexpr std::string_view kSipServer = "RTC/5.0"; // Lync Server 2013
// An answer that would retitle and colour the terminal of a careless client.
inline constexpr std::string_view kSipServerWithEscapes =
    "RTC/5.0 \x1b]0;owned\x07\x1b[31mred\x1b[0m";
inline constexpr std::string_view kBannerWithEscapes =
    "\x1b]0;owned\x07\x1b[2J\x1b[31m220 hello\x1b[0m\r\n";
inline constexpr std::string_view kPlainHttp =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n"
    "Server: Microsoft-HTTPAPI/2.0\r\nConnection: close\r\n"
    "Content-Length: 0\r\n\r\n";
inline constexpr std::string_view kPlainSip =
    "SIP/2.0 400 Bad Request\r\nServer: RTC/5.0\r\nContent-Length: 0\r\n\r\n";
inline constexpr std::string_view kSipGarbage = "\x01\x02\x03 no SIP at all\r\n\r\n";
inline constexpr std::string_view kEndlessHead = "SIP/2.0 200 OK\r\n";
inline constexpr std::string_view kEndlessHeader =
    "X-Filler: nothing to see here, move along please\r\n";

} // namespace lyncprobe::lab
