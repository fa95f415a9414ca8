// SPDX-License-Identifier: MIT
// Reading waits for the socket and then reads without blocking, so that no connection owns a buffer
// while it waits.
#include "net/connection.h"

#include "model/limits.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lyncprobe::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tls::PeerEnd;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// RFC 5389 7.2.1: each copy of a request waits twice as long as the one before, seven in all.
constexpr std::chrono::milliseconds kFirstResend{500};
constexpr std::size_t kMostCopies = 7;

} // namespace

Connection::Connection(asio::io_context& io) : socket_(io), datagrams_(io), timer_(io) {}

void Connection::limit(Clock::time_point at) {
    limit_ = at + forgiven_;
    arm_timer();
}

void Connection::forgive(Clock::duration lost) {
    forgiven_ += lost;
    if (limit_ != Clock::time_point::max()) limit_ += lost;
    arm_timer();
}

void Connection::cut(Clock::time_point at, PeerEnd why) {
    cut_ = at;
    cut_why_ = why;
    arm_timer();
}

void Connection::pause_until(Clock::time_point at) {
    pause_ = at;
    arm_timer();
}

asio::awaitable<error_code> Connection::connect(asio::ip::tcp::endpoint endpoint) {
    error_code error;
    if (end_ != PeerEnd::open) co_return asio::error::timed_out;
    socket_.open(endpoint.protocol(), error);
    if (!error) socket_.non_blocking(true, error);
    if (error) co_return error;
    const auto [connected] = co_await socket_.async_connect(endpoint, kAwait);
    if (end_ != PeerEnd::open) co_return asio::error::timed_out;
    // Established and reset before we looked; what came in between can still be read.
    if (connected == asio::error::connection_reset || connected == asio::error::broken_pipe) {
        write_failed(connected);
        co_return error_code();
    }
    if (!connected) socket_.set_option(asio::ip::tcp::no_delay(true), error);
    co_return connected;
}

error_code Connection::connect(const asio::ip::udp::endpoint& endpoint) {
    error_code error;
    if (end_ != PeerEnd::open) return asio::error::timed_out;
    datagrams_.open(endpoint.protocol(), error);
    if (!error) datagrams_.non_blocking(true, error);
    if (!error) datagrams_.connect(endpoint, error);
    return error;
}

asio::awaitable<std::size_t> Connection::read(std::span<char> buffer) {
    constexpr auto kReadable = asio::socket_base::wait_read;
    while (true) {
        if (end_ != PeerEnd::open) co_return 0;
        const bool udp = datagrams_.is_open();
        const std::size_t size = udp ? take_datagram(buffer) : read_now(buffer);
        if (size > 0 || end_ != PeerEnd::open || paused_out_) co_return size;
        error_code error;
        if (udp) {
            const auto [waited] = co_await datagrams_.async_wait(kReadable, kAwait);
            error = waited;
        } else {
            const auto [waited] = co_await socket_.async_wait(kReadable, kAwait);
            error = waited;
        }
        if (error && end_ == PeerEnd::open && !paused_out_) finish(PeerEnd::reset);
    }
}

