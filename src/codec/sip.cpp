// SPDX-License-Identifier: MIT
#include "codec/sip.h"

#include "codec/header_parameters.h"
#include "model/host.h"
#include "model/limits.h"
#include "model/text/ascii.h"
#include "model/text/utf8.h"

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

std::string_view long_name(std::string_view name) {
    if (name.size() != 1) return name;
    for (const auto& [compact, full] : kCompact)
        if (to_lower(name.front()) == compact) return full;
    return name;
}

// "SIP/2.0 401 Unauthorized"
bool read_status_line(std::string_view line, SipResponse& out) {
    constexpr std::string_view kVersion = "SIP/2.0 ";
    if (line.substr(0, kVersion.size()) != kVersion) return false;
    line.remove_prefix(kVersion.size());
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), out.status);
    // Three digits, no more: "SIP/2.0 2000" is not SIP.
    if (error != std::errc{} || end - line.data() != 3 || out.status < 100 || out.status > 699)
        return false;
    out.reason = valid_utf8(std::string(trim(line.substr(3))));
    return true;
}

void take_parameter(HeaderParameter& parameter, SipChallenge& challenge) {
    // Others, the nonce above all, would be of use only to sign in.
    if (equal_ignoring_case(parameter.name, "realm")) challenge.realm = std::move(parameter.value);
    if (equal_ignoring_case(parameter.name, "version"))
        challenge.version = std::move(parameter.value);
    if (equal_ignoring_case(parameter.name, "sts-uri"))
        challenge.sts_uri = std::move(parameter.value);
    if (!equal_ignoring_case(parameter.name, "targetname")) return;
    constexpr std::string_view kService = "sip/"; // of a Kerberos service name
    if (equal_ignoring_case(std::string_view(parameter.value).substr(0, kService.size()), kService))
        parameter.value.erase(0, kService.size());
    challenge.target_name = std::move(parameter.value);
}

// One header's challenges. A name with a space inside begins one: "Kerberos realm"; so does one
// without a value: "NTLM".
void read_challenges(std::string_view value, bool proxy, std::vector<SipChallenge>& out) {
    bool begun = false; // a challenge of this header
    for (std::size_t read = 0; read < limits::kSipParameters; ++read) {
        const auto item = next_item(value, ',');
        if (!item) return;
        auto parameter = read_parameter(*item);
        const auto space = parameter.name.find_first_of(" \t");
        if (space != std::string_view::npos || !parameter.has_value) {
            const auto scheme = parameter.name.substr(0, space);
            if (scheme.empty()) continue;
            if (out.size() >= limits::kLearntKept) return;
            out.push_back({.scheme = std::string(scheme), .proxy = proxy});
            begun = true;
            if (space != std::string_view::npos)
                parameter.name = trim(parameter.name.substr(space));
        }
        if (begun) take_parameter(parameter, out.back());
    }
}

// The end of the head and how long the empty line is; npos where it has not come yet.
std::pair<std::size_t, std::size_t> find_empty_line(std::string_view text, std::size_t from) {
    const auto crlf = text.find("\r\n\r\n", from);
    const auto lf = text.find("\n\n", from);
    // RFC 3261 wants CRLF; bare line feeds are read all the same.
    if (lf < crlf) return {lf, 2};
    return {crlf, 4};
}

// What host names, addresses and ids are made of; a zone index (RFC 4007 11) means nothing to a
// peer.
std::string name_part(std::string_view text) {
    constexpr std::string_view kMarks = "-._:";
    std::string out;
    for (const char c : text.substr(0, text.find('%'))) {
        if (is_letter_or_digit(c) || kMarks.find(c) != std::string_view::npos) out += c;
    }
    return out;
}

// As a URI writes a host.
std::string bracketed(std::string_view host) {
    const auto name = name_part(host);
    return name.find(':') == std::string::npos ? name : fmt::format("[{}]", name);
}

} // namespace

SipReader::State SipReader::feed(std::string_view bytes) {
    // One connection may carry several answers, so what is behind the first is kept.
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
    if (std::string_view(buffer_).substr(0, head_end).find('\0', searched_) !=
        std::string_view::npos)
        return malformed("a NUL stands in its SIP headers");
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
            response_.headers.back().second += valid_utf8(std::string(trim(line)));
            continue;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return malformed("a SIP header has no colon");
        response_.headers.emplace_back(
            valid_utf8(std::string(long_name(trim(line.substr(0, colon))))),
            valid_utf8(std::string(trim(line.substr(colon + 1))))
        );
    }
    // The body is read by Content-Length: over TCP it is mandatory (RFC 3261 18.3).
    buffer_.erase(0, head_end + gap);
    searched_ = 0;

    // Absent is taken for none: the next answer would otherwise never be found.
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

