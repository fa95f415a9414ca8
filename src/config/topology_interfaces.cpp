// SPDX-License-Identifier: MIT
#include "config/topology_interfaces.h"

#include <algorithm>

namespace lyncprobe::config {

namespace {

const NetInterface* interface_of(
    const MachineFacts& machine, std::string_view side, std::string_view number
) {
    const auto found = std::ranges::find_if(machine.interfaces, [&](const NetInterface& net) {
        return net.side == side && net.number == number;
    });
    return found == machine.interfaces.end() ? nullptr : &*found;
}

} // namespace

std::vector<Address> addresses_of(
    const MachineFacts& machine, std::string_view side, std::string_view number
) {
    const auto* net = interface_of(machine, side, number);
    if (net == nullptr) return {};
    const auto address = parse_address(net->address);
    // 0.0.0.0 in the file means that the service listens on every address.
    if (!address || never_a_server(*address)) return {};
    return {*address};
}

// A server has one inside; on an Edge it is called otherwise.
std::vector<Address> inside_addresses(const MachineFacts& machine) {
    for (const auto side : {std::string_view("Primary"), std::string_view("Internal")})
        if (auto found = addresses_of(machine, side, first_number(machine, side)); !found.empty())
            return found;
    return {};
}

std::optional<Address> nat_of(const MachineFacts& machine, std::string_view number) {
    const auto* net = interface_of(machine, "External", number);
    if (net == nullptr) return std::nullopt;
    const auto address = parse_address(net->nat);
    if (!address || never_a_server(*address)) return std::nullopt;
    return address;
}

std::string_view first_number(const MachineFacts& machine, std::string_view side) {
    for (const auto& net : machine.interfaces)
        if (net.side == side) return net.number;
    return {};
}

} // namespace lyncprobe::config
