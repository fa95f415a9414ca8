// SPDX-License-Identifier: MIT
#include "net/udp_connection.h"

#include "model/limits.h"

namespace lyncprobe::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tls::PeerEnd;

namespace {

// RFC 5389 7.2.1: each copy of a request waits twice as long as the one before, seven in all.
constexpr std::chrono::milliseconds kFirstInterval{500};
constexpr std::size_t kMostCopies = 7;

} // namespace

asio::awaitable<error_code> UdpConnection::connect(asio::ip::address address, std::uint16_t port) {
    const asio::ip::udp::endpoint endpoint(address, port);
    error_code error;
    if (!is_open()) co_return asio::error::timed_out;
    socket_.open(endpoint.protocol(), error);
    if (!error) socket_.non_blocking(true, error);
    // Connected, so that the kernel drops datagrams of others and reports ICMP messages.
    if (!error) socket_.connect(endpoint, error);
    co_return error;
}

// An empty datagram says nothing, but it is one.
std::size_t UdpConnection::read_now(std::span<char> buffer) {
    error_code error;
    const std::size_t size = socket_.receive(asio::buffer(buffer.data(), buffer.size()), 0, error);
    if (error == asio::error::would_block || error == asio::error::interrupted) return 0;
    if (error) {
        give_up(error);
        return 0;
    }
    wake_at(Clock::time_point::max()); // no more copies
    ++datagrams_.received;
    if (!accept(size)) return 0;
    if (datagrams_.received <= limits::kDatagramsFromPeer) return size;
    finish(PeerEnd::limit);
    return 0;
}

asio::awaitable<void> UdpConnection::write(std::string bytes) {
    last_datagram_ = std::move(bytes);
    copies_ = 0;
    interval_ = kFirstInterval;
    send_copy();
    co_return;
}

// One that the kernel does not take now is lost like any other: the next copy makes up for it.
void UdpConnection::send_copy() {
    error_code error;
    socket_.send(asio::buffer(last_datagram_), 0, error);
    if (error && error != asio::error::would_block && error != asio::error::interrupted)
        return give_up(error);
    ++datagrams_.sent;
    wake_at(++copies_ < kMostCopies ? Clock::now() + interval_ : Clock::time_point::max());
    interval_ *= 2;
}

// The kernel reports the ICMP message for one datagram at the next call, whichever that is.
void UdpConnection::give_up(const error_code& error) {
    if (datagrams_.received == 0) datagrams_.undelivered = error;
    finish(PeerEnd::reset);
}

void UdpConnection::close(std::string_view /*last_words*/) {
    error_code ignored;
    stop_timer();
    socket_.close(ignored);
}

} // namespace lyncprobe::net
