// SPDX-License-Identifier: MIT
// What connections over TCP and UDP share: waiting for the socket, then reading without blocking,
// so that no connection owns a buffer while it waits.
#pragma once

#include "net/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lyncprobe::net {

template <class Protocol> // of Asio: ip::tcp or ip::udp
class SocketConnection : public Connection {
  public:
    boost::asio::awaitable<std::size_t> read(std::span<char> buffer) final {
        while (true) {
            if (!is_open()) co_return 0;
            // First, because what the peer said before it ended is still there to be read.
            const std::size_t size = read_now(buffer);
            if (size > 0 || !is_open() || paused_out()) co_return size;
            const auto [error] =
                co_await socket_.async_wait(boost::asio::socket_base::wait_read, kAwait);
            if (error && is_open() && !paused_out()) finish(tls::PeerEnd::reset);
        }
    }

    std::string local_address() const final {
        boost::system::error_code error;
        const auto address = socket_.local_endpoint(error).address();
        return error ? std::string() : address.to_string();
    }

  protected:
    static constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

    SocketConnection(boost::asio::io_context& io, const StallAllowance& stalls)
        : Connection(io, stalls), socket_(io) {}
    // 0: nothing is there, or the connection has ended.
    virtual std::size_t read_now(std::span<char> buffer) = 0;

    typename Protocol::socket socket_;

  private:
    void cancel_wait() final {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    }
};

} // namespace lyncprobe::net
