// SPDX-License-Identifier: MIT
// The clock of a connection: one timer for every reason to stop waiting.
#include "net/connection.h"

#include "model/limits.h"
#include "net/tcp_connection.h"
#include "net/udp_connection.h"

#include <algorithm>

namespace lyncprobe::net {

using boost::system::error_code;
using tls::PeerEnd;

std::shared_ptr<Connection> Connection::make(
    boost::asio::io_context& io, Transport transport, const StallAllowance& stalls
) {
    if (transport == Transport::udp) return std::make_shared<UdpConnection>(io, stalls);
    return std::make_shared<TcpConnection>(io, stalls);
}

Connection::Connection(boost::asio::io_context& io, const StallAllowance& stalls)
    : timer_(io), stalls_(stalls), stalled_before_(stalls.given(Clock::now())) {}

void Connection::limit(Clock::time_point at) {
    limit_ = at;
    arm_timer();
}

void Connection::cut(Clock::time_point at, PeerEnd why) {
    cut_ = at;
    cut_why_ = why;
    arm_timer();
}

void Connection::pause_until(Clock::time_point at) {
    pause_ = at - stalled();
    arm_timer();
}

void Connection::wake_at(Clock::time_point at) {
    wake_ = at;
    arm_timer();
}

void Connection::finish(PeerEnd why) {
    end_ = why;
    close();
}

bool Connection::accept(std::size_t bytes) {
    received_ += bytes;
    if (received_ <= limits::kBytesFromPeer) return true;
    finish(PeerEnd::limit);
    return false;
}

void Connection::arm_timer() {
    if (!is_open()) return;
    timer_.expires_at(std::min({moved(limit_), cut_, moved(pause_), wake_}));
    // Weak: the timer must not keep a connection that its coroutine has let go.
    timer_.async_wait([weak = weak_from_this()](error_code error) {
        const auto self = weak.lock();
        if (!error && self && self->is_open()) self->look_at_clock();
    });
}

// A limit that moved after its timer was set is found not to be due.
void Connection::look_at_clock() {
    const auto now = Clock::now();
    if (now >= cut_) return finish(cut_why_);
    if (now >= moved(limit_)) return finish(PeerEnd::timeout);
    if (now >= moved(pause_)) {
        pause_ = kNever;
        paused_out_ = true;
        cancel_wait();
    }
    if (now >= wake_) {
        wake_ = kNever;
        wake();
    }
    arm_timer();
}

Clock::duration Connection::stalled() const {
    return stalls_.given(Clock::now()) - stalled_before_;
}

Clock::time_point Connection::moved(Clock::time_point limit) const {
    return limit == kNever ? kNever : limit + stalled();
}

} // namespace lyncprobe::net
