// SPDX-License-Identifier: MIT
#include "net/tcp_connection.h"

namespace lyncprobe::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tls::PeerEnd;

asio::awaitable<error_code> TcpConnection::connect(asio::ip::address address, std::uint16_t port) {
    const asio::ip::tcp::endpoint endpoint(address, port);
    error_code error;
    if (!is_open()) co_return asio::error::timed_out;
    socket_.open(endpoint.protocol(), error);
    if (!error) socket_.non_blocking(true, error);
    if (error) co_return error;
    const auto [connected] = co_await socket_.async_connect(endpoint, kAwait);
    if (!is_open()) co_return asio::error::timed_out;
    // Established and reset before we looked; what came in between can still be read.
    if (connected == asio::error::connection_reset || connected == asio::error::broken_pipe) {
        write_failed(connected);
        co_return error_code();
    }
    // A hello and a request are small and wait for an answer: Nagle's algorithm only delays them.
    if (!connected) socket_.set_option(asio::ip::tcp::no_delay(true), error);
    co_return connected;
}

std::size_t TcpConnection::read_now(std::span<char> buffer) {
    error_code error;
    const std::size_t size = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (!accept(size)) return 0;
    if (!error) return size;
    if (after_rest_ != PeerEnd::open)
        finish(after_rest_);
    else if (error == asio::error::eof)
        finish(PeerEnd::end_of_stream);
    else if (error == asio::error::timed_out)
        finish(PeerEnd::timeout); // TCP itself gave up
    else if (error != asio::error::would_block && error != asio::error::interrupted)
        finish(PeerEnd::reset);
    return 0;
}

asio::awaitable<void> TcpConnection::write(std::string bytes) {
    std::string_view rest = bytes;
    while (!rest.empty() && is_open() && after_rest_ == PeerEnd::open) {
        error_code error;
        rest.remove_prefix(socket_.write_some(asio::buffer(rest.data(), rest.size()), error));
        if (error == asio::error::would_block) {
            const auto [waited] =
                co_await socket_.async_wait(asio::socket_base::wait_write, kAwait);
            error = waited;
        }
        if (error && is_open()) write_failed(error);
    }
}

// The kernel says EPIPE after a FIN and ECONNRESET after an RST, and says it only once; what the
// peer sent before, perhaps an alert, can still be read.
void TcpConnection::write_failed(const error_code& error) {
    after_rest_ = error == asio::error::broken_pipe ? PeerEnd::end_of_stream : PeerEnd::reset;
}

// The last words leave in one segment with the FIN. The stream ends before the socket is closed,
// because a close with something unread in it is a reset, which drops what was not sent yet.
void TcpConnection::close(std::string_view last_words) {
#ifdef MSG_MORE
    constexpr int kMoreFollows = MSG_MORE;
#else
    constexpr int kMoreFollows = 0;
#endif
    error_code ignored;
    if (socket_.is_open() && !last_words.empty() && is_open()) {
        socket_.send(asio::buffer(last_words.data(), last_words.size()), kMoreFollows, ignored);
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    }
    stop_timer();
    socket_.close(ignored);
}

} // namespace lyncprobe::net
