// SPDX-License-Identifier: MIT
// A socket is a descriptor here, which Asio waits for without owning it.
#include "net/dns_sockets.h"

#include <unordered_map>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace lyncprobe::net {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

namespace {

struct Socket {
    explicit Socket(asio::io_context& io) : descriptor(io) {}
    Descriptor descriptor;
    bool want_read = false, want_write = false;
    bool waits_read = false, waits_write = false;
    bool gone = false; // c-ares has closed it, or nothing is to be said of it any more
};

} // namespace

struct DnsSockets::Impl : std::enable_shared_from_this<DnsSockets::Impl> {
    Impl(asio::io_context& its_io, Ready its_ready) : io(its_io), ready(std::move(its_ready)) {}
    void wait_for(const std::shared_ptr<Socket>& socket, Descriptor::wait_type type);
    void forget(Socket& socket);

    asio::io_context& io;
    Ready ready;
    std::unordered_map<ares_socket_t, std::shared_ptr<Socket>> sockets;
};

DnsSockets::DnsSockets(asio::io_context& io, Ready ready)
    : impl_(std::make_shared<Impl>(io, std::move(ready))) {}

DnsSockets::~DnsSockets() {
    for (const auto& [number, socket] : impl_->sockets)
        impl_->forget(*socket);
}

void DnsSockets::watch(ares_socket_t number, bool readable, bool writable) {
    auto found = impl_->sockets.find(number);
    if (!readable && !writable) {
        if (found == impl_->sockets.end()) return;
        impl_->forget(*found->second);
        impl_->sockets.erase(found);
        return;
    }
    if (found == impl_->sockets.end()) {
        found = impl_->sockets.emplace(number, std::make_shared<Socket>(impl_->io)).first;
        boost::system::error_code error;
        found->second->descriptor.assign(number, error);
        if (error) return; // cannot be waited for: c-ares' own time-out ends the query
    }
    const std::shared_ptr<Socket> socket = found->second;
    socket->want_read = readable;
    socket->want_write = writable;
    if (readable) impl_->wait_for(socket, Descriptor::wait_read);
    if (writable) impl_->wait_for(socket, Descriptor::wait_write);
}

// Given back unclosed: that is for c-ares to do.
void DnsSockets::Impl::forget(Socket& socket) {
    socket.gone = true;
    if (socket.descriptor.is_open()) socket.descriptor.release();
}

void DnsSockets::Impl::wait_for(const std::shared_ptr<Socket>& socket, Descriptor::wait_type type) {
    const bool reading = type == Descriptor::wait_read;
    bool& waits = reading ? socket->waits_read : socket->waits_write;
    // c-ares says "readable" again at each step; one wait at a time is enough.
    if (waits) return;
    waits = true;
    socket->descriptor.async_wait(
        type,
        [weak = weak_from_this(), socket, type, reading](boost::system::error_code error) {
            (reading ? socket->waits_read : socket->waits_write) = false;
            const auto self = weak.lock();
            // The number may belong to another socket by now.
            if (!self || socket->gone || error) return;
            const ares_socket_t number = socket->descriptor.native_handle();
            self->ready(reading ? number : ARES_SOCKET_BAD, reading ? ARES_SOCKET_BAD : number);
            if (!socket->gone && (reading ? socket->want_read : socket->want_write))
                self->wait_for(socket, type);
        }
    );
}

} // namespace lyncprobe::net
