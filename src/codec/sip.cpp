// SPDX-License-Identifier: MIT
#include "codec/sip.h"

#include "model/host.h"
#include "model/limits.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

// Compact header names (RFC 3261 7.3.3 and 20).
constexpr std::array<std::pair<char, std::string_view>, 10> kCompact{{
    {'i', "Call-ID"},
    {'m', "Contact"},
    {'e', "Content-Encoding"},
    {'l', "Content-Length"},
    {'c', "Content-Type"},
    {'f', "From"},
    {'s', "Subject"},
    {'k', "Supported"},
    {'t', "To"},
    {'v', "Via"},
}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return lower(x) == lower(y);
           });
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::string_view long_name(std::string_view name) {
    if (name.size() != 1) return name;
    for (const auto& [compact, full] : kCompact)
        if (lower(name.front()) == compact) return full;
    return name;
}

// "SIP/2.0 401 Unauthorized"
bool read_status_line(std::string_view line, SipResponse& out) {
    constexpr std::string_view kVersion = "SIP/2.0 ";
    if (line.substr(0, kVersion.size()) != kVersion) return false;
    line.remove_prefix(kVersion.size());
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), out.status);
    if (error != std::errc{} || end - line.data() != 3 || out.status < 100 || out.status > 699)
        return false;
    out.reason = trim(line.substr(3));
    return true;
}

// The end of the head and how long the empty line is; npos where it has not come yet.
std::pair<std::size_t, std::size_t> find_empty_line(std::string_view text, std::size_t from) {
    const auto crlf = text.find("\r\n\r\n", from);
    const auto lf = text.find("\n\n", from);
    if (lf < crlf) return {lf, 2};
    return {crlf, 4};
}

} // namespace

std::string_view SipResponse::header(std::string_view name) const {
    for (const auto& [known, value] : headers)
        if (same_name(known, name)) return value;
    return {};
}

std::vector<std::string> SipResponse::all(std::string_view name) const {
    std::vector<std::string> out;
    for (const auto& [known, value] : headers)
        if (same_name(known, name)) out.push_back(value);
    return out;
}

SipReader::State SipReader::feed(std::string_view bytes) {
    buffer_ += bytes;
    if (!in_body_) {
        const State head = read_head();
        if (head != State::have_response) return head;
    }
    return read_body();
}

SipReader::State SipReader::read_head() {
    // Empty lines between messages are keep-alives (RFC 5626 3.5.1).
    const auto start = buffer_.find_first_not_of("\r\n");
    buffer_.erase(0, start == std::string::npos ? buffer_.size() : start);
    if (buffer_.empty()) return State::need_more;
    constexpr std::string_view kVersion = "SIP/2.0 ";
    const auto compared = std::min(buffer_.size(), kVersion.size());
    if (std::string_view(buffer_).substr(0, compared) != kVersion.substr(0, compared))
        return malformed("the answer does not begin with SIP/2.0");

    const auto [head_end, gap] = find_empty_line(buffer_, searched_ < 3 ? 0 : searched_ - 3);
    if (std::min(head_end, buffer_.size()) > limits::kSipHeaders) {
        problem_ = fmt::format("its SIP headers are longer than {} bytes", limits::kSipHeaders);
        return State::too_large;
    }
    if (head_end == std::string::npos) {
        searched_ = buffer_.size();
        return State::need_more;
    }

    response_ = {};
    std::string_view head = std::string_view(buffer_).substr(0, head_end);
    bool first = true;
    while (!head.empty()) {
        const auto line_end = head.find('\n');
        const auto line = head.substr(0, line_end);
        head.remove_prefix(line_end == std::string_view::npos ? head.size() : line_end + 1);
        if (first) {
            if (!read_status_line(line, response_)) return malformed("its status line is not SIP");
            first = false;
            continue;
        }
        if (!response_.headers.empty() && !line.empty() &&
            (line.front() == ' ' || line.front() == '\t')) { // folded, RFC 3261 7.3.1
            response_.headers.back().second += ' ';
            response_.headers.back().second += trim(line);
            continue;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return malformed("a SIP header has no colon");
        response_.headers.emplace_back(
            long_name(trim(line.substr(0, colon))), trim(line.substr(colon + 1))
        );
    }
    buffer_.erase(0, head_end + gap);
    searched_ = 0;

    body_size_ = 0;
    if (const auto length = response_.header("Content-Length"); !length.empty()) {
        const auto [end, error] =
            std::from_chars(length.data(), length.data() + length.size(), body_size_);
        if (length.front() == '-' || error == std::errc::invalid_argument ||
            end != length.data() + length.size())
            return malformed("its Content-Length is no number");
        if (error == std::errc::result_out_of_range || body_size_ > limits::kSipBody) {
            problem_ = fmt::format("it announces a body longer than {} bytes", limits::kSipBody);
            return State::too_large;
        }
    }
    in_body_ = true;
    return State::have_response;
}

SipReader::State SipReader::read_body() {
    if (buffer_.size() < body_size_) return State::need_more;
    response_.body = buffer_.substr(0, body_size_);
    buffer_.erase(0, body_size_);
    in_body_ = false;
    return State::have_response;
}

SipReader::State SipReader::malformed(std::string why) {
    problem_ = std::move(why);
    return State::malformed;
}

std::string encode(const SipNegotiate& request) {
    const auto server = host_and_port(request.host, request.port);
    const bool v6 = request.local_host.find(':') != std::string_view::npos;
    const auto local =
        v6 ? fmt::format("[{}]", request.local_host) : std::string(request.local_host);
    return fmt::format(
        "NEGOTIATE sip:{0} SIP/2.0\r\n"
        "Via: SIP/2.0/TLS {1};branch=z9hG4bK{2}\r\n"
        "Max-Forwards: 0\r\n"
        "From: <sip:{1}>;tag={2};epid=lyncprobe\r\n"
        "To: <sip:{0}>\r\n"
        "Call-ID: {2}\r\n"
        "CSeq: 1 NEGOTIATE\r\n"
        "Compression: LZ77-8K\r\n"
        "Content-Length: 0\r\n\r\n",
        server, local, request.seed
    );
}

} // namespace lyncprobe::codec
