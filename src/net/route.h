// SPDX-License-Identifier: MIT
// Model addresses as Asio endpoints, and whether this machine has a way to them. No packet is sent
// to find out.
#pragma once

#include "model/host.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace lyncprobe::net {

boost::asio::ip::address to_asio(const Address&);

// Would the kernel know where to send a packet for this address?
bool has_route(const Address&);

// Does the address's whole family lead anywhere beyond this machine?
bool family_has_route(const Address&);

} // namespace lyncprobe::net
