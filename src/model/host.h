// SPDX-License-Identifier: MIT
// Addresses and DNS names as plain data (no resolver, no socket).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe {

// Address is an IPv4 or IPv6 address; an IPv4 one uses the first four bytes.
struct Address {
    bool v6 = false;
    std::array<std::uint8_t, 16> bytes = {};
    std::uint32_t scope = 0; // IPv6 zone index (RFC 4007), 0 = none
    auto operator<=>(const Address&) const = default;
};

// Text as RFC 5952 writes it; no brackets.
std::string to_text(const Address&);

// "192.0.2.7", "2001:db8::1", "[2001:db8::1]", "fe80::1%2". Octal and short IPv4 forms are refused.
std::optional<Address> parse_address(std::string_view);

// "host:port" with brackets around an IPv6 address.
std::string host_and_port(std::string_view host, std::uint16_t port);

// One clause why the text is no "host", "host:port" or "[2001:db8::1]:port"; empty where it is one.
std::string host_and_port_problem(std::string_view);

// Addresses that are never a server's: 0.0.0.0/8, multicast, broadcast, ::.
bool never_a_server(const Address&);

// A DNS name in lower case and without the trailing dot; the reason in words where it is none.
struct HostNameCheck {
    std::string name;   // empty where the text is no host name
    std::string reason; // empty where it is one
};
// RFC 1123 letters, digits, hyphens, plus '_' (seen in the field); 253 characters, labels of 63.
HostNameCheck check_host_name(std::string_view);

// Is `name` covered by `pattern` from a certificate? "*" matches exactly the whole first label
// (RFC 6125 6.4.3), never for a public-suffix-like last label pair. Both are compared without case.
bool dns_name_matches(std::string_view pattern, std::string_view name);

} // namespace lyncprobe
