// SPDX-License-Identifier: MIT
// A connection over TCP: a stream of bytes.
#pragma once

#include "net/socket_connection.h"

#include <boost/asio/ip/tcp.hpp>

namespace lyncprobe::net {

class TcpConnection final : public SocketConnection<boost::asio::ip::tcp> {
  public:
    TcpConnection(boost::asio::io_context& io, const StallAllowance& stalls)
        : SocketConnection(io, stalls) {}

    boost::asio::awaitable<boost::system::error_code> connect(
        boost::asio::ip::address address, std::uint16_t port
    ) override;
    // Sends all of it, however long the peer takes.
    boost::asio::awaitable<void> write(std::string bytes) override;
    void close(std::string_view last_words) override;

  private:
    std::size_t read_now(std::span<char> buffer) override;
    void write_failed(const boost::system::error_code&);

    // What a failed write means once everything the peer said is read; open = no write has failed.
    tls::PeerEnd after_rest_ = tls::PeerEnd::open;
};

} // namespace lyncprobe::net