std::vector<SipChallenge> challenges(const SipResponse& response) {
    std::vector<SipChallenge> out;
    for (const auto& [name, value] : response.headers) {
        const bool proxy = equal_ignoring_case(name, "Proxy-Authenticate");
        if (proxy || equal_ignoring_case(name, "WWW-Authenticate"))
            read_challenges(value, proxy, out);
    }
    return out;
}

std::string encode(const SipNegotiate& request) {
    // Max-Forwards of 0: the server itself answers, and asks no other.
    const auto server = host_and_port(name_part(request.host), request.port);
    const auto local = bracketed(request.local_host);
    const auto seed = name_part(request.seed);
    return fmt::format(
        "NEGOTIATE sip:{0} SIP/2.0\r\n"
        "Via: SIP/2.0/TLS {1};branch=z9hG4bK{2}\r\n"
        "Max-Forwards: 0\r\n"
        "From: <sip:{1}>;tag={2};epid=lyncprobe\r\n"
        "To: <sip:{0}>\r\n"
        "Call-ID: {2}\r\n"
        "CSeq: 1 NEGOTIATE\r\n"
        "{3}Content-Length: 0\r\n\r\n",
        server, local, seed, request.compression ? "Compression: LZ77-8K\r\n" : ""
    );
}

std::string encode(const SipRegister& request) {
    const auto domain = bracketed(request.domain);
    const auto local = bracketed(request.local_host);
    const auto seed = name_part(request.seed);
    return fmt::format(
        "REGISTER sip:{0} SIP/2.0\r\n"
        "Via: SIP/2.0/TLS {1};branch=z9hG4bK{2}r\r\n"
        "Max-Forwards: 70\r\n"
        "From: <sip:anonymous@{0}>;tag={2}r;epid=lyncprobe\r\n"
        "To: <sip:anonymous@{0}>\r\n"
        "Call-ID: {2}r\r\n"
        "CSeq: 1 REGISTER\r\n"
        "Contact: <sip:{1};transport=tls>\r\n"
        "User-Agent: lyncprobe\r\n"
        "Supported: gruu-10\r\n"
        "Event: registration\r\n"
        "Content-Length: 0\r\n\r\n",
        domain, local, seed
    );
}

std::string encode(const SipFederationOptions& request) {
    const auto domain = bracketed(request.domain);
    const auto ours = bracketed(request.our_domain);
    const auto local = bracketed(request.local_host);
    const auto seed = name_part(request.seed);
    return fmt::format(
        "OPTIONS sip:Options_User@{0} SIP/2.0\r\n"
        "Via: SIP/2.0/TLS {2};branch=z9hG4bK{3}o\r\n"
        "Max-Forwards: 70\r\n"
        "From: <sip:Options_User@{1}>;tag={3}o;epid=lyncprobe\r\n"
        "To: <sip:Options_User@{0}>\r\n"
        "Call-ID: {3}o\r\n"
        "CSeq: 1 OPTIONS\r\n"
        "Contact: <sip:{2};transport=tls>\r\n"
        "User-Agent: lyncprobe\r\n"
        "Content-Length: 0\r\n\r\n",
        domain, ours, local, seed
    );
}

std::string encode(const SipGatewayOptions& request) {
    const auto server = fmt::format("{}:{}", bracketed(request.host), request.port);
    const auto local = bracketed(request.local_host);
    const auto seed = name_part(request.seed);
    return fmt::format(
        "OPTIONS sip:{0};transport=tls SIP/2.0\r\n"
        "Via: SIP/2.0/TLS {1};branch=z9hG4bK{2}g\r\n"
        "Max-Forwards: 70\r\n"
        "From: <sip:{1};transport=tls>;tag={2}g;epid=lyncprobe\r\n"
        "To: <sip:{0};transport=tls>\r\n"
        "Call-ID: {2}g\r\n"
        "CSeq: 1 OPTIONS\r\n"
        "Contact: <sip:{1};transport=tls>\r\n"
        "User-Agent: lyncprobe\r\n"
        "Content-Length: 0\r\n\r\n",
        server, local, seed
    );
}

} // namespace lyncprobe::codec
