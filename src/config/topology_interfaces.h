// SPDX-License-Identifier: MIT
// The addresses of a machine of a topology file, by side ("Primary", "Internal", "External",
// "Pstn") and number of the network interface.
#pragma once

#include "config/topology_xml.h"
#include "model/host.h"

#include <optional>
#include <string_view>
#include <vector>

namespace lyncprobe::config {

// Empty where the interface is not listed or means every address.
std::vector<Address> addresses_of(
    const MachineFacts&, std::string_view side, std::string_view number
);
std::vector<Address> inside_addresses(const MachineFacts&);
std::optional<Address> nat_of(const MachineFacts&, std::string_view number); // of its outside
std::string_view first_number(const MachineFacts&, std::string_view side);   // empty: no interface

} // namespace lyncprobe::config
