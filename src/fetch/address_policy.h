// SPDX-License-Identifier: MIT
// Which hosts a location out of a stranger's certificate may lead to. Pure.
#pragma once

#include "model/host.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace lyncprobe::fetch {

enum class AddressClass : std::uint8_t {
    global,
    private_network, // loopback and the private ranges: with --fetch-private only
    forbidden        // link-local, metadata services of clouds, never a server's
};

// An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) counts as itself.
AddressClass class_of(const Address&);

// AddressPolicy decides over one location and all that it redirects to.
struct AddressPolicy {
    bool private_networks = false;
    std::optional<AddressClass> same_as; // of the location that redirected here

    // One clause why not; empty where the address may be asked.
    std::string refusal(const Address&) const;
};

} // namespace lyncprobe::fetch
