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

// 0.0.0.0 in the file means that the service listens on every address.
std::optional<Address> usable(std::string_view text) {
    const auto address = parse_address(text);
    return address && !never_a_server(*address) ? address : std::nullopt;
}

} // namespace

std::vector<Address> addresses_of(
    const MachineFacts& machine, std::string_view side, std::string_view number
) {
    const auto* net = interface_of(machine, side, number);
    const auto address = net ? usable(net->address) : std::nullopt;
    return address ? std::vector{*address} : std::vector<Address>{};
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
    return net ? usable(net->nat) : std::nullopt;
}

std::string_view first_number(const MachineFacts& machine, std::string_view side) {
    for (const auto& net : machine.interfaces)
        if (net.side == side) return net.number;
    return {};
}

} // namespace lyncprobe::config
