// SPDX-License-Identifier: MIT
#include "model/host.h"

#include "model/text/ascii.h"

#include <charconv>
#include <vector>

#include <fmt/format.h>

namespace lyncprobe {

namespace {

constexpr std::size_t kNameLength = 253; // RFC 1035 2.3.4 without the root's dot
constexpr std::size_t kLabelLength = 63;

// Four decimal parts without leading zeros, so that no octal reading is possible.
bool parse_v4(std::string_view text, std::uint8_t* out) {
    for (int part = 0; part < 4; ++part) {
        if (part > 0) {
            if (text.empty() || text.front() != '.') return false;
            text.remove_prefix(1);
        }
        std::size_t digits = 0;
        while (digits < text.size() && is_digit(text[digits]))
            ++digits;
        if (digits == 0 || digits > 3 || (digits > 1 && text.front() == '0')) return false;
        int value = 0;
        std::from_chars(text.data(), text.data() + digits, value);
        if (value > 255) return false;
        out[part] = static_cast<std::uint8_t>(value);
        text.remove_prefix(digits);
    }
    return text.empty();
}

// The colon-separated groups of one side of "::"; a trailing IPv4 part counts as two groups.
bool parse_groups(std::string_view text, std::vector<std::uint16_t>& groups) {
    if (text.empty()) return true;
    while (true) {
        const auto colon = text.find(':');
        const auto part = text.substr(0, colon);
        std::array<std::uint8_t, 4> v4{};
        if (colon == std::string_view::npos && part.find('.') != std::string_view::npos) {
            if (!parse_v4(part, v4.data())) return false;
            groups.push_back(static_cast<std::uint16_t>(v4[0] << 8 | v4[1]));
            groups.push_back(static_cast<std::uint16_t>(v4[2] << 8 | v4[3]));
            return true;
        }
        unsigned value = 0;
        const auto [end, error] =
            std::from_chars(part.data(), part.data() + part.size(), value, 16);
        if (part.empty() || part.size() > 4 || error != std::errc{} ||
            end != part.data() + part.size())
            return false;
        groups.push_back(static_cast<std::uint16_t>(value));
        if (colon == std::string_view::npos) return true;
        text.remove_prefix(colon + 1);
        if (text.empty()) return false;
    }
}

std::optional<Address> parse_v6(std::string_view text) {
    Address address;
    address.v6 = true;
    if (const auto percent = text.find('%'); percent != std::string_view::npos) {
        const auto zone = text.substr(percent + 1);
        const auto [end, error] =
            std::from_chars(zone.data(), zone.data() + zone.size(), address.scope);
        if (zone.empty() || error != std::errc{} || end != zone.data() + zone.size())
            return std::nullopt;
        text = text.substr(0, percent);
    }
    std::vector<std::uint16_t> front, back;
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (!parse_groups(text, front) || front.size() != 8) return std::nullopt;
    } else {
        if (!parse_groups(text.substr(0, gap), front) || !parse_groups(text.substr(gap + 2), back))
            return std::nullopt;
        // "::" stands in place of at least one group.
        if (front.size() + back.size() > 7) return std::nullopt;
    }
    front.resize(8 - back.size());
    front.insert(front.end(), back.begin(), back.end());
    for (std::size_t i = 0; i < 8; ++i) {
        address.bytes[2 * i] = static_cast<std::uint8_t>(front[i] >> 8);
        address.bytes[2 * i + 1] = static_cast<std::uint8_t>(front[i] & 0xff);
    }
    return address;
}

std::string v6_text(const Address& address) {
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i)
        groups[i] = static_cast<unsigned>(address.bytes[2 * i] << 8 | address.bytes[2 * i + 1]);
    // RFC 5952 5: an IPv4-mapped address is written with its IPv4 part.
    if (groups[0] + groups[1] + groups[2] + groups[3] + groups[4] == 0 && groups[5] == 0xffff)
        return fmt::format(
            "::ffff:{}.{}.{}.{}", address.bytes[12], address.bytes[13], address.bytes[14],
            address.bytes[15]
        );
    // RFC 5952 4.2: the longest run of at least two zero groups, the first of equals.
    std::size_t best = 8, best_length = 1;
    for (std::size_t i = 0; i < 8;) {
        std::size_t length = 0;
        while (i + length < 8 && groups[i + length] == 0)
            ++length;
        if (length > best_length) best = i, best_length = length;
        i += length == 0 ? 1 : length;
    }
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == best) {
            out += "::";
            i += best_length - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':') out += ':';
        out += fmt::format("{:x}", groups[i]);
    }
    if (address.scope != 0) out += fmt::format("%{}", address.scope);
    return out;
}

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

std::string to_text(const Address& address) {
    if (address.v6) return v6_text(address);
    return fmt::format(
        "{}.{}.{}.{}", address.bytes[0], address.bytes[1], address.bytes[2], address.bytes[3]
    );
}

std::optional<Address> parse_address(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']')
        return parse_v6(text.substr(1, text.size() - 2));
    if (text.find(':') != std::string_view::npos) return parse_v6(text);
    Address address;
    if (!parse_v4(text, address.bytes.data())) return std::nullopt;
    return address;
}

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
    if (address.v6) {
        for (const auto byte : address.bytes)
            if (byte != 0) return address.bytes[0] == 0xff; // RFC 4291 2.7 multicast
        return true;                                        // the unspecified address
    }
    const auto first = address.bytes[0];
    const bool broadcast = first == 255 && address.bytes[1] == 255 && address.bytes[2] == 255 &&
                           address.bytes[3] == 255;
    return first == 0 || (first >= 224 && first <= 239) || broadcast; // RFC 6890, RFC 5771
}

HostNameCheck check_host_name(std::string_view text) {
    HostNameCheck out;
    if (!text.empty() && text.back() == '.') text.remove_suffix(1);
    if (text.empty()) {
        out.reason = "it is empty";
        return out;
    }
    if (text.size() > kNameLength) {
        out.reason = "it is longer than 253 characters";
        return out;
    }
    bool all_numeric = true;
    for (auto rest = text;;) {
        const auto dot = rest.find('.');
        const auto label = rest.substr(0, dot);
        out.reason = label_reason(label);
        if (!out.reason.empty()) return out;
        if (dot == std::string_view::npos) {
            all_numeric = label.find_first_not_of("0123456789") == std::string_view::npos;
            break;
        }
        rest.remove_prefix(dot + 1);
    }
    if (all_numeric) { // RFC 1123 2.1: the last label of a name is not all digits
        out.reason = "it looks like an address, but is none";
        return out;
    }
    out.name = to_lower(text);
    return out;
}

bool dns_name_matches(std::string_view pattern, std::string_view name) {
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    if (!pattern.empty() && pattern.back() == '.') pattern.remove_suffix(1);
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
