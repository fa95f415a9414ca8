// SPDX-License-Identifier: MIT
// The lab's SIP and HTTP answers. Deliberately independent of codec/, so that a client is not
// tested against itself.
#include "lab/answers.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

std::string_view header(std::string_view message, std::string_view name);
bool equal_without_case(std::string_view a, std::string_view b);

} // namespace

std::size_t complete_message(std::string_view received) {
    const auto head = received.find(kEndOfHead);
    if (head == std::string_view::npos) return 0;
    const auto length = header(received, "Content-Length");
    std::size_t body = 0;
    std::from_chars(length.data(), length.data() + length.size(), body);
    const std::size_t whole = head + kEndOfHead.size() + std::min<std::size_t>(body, 1u << 20);
    return received.size() < whole ? 0 : whole;
}

std::string sip_answer(
    std::string_view request, std::string_view server, std::uint16_t client_port
) {
    const auto first_line = request.substr(0, request.find("\r\n"));
    if (!first_line.ends_with(" SIP/2.0")) return {};
    const bool negotiate = first_line.starts_with("NEGOTIATE ");
    return fmt::format(
        "SIP/2.0 {}\r\n"
        "Via: {};ms-received-port={};ms-received-cid=1A00\r\n"
        "From: {}\r\n"
        "To: {};tag=5B1E0E2B7C\r\n"
        "Call-ID: {}\r\n"
        "CSeq: {}\r\n"
        "Server: {}\r\n"
        "{}"
        "Content-Length: 0\r\n\r\n",
        negotiate ? "200 OK" : "405 Method Not Allowed", header(request, "Via"), client_port,
        header(request, "From"), header(request, "To"), header(request, "Call-ID"),
        header(request, "CSeq"), server,
        negotiate ? "Compression: LZ77-8K\r\n" : "Allow: NEGOTIATE\r\n"
    );
}

std::string http_answer(std::string_view request) {
    const auto first_line = request.substr(0, request.find("\r\n"));
    if (first_line.find(" HTTP/1.") == std::string_view::npos) return {};
    const bool get = first_line.starts_with("GET ");
    const std::string_view page = get ? "<!DOCTYPE html><title>IIS Windows Server</title>" : "";
    return fmt::format(
        "HTTP/1.1 {}\r\n"
        "Content-Type: text/html\r\n"
        "Server: Microsoft-IIS/8.5\r\n"
        "X-Powered-By: ASP.NET\r\n"
        "Content-Length: {}\r\n\r\n{}",
        get ? "200 OK" : "405 Method Not Allowed", page.size(), page
    );
}

namespace {

// Value of the first header of that name; empty where absent.
std::string_view header(std::string_view message, std::string_view name) {
    const auto head = message.substr(0, message.find(kEndOfHead));
    for (auto start = head.find("\r\n"); start != std::string_view::npos;
         start = head.find("\r\n", start + 2)) {
        const auto line = head.substr(start + 2, head.find("\r\n", start + 2) - start - 2);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || !equal_without_case(line.substr(0, colon), name))
            continue;
        const auto value = line.find_first_not_of(' ', colon + 1);
        return value == std::string_view::npos ? std::string_view() : line.substr(value);
    }
    return {};
}

bool equal_without_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) {
        return lower(x) == lower(y);
    });
}

} // namespace

} // namespace lyncprobe::lab
