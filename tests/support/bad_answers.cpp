// SPDX-License-Identifier: MIT
#include "support/bad_answers.h"

#include "lab/sip_answers.h"
#include "lab/xmpp_answers.h"

#include <ctime>
#include <string>

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr std::size_t kEndlessChunk = 16u << 10; // of an answer without end: one write
constexpr std::chrono::milliseconds kDrip = 200ms;
constexpr std::string_view kFiller = "X-Filler: nothing to see here, move along please\r\n";
constexpr std::string_view kHttpHead = "HTTP/1.1 200 OK\r\nServer: Microsoft-IIS/8.5\r\n";
constexpr std::string_view kAutodiscoverXml =
    "Content-Type: application/vnd.microsoft.rtc.autodiscover+xml; v=1\r\n";

Reply page(std::string_view headers, std::string_view body) {
    return {
        .text =
            fmt::format("{}{}Content-Length: {}\r\n\r\n{}", kHttpHead, headers, body.size(), body)};
}

// Deflate by hand (RFC 1951 3.2.6, fixed codes): a zero, then "258 bytes as one byte back", which
// takes 13 bits; eight of those fill 13 whole bytes. It has no end, and so no check sum.
std::string gzip_bomb(std::size_t size) {
    std::string bits = "110"       // last block, fixed codes, least significant bit first
                       "00110000"; // literal 0
    const std::string again = "1100010100000";          // length 258, distance 1
    std::string bomb = "\x1f\x8b\x08\0\0\0\0\0\0\xff"s; // RFC 1952 2.3
    while (bomb.size() < size) {
        bits += again;
        for (; bits.size() >= 8; bits.erase(0, 8)) {
            unsigned byte = 0;
            for (std::size_t i = 0; i < 8; ++i)
                byte |= (bits[i] == '1' ? 1u : 0u) << i;
            bomb += static_cast<char>(byte);
        }
    }
    return bomb;
}

// Nine levels of ten, each ten times the one below.
std::string entity_bomb() {
    std::string text =
        "<?xml version=\"1.0\"?><!DOCTYPE AutodiscoverResponse [<!ENTITY a0 \"lol\">";
    for (int level = 1; level <= 9; ++level)
        text += fmt::format(
            "<!ENTITY a{} \"{}\">", level, repeated(fmt::format("&a{};", level - 1), 40)
        );
    return text + "]><AutodiscoverResponse><Root><Link token=\"&a9;\" "
                  "href=\"&a9;\"/>&a9;</Root></AutodiscoverResponse>";
}

std::string_view target_of(std::string_view request) {
    const auto line = first_line(request);
    const auto start = line.find(' ') + 1;
    return line.substr(start, line.find(' ', start) - start);
}

// Behind the header of our stream, once that of the peer is complete.
std::optional<Reply> xmpp_reply(std::string_view received, Reply behind) {
    const auto header = received.find("<stream:stream");
    if (header == std::string_view::npos || received.find('>', header) == std::string_view::npos)
        return std::nullopt;
    behind.text.insert(0, xmpp_stream_header(received.substr(header)));
    return behind;
}

} // namespace

std::optional<Reply> bad_answer(BadAnswer kind, std::string_view request) {
    using enum BadAnswer;
    const std::string head(kHttpHead);
    switch (kind) {
    case sip_garbage: return Reply{.text = "\x01\x02\x03 no SIP at all\r\n\r\n"};
    case sip_endless_headers:
        return Reply{.text = "SIP/2.0 200 OK\r\n", .endless = repeated(kFiller, kEndlessChunk)};
    case sip_provisional_flood: {
        std::string trying = sip_answer(request, {}, 0, std::time(nullptr));
        trying.replace(0, trying.find("\r\n"), "SIP/2.0 100 Trying");
        return Reply{.text = trying, .endless = repeated(trying, kEndlessChunk)};
    }
    case sip_controls_in_headers:
        return Reply{
            .text = "SIP/2.0 403 Forbidden\r\nServer: RTC/5.0\0\x1b[2Jgone\r\n"
                    "ms-diagnostics: 1017;reason=\"\x1b]0;owned\x07\0\x9b"
                    "31m\"\r\n"
                    "Content-Length: 0\r\n\r\n"s};
    case http_endless_headers:
        return Reply{.text = head, .endless = repeated(kFiller, kEndlessChunk)};
    case http_huge_headers:
        return page(fmt::format("X-Filler: {}\r\n", std::string(1u << 20, 'x')), "good");
    case http_negative_length: return Reply{.text = head + "Content-Length: -1\r\n\r\nnever mind"};
    case http_huge_length: // 2^64: one more than fits
        return Reply{.text = head + "Content-Length: 18446744073709551616\r\n\r\nand so on"};
    case http_endless_chunks:
        return Reply{
            .text = head + "Transfer-Encoding: chunked\r\n\r\n",
            .endless = repeated("8\r\nand on, \r\n", kEndlessChunk)};
    case http_gzip_bomb: return page("Content-Encoding: gzip\r\n", gzip_bomb(400u << 10));
    case http_redirect_loop:
        return Reply{
            .text = fmt::format(
                "HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
                target_of(request)
            )};
    case http_controls_in_location:
        return Reply{
            .text = "HTTP/1.1 302 Found\r\n"
                    "Location: "
                    "https://contoso.example/"
                    "\r\x1b]0;owned\x07%0d%0aSet-Cookie:%20a=b\x1b[31m<script>\r\nContent-Length: "
                    "0\r\n\r\n"};
    case http_drip:
        return Reply{
            .text = head + "Content-Length: 1000000\r\n\r\n", .endless = "x", .pause = kDrip};
    case xml_entity_bomb: return page(kAutodiscoverXml, entity_bomb());
    case json_deep:
        return page(
            "Content-Type: application/json\r\n",
            std::string(200'000, '[') + std::string(200'000, ']')
        );
    case xmpp_never_closes: return xmpp_reply(request, {.endless = " ", .pause = kDrip});
    case xmpp_endless_features:
        return xmpp_reply(
            request, {.text = "<stream:features>",
                      .endless = repeated("<feature xmlns='urn:example:nothing'/>", kEndlessChunk)}
        );
    }
    return std::nullopt;
}

} // namespace lyncprobe::lab
