// SPDX-License-Identifier: MIT
// connect() of a UDP socket asks the routing table and sends nothing.
#include "net/route.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

namespace lyncprobe::net {

namespace asio = boost::asio;

namespace {

// Addresses for documentation (RFC 5737, RFC 3849): global in form, assigned to no host.
constexpr Address kSomewhereV4{.v6 = false, .bytes = {192, 0, 2, 1}, .scope = 0};
constexpr Address kSomewhereV6{
    .v6 = true, .bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, .scope = 0};
constexpr std::uint16_t kAnyPort = 9; // discard (RFC 863); nothing is sent

} // namespace

asio::ip::address to_asio(const Address& address) {
    if (address.v6) return asio::ip::address_v6(address.bytes, address.scope);
    asio::ip::address_v4::bytes_type bytes;
    std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
    return asio::ip::address_v4(bytes);
}

// The kernel looks for a route at once; a filter on the way does not show here.
bool has_route(const Address& address) {
    asio::io_context io;
    asio::ip::udp::socket socket(io);
    const asio::ip::udp::endpoint endpoint(to_asio(address), kAnyPort);
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) socket.connect(endpoint, error);
    return !error;
}

bool family_has_route(const Address& address) {
    return has_route(address.v6 ? kSomewhereV6 : kSomewhereV4);
}

} // namespace lyncprobe::net