std::size_t Connection::read_now(std::span<char> buffer) {
    error_code error;
    const std::size_t size = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    received_ += size;
    if (received_ > limits::kBytesFromPeer) {
        finish(PeerEnd::limit);
        return 0;
    }
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

// An empty datagram says nothing, but it is one.
std::size_t Connection::take_datagram(std::span<char> buffer) {
    error_code error;
    const std::size_t size =
        datagrams_.receive(asio::buffer(buffer.data(), buffer.size()), 0, error);
    if (error == asio::error::would_block || error == asio::error::interrupted) return 0;
    if (error) {
        give_up_datagrams(error);
        return 0;
    }
    resend_ = Clock::time_point::max();
    received_ += size;
    ++datagrams_received_;
    if (datagrams_received_ <= limits::kDatagramsFromPeer && received_ <= limits::kBytesFromPeer)
        return size;
    finish(PeerEnd::limit);
    return 0;
}

// One that the kernel does not take now is lost like any other: the next copy makes up for it.
void Connection::send_datagram() {
    error_code error;
    datagrams_.send(asio::buffer(last_datagram_), 0, error);
    if (error && error != asio::error::would_block && error != asio::error::interrupted)
        return give_up_datagrams(error);
    ++datagrams_sent_;
    resend_ = ++copies_ < kMostCopies ? Clock::now() + patience_ : Clock::time_point::max();
    patience_ *= 2;
}

// The kernel reports the ICMP message for one datagram at the next call, whichever that is.
void Connection::give_up_datagrams(const error_code& error) {
    if (datagrams_received_ == 0) undelivered_ = error;
    finish(PeerEnd::reset);
}

asio::awaitable<void> Connection::write(std::string bytes) {
    if (datagrams_.is_open()) {
        last_datagram_ = std::move(bytes);
        copies_ = 0;
        patience_ = kFirstResend;
        send_datagram();
        arm_timer();
        co_return;
    }
    std::string_view rest = bytes;
    while (!rest.empty() && end_ == PeerEnd::open && after_rest_ == PeerEnd::open) {
        error_code error;
        rest.remove_prefix(socket_.write_some(asio::buffer(rest.data(), rest.size()), error));
        if (error == asio::error::would_block) {
            const auto [waited] =
                co_await socket_.async_wait(asio::socket_base::wait_write, kAwait);
            error = waited;
        }
        if (error && end_ == PeerEnd::open) write_failed(error);
    }
}

// The kernel says EPIPE after a FIN and ECONNRESET after an RST, and says it only once; what the
// peer sent before, perhaps an alert, can still be read.
void Connection::write_failed(const error_code& error) {
    after_rest_ = error == asio::error::broken_pipe ? PeerEnd::end_of_stream : PeerEnd::reset;
}

// The last words leave in one segment with the FIN. The stream ends before the socket is closed,
// because a close with something unread in it is a reset, which drops what was not sent yet.
void Connection::close(std::string_view last_words) {
#ifdef MSG_MORE
    constexpr int kMoreFollows = MSG_MORE;
#else
    constexpr int kMoreFollows = 0;
#endif
    error_code ignored;
    if (socket_.is_open() && !last_words.empty() && end_ == PeerEnd::open) {
        socket_.send(asio::buffer(last_words.data(), last_words.size()), kMoreFollows, ignored);
        socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    }
    timer_.cancel();
    socket_.close(ignored);
    datagrams_.close(ignored);
}

std::string Connection::local_address() const {
    error_code error;
    const auto address = datagrams_.is_open() ? datagrams_.local_endpoint(error).address()
                                              : socket_.local_endpoint(error).address();
    return error ? std::string() : address.to_string();
}

void Connection::finish(PeerEnd why) {
    end_ = why;
    close();
}

void Connection::arm_timer() {
    if (end_ != PeerEnd::open) return;
    timer_.expires_at(std::min({limit_, cut_, pause_, resend_}));
    timer_.async_wait([weak = weak_from_this()](error_code error) {
        const auto self = weak.lock();
        if (!error && self && self->end_ == PeerEnd::open) self->look_at_clock();
    });
}

// A limit that was moved while its handler was already on its way is found not to be due.
void Connection::look_at_clock() {
    const auto now = Clock::now();
    if (now >= cut_) return finish(cut_why_);
    if (now >= limit_) return finish(PeerEnd::timeout);
    if (now >= pause_) {
        pause_ = Clock::time_point::max();
        paused_out_ = true;
        error_code ignored;
        datagrams_.is_open() ? datagrams_.cancel(ignored) : socket_.cancel(ignored);
    }
    if (now >= resend_) send_datagram();
    arm_timer();
}

} // namespace lyncprobe::net
