// SPDX-License-Identifier: MIT
// Addresses from and to text by the C library (POSIX), whose writing is that of RFC 5952 and whose
// reading takes neither octal nor short forms of IPv4.
#include "model/host.h"

#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace lyncprobe {

std::string to_text(const Address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
    return address.scope == 0 ? text.data() : fmt::format("{}%{}", text.data(), address.scope);
}

std::optional<Address> parse_address(std::string_view text) {
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    if (bracketed) text = text.substr(1, text.size() - 2);
    Address address;
    address.v6 = bracketed || text.find(':') != std::string_view::npos;
    // RFC 4007 11: a zone is taken by its index only, since names of interfaces are this machine's.
    if (const auto percent = text.find('%'); address.v6 && percent != std::string_view::npos) {
        const auto zone = text.substr(percent + 1);
        const auto* const end = zone.data() + zone.size();
        const auto [read, error] = std::from_chars(zone.data(), end, address.scope);
        if (error != std::errc{} || read != end) return std::nullopt;
        text = text.substr(0, percent);
    }
    // The C library reads no further than a NUL, behind which a certificate may have more.
    if (text.find('\0') != std::string_view::npos ||
        inet_pton(
            address.v6 ? AF_INET6 : AF_INET, std::string(text).c_str(), address.bytes.data()
        ) != 1)
        return std::nullopt;
    return address;
}

} // namespace lyncprobe
