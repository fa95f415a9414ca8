// SPDX-License-Identifier: MIT
// A connection over UDP: connecting sends nothing, and only datagrams of the peer are taken.
#pragma once

#include "net/socket_connection.h"

#include <boost/asio/ip/udp.hpp>

namespace lyncprobe::net {

// What is read is one datagram, and what is written is one, which is sent again until the peer has
// answered (RFC 5389 7.2.1).
class UdpConnection final : public SocketConnection<boost::asio::ip::udp> {
  public:
    UdpConnection(boost::asio::io_context& io, const StallAllowance& stalls)
        : SocketConnection(io, stalls) {}

    boost::asio::awaitable<boost::system::error_code> connect(
        boost::asio::ip::address address, std::uint16_t port
    ) override;
    boost::asio::awaitable<void> write(std::string bytes) override;
    void close(std::string_view last_words) override; // they are not sent: no reply could come
    std::optional<Datagrams> datagrams() const override { return datagrams_; }

  private:
    std::size_t read_now(std::span<char> buffer) override;
    void send_copy();
    void give_up(const boost::system::error_code&);
    void wake() override { send_copy(); }

    std::string last_datagram_;
    std::size_t copies_ = 0;      // of it
    Clock::duration interval_{0}; // until the next one
    Datagrams datagrams_;
};

} // namespace lyncprobe::net
