// SPDX-License-Identifier: MIT
#include "model/address_policy.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lyncprobe {

namespace {

// Range is the first `bits` of an address.
struct Range {
    std::string_view prefix;
    int bits;
};

constexpr auto kForbidden = std::to_array<Range>({
    {"169.254.0.0", 16},     // RFC 3927, and where most clouds keep their metadata service
    {"100.100.100.200", 32}, // Alibaba Cloud's metadata service
    {"168.63.129.16", 32},   // Azure's
    {"192.0.0.0", 24},       // RFC 6890 2.2.2, and Oracle's at 192.0.0.192
    {"fe80::", 10},          // RFC 4291 2.5.6
    {"fd00:ec2::254", 128},  // Amazon's, over IPv6
    {"fd20:ce::254", 128},   // Google's, over IPv6
});
constexpr auto kPrivate = std::to_array<Range>({
    {"127.0.0.0", 8},    // RFC 1122 3.2.1.3
    {"10.0.0.0", 8},     // RFC 1918 3
    {"172.16.0.0", 12},  // RFC 1918 3
    {"192.168.0.0", 16}, // RFC 1918 3
    {"100.64.0.0", 10},  // RFC 6598 7
    {"198.18.0.0", 15},  // RFC 2544 C.2.2
    {"::1", 128},        // RFC 4291 2.5.3
    {"fc00::", 7},       // RFC 4193 3.1
    {"fec0::", 10},      // RFC 3879
    {"64:ff9b:1::", 48}, // RFC 8215: local translation, to addresses that only it knows
});

bool lies_in(const Address& address, const Range& range) {
    const auto prefix = *parse_address(range.prefix);
    if (prefix.v6 != address.v6) return false;
    for (int bit = 0; bit < range.bits; ++bit) {
        const auto octet = static_cast<std::size_t>(bit / 8);
        const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
        if (((prefix.bytes[octet] ^ address.bytes[octet]) & mask) != 0) return false;
    }
    return true;
}

bool lies_in_any(const Address& address, std::span<const Range> ranges) {
    return std::ranges::any_of(ranges, [&](const Range& range) { return lies_in(address, range); });
}

// The IPv4 address inside an IPv6 one.
std::optional<Address> embedded(const Address& address) {
    struct Form {
        Range range;
        std::size_t offset; // of the four octets
    };
    constexpr auto kForms = std::to_array<Form>({
        {{"::ffff:0:0", 96}, 12}, // RFC 4291 2.5.5.2
        {{"64:ff9b::", 96}, 12},  // RFC 6052 2.1
        {{"2002::", 16}, 2},      // RFC 3056 2
    });
    for (const auto& form : kForms) {
        if (!lies_in(address, form.range)) continue;
        Address inner;
        std::copy_n(
            address.bytes.begin() + static_cast<std::ptrdiff_t>(form.offset), 4, inner.bytes.begin()
        );
        return inner;
    }
    return std::nullopt;
}

} // namespace

AddressClass class_of(const Address& address) {
    if (const auto inner = embedded(address)) return class_of(*inner);
    if (never_a_server(address) || lies_in_any(address, kForbidden)) return AddressClass::forbidden;
    return lies_in_any(address, kPrivate) ? AddressClass::private_network : AddressClass::global;
}

std::string AddressPolicy::refusal(const Address& address) const {
    const auto found = class_of(address);
    // Whatever is allowed: no server of others is on such an address, and one may be the metadata
    // service of a cloud.
    if (found == AddressClass::forbidden)
        return fmt::format(
            "{} is link-local, a metadata service or no server's address, and is never asked",
            to_text(address)
        );
    // A public location must not lead a scan into the network it runs in.
    if (same_as && found != *same_as)
        return fmt::format("a redirect leads into another kind of network, {}", to_text(address));
    if (found == AddressClass::private_network && !private_networks)
        return fmt::format("{} is a private address ({} allows it)", to_text(address), allowed_by);
    return {};
}

} // namespace lyncprobe
