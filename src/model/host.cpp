// SPDX-License-Identifier: MIT
#include "model/host.h"

#include "model/text/ascii.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe {

namespace {

constexpr std::size_t kNameLength = 253; // RFC 1035 2.3.4 without the root's dot
constexpr std::size_t kLabelLength = 63;

std::string label_reason(std::string_view label) {
    if (label.empty()) return "it has an empty label (two dots in a row, or a dot in front)";
    if (label.size() > kLabelLength) return "one of its labels is longer than 63 characters";
    // RFC 1123 2.1.
    if (label.front() == '-' || label.back() == '-') return "a label begins or ends with a hyphen";
    for (const char c : label) {
        if (static_cast<unsigned char>(c) >= 0x80) return "it has characters other than ASCII";
        if (!is_letter_or_digit(c) && c != '-' && c != '_')
            return "it has a character that no host name has";
    }
    return {};
}

} // namespace

std::string host_and_port(std::string_view host, std::uint16_t port) {
    if (host.find(':') != std::string_view::npos) return fmt::format("[{}]:{}", host, port);
    return fmt::format("{}:{}", host, port);
}

std::string host_and_port_problem(std::string_view text) {
    if (text.find("://") != std::string_view::npos)
        return "a host is wanted, with a port where it is not the usual one, and no URL";
    auto host = text;
    const auto colon = text.rfind(':');
    // A name or IPv4 address has one colon at most; an IPv6 address with a port is in brackets.
    const bool one_colon = colon != std::string_view::npos && text.find(':') == colon;
    if (colon != std::string_view::npos &&
        (one_colon || (text.starts_with('[') && text[colon - 1] == ']'))) {
        const auto digits = text.substr(colon + 1);
        unsigned port = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (error != std::errc() || end != digits.data() + digits.size() || port == 0 ||
            port > 65535)
            return fmt::format("'{}' is no port (1 to 65535)", digits);
        host = text.substr(0, colon);
    }
    if (const auto address = parse_address(host))
        return address->v6 && !text.starts_with('[') ? "an IPv6 address stands in [ ]" : "";
    const auto name = check_host_name(host);
    return name.reason.empty() ? "" : "no host name: " + name.reason;
}

bool never_a_server(const Address& address) {
    const auto first = address.bytes[0];
    // RFC 4291 2.7 multicast; the unspecified address.
    if (address.v6) return first == 0xff || address.bytes == decltype(address.bytes){};
    const bool broadcast =
        std::all_of(address.bytes.begin(), address.bytes.begin() + 4, [](auto byte) {
            return byte == 255;
        });
    return first == 0 || (first >= 224 && first <= 239) || broadcast; // RFC 6890, RFC 5771
}

HostNameCheck check_host_name(std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    if (text.empty()) return {.name = {}, .reason = "it is empty"};
    if (text.size() > kNameLength)
        return {.name = {}, .reason = "it is longer than 253 characters"};
    std::string_view label;
    for (std::size_t at = 0; at <= text.size(); at += label.size() + 1) {
        label = text.substr(at, text.find('.', at) - at);
        if (auto reason = label_reason(label); !reason.empty())
            return {.name = {}, .reason = std::move(reason)};
    }
    // RFC 1123 2.1: the last label of a name is not all digits.
    if (label.find_first_not_of("0123456789") == std::string_view::npos)
        return {.name = {}, .reason = "it looks like an address, but is none"};
    return {.name = to_lower(text), .reason = {}};
}

bool dns_name_matches(std::string_view pattern, std::string_view name) {
    if (name.ends_with('.')) name.remove_suffix(1);
    if (pattern.ends_with('.')) pattern.remove_suffix(1);
    if (pattern.empty() || name.empty()) return false;
    // "sip.contoso.com\0.evil.example": some C programs read only the first half (CVE-2009-2408).
    if (pattern.find('\0') != std::string_view::npos) return false;
    if (pattern.substr(0, 2) != "*.") return equal_ignoring_case(pattern, name);
    const auto suffix = pattern.substr(1); // ".contoso.com"
    // "*.com" would cover every name there is.
    const bool two_labels_left = suffix.find('.', 1) != std::string_view::npos;
    const auto first_dot = name.find('.');
    if (!two_labels_left || first_dot == std::string_view::npos || first_dot == 0) return false;
    return equal_ignoring_case(suffix, name.substr(first_dot));
}

} // namespace lyncprobe
