// SPDX-License-Identifier: MIT
// Which addresses may be asked that strangers lead us to: by a location in a certificate, an SRV
// record, a redirect, an Autodiscover document. Pure.
#pragma once

#include "model/host.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lyncprobe {

enum class AddressClass : std::uint8_t {
    global,
    private_network, // loopback and the private ranges: only where the operator allows it
    forbidden        // link-local, metadata services of clouds, never a server's
};

// An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) counts as itself.
AddressClass class_of(const Address&);

// AddressPolicy decides over one name or location and all that it redirects to.
struct AddressPolicy {
    bool private_networks = false;
    std::string_view allowed_by = "--fetch-private"; // the option that allows them
    std::optional<AddressClass> same_as;             // of the location that redirected here

    // One clause why not; empty where the address may be asked.
    std::string refusal(const Address&) const;
};

} // namespace lyncprobe
