// SPDX-License-Identifier: MIT
// One connection with absolute limits: connect, read, write. It knows bytes and time, nothing of
// TLS.
#pragma once

#include "model/stall_clock.h"
#include "model/vocabulary.h"
#include "tls/handshaker.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

namespace lyncprobe::net {

using Clock = std::chrono::steady_clock;

// Datagrams is what became of them on a connection over UDP.
struct Datagrams {
    std::size_t sent = 0, received = 0;
    // Why the network gave one back (ICMP) where no other came; no error where it did not.
    boost::system::error_code undelivered;
};

// Connection ends by itself when its time is over; every operation then returns, and end() says
// why. Kept by shared_ptr, because the engine may cut it short while a coroutine waits on it.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    // `stalls`: of its endpoint. From now on limits and pauses move by what is given.
    static std::shared_ptr<Connection> make(
        boost::asio::io_context&, Transport, const StallAllowance& stalls = StallAllowance()
    );
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // The absolute limit of what follows; reaching it is a time-out.
    void limit(Clock::time_point at);
    // Another limit, the operator's or the run's, which does not move; the earlier one holds.
    void cut(Clock::time_point at, tls::PeerEnd why);
    // Not an end, only the end of a pause: read() returns with nothing and paused_out() is true.
    void pause_until(Clock::time_point at);

    virtual boost::asio::awaitable<boost::system::error_code> connect(
        boost::asio::ip::address address, std::uint16_t port
    ) = 0;
    // Waits until something is there. 0: the connection has ended or the pause is over.
    virtual boost::asio::awaitable<std::size_t> read(std::span<char> buffer) = 0;
    // An error shows only in a later read(), after everything that the peer said before.
    virtual boost::asio::awaitable<void> write(std::string bytes) = 0;
    // Sends what the socket takes without waiting, and closes.
    virtual void close(std::string_view last_words = {}) = 0;

    virtual std::string local_address() const = 0; // empty where not connected
    virtual std::optional<Datagrams> datagrams() const { return std::nullopt; } // empty over TCP
    tls::PeerEnd end() const { return end_; }
    bool paused_out() const { return paused_out_; }

  protected:
    Connection(boost::asio::io_context&, const StallAllowance& stalls);
    bool is_open() const { return end_ == tls::PeerEnd::open; }
    void finish(tls::PeerEnd why);
    void stop_timer() { timer_.cancel(); }
    // wake() is called at that time, and not if another is set before.
    void wake_at(Clock::time_point);
    // Whoever waits for the socket is woken without the connection coming to its end.
    virtual void cancel_wait() = 0;
    virtual void wake() {}
    // Counts what was read; false where it is more than is accepted of one peer, which ends it.
    bool accept(std::size_t bytes);

  private:
    void arm_timer();
    void look_at_clock();
    Clock::duration stalled() const; // since it was made
    Clock::time_point moved(Clock::time_point limit) const;

    boost::asio::steady_timer timer_;
    static constexpr Clock::time_point kNever = Clock::time_point::max();

    StallAllowance stalls_;
    Clock::duration stalled_before_;                    // of the endpoint, when this was made
    Clock::time_point limit_ = kNever, pause_ = kNever; // moved() by stalls
    Clock::time_point cut_ = kNever;
    Clock::time_point wake_ = kNever;
    std::size_t received_ = 0;
    tls::PeerEnd cut_why_ = tls::PeerEnd::timeout;
    tls::PeerEnd end_ = tls::PeerEnd::open;
    bool paused_out_ = false;
};

} // namespace lyncprobe::net
