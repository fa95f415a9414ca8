// SPDX-License-Identifier: MIT
// One TCP connection, or a UDP one, with absolute limits: connect, read, write. It knows bytes and
// time, nothing of TLS.
#pragma once

#include "tls/tls_client.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

namespace lyncprobe::net {

using Clock = std::chrono::steady_clock;

// Connection ends by itself when its time is over; every operation then returns, and end() says
// why. Kept by shared_ptr, because the engine may cut it short while a coroutine waits on it.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    explicit Connection(boost::asio::io_context&);

    // The absolute limit of what follows; reaching it is a time-out.
    void limit(Clock::time_point at);
    // Another limit, the operator's or the run's; the earlier of the two holds.
    void cut(Clock::time_point at, tls::PeerEnd why);
    // Time that this machine took for itself: every limit, now and later, moves by it.
    void forgive(Clock::duration lost);
    // Not an end, only the end of a pause: read() returns with nothing and paused_out() is true.
    void pause_until(Clock::time_point at);

    boost::asio::awaitable<boost::system::error_code> connect(
        boost::asio::ip::tcp::endpoint endpoint
    );

    // From now on it is a UDP one: nothing is sent, and only datagrams of this peer are taken. What
    // is written is one datagram, which is sent again until the peer has answered (RFC 5389 7.2.1);
    // what is read is one datagram.
    boost::system::error_code connect(const boost::asio::ip::udp::endpoint& endpoint);

    // Waits until something is there. 0: the connection has ended or the pause is over.
    boost::asio::awaitable<std::size_t> read(std::span<char> buffer);

    // Sends all of it. An error shows only in a later read(), after everything that the peer said
    // before.
    boost::asio::awaitable<void> write(std::string bytes);

    // Sends what the socket takes without waiting, and closes.
    void close(std::string_view last_words = {});

    tls::PeerEnd end() const { return end_; }
    bool paused_out() const { return paused_out_; }
    std::string local_address() const; // empty where not connected

    // Why the network gave a datagram back (ICMP) where no other came; no error where it did not.
    boost::system::error_code undelivered() const { return undelivered_; }
    std::size_t datagrams_sent() const { return datagrams_sent_; }
    std::size_t datagrams_received() const { return datagrams_received_; }

  private:
    std::size_t read_now(std::span<char> buffer);
    std::size_t take_datagram(std::span<char> buffer);
    void send_datagram();
    void give_up_datagrams(const boost::system::error_code&);
    void write_failed(const boost::system::error_code&);
    void finish(tls::PeerEnd why);
    void arm_timer();
    void look_at_clock();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::ip::udp::socket datagrams_; // open in place of the other one
    boost::asio::steady_timer timer_;
    Clock::time_point limit_ = Clock::time_point::max();
    Clock::time_point cut_ = Clock::time_point::max();
    Clock::time_point pause_ = Clock::time_point::max();
    Clock::time_point resend_ = Clock::time_point::max();
    Clock::duration forgiven_{0};
    Clock::duration patience_{0}; // until the next copy of the last datagram
    std::string last_datagram_;
    std::size_t received_ = 0;
    std::size_t copies_ = 0; // of the last datagram
    std::size_t datagrams_sent_ = 0, datagrams_received_ = 0;
    boost::system::error_code undelivered_;
    tls::PeerEnd cut_why_ = tls::PeerEnd::timeout;
    tls::PeerEnd end_ = tls::PeerEnd::open;
    // What a failed write means once everything the peer said is read; open = no write has failed.
    tls::PeerEnd after_rest_ = tls::PeerEnd::open;
    bool paused_out_ = false;
};

} // namespace lyncprobe::net
