// SPDX-License-Identifier: MIT
// Waits for the sockets that c-ares opens, reads and closes itself; how, differs from platform to
// platform.
#pragma once

#include <ares.h>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace lyncprobe::net {

// DnsSockets has the sockets of one channel. They are waited for as long as it lives.
class DnsSockets {
  public:
    // Called when c-ares shall look at a socket, never inside watch(): `readable` or `writable` is
    // ARES_SOCKET_BAD. It may let this object go.
    using Ready = std::function<void(ares_socket_t readable, ares_socket_t writable)>;

    DnsSockets(boost::asio::io_context&, Ready);
    ~DnsSockets();
    DnsSockets(const DnsSockets&) = delete;
    DnsSockets& operator=(const DnsSockets&) = delete;

    // What c-ares says in its socket state callback; with neither it closes the socket.
    void watch(ares_socket_t, bool readable, bool writable);

  private:
    struct Impl;
    std::shared_ptr<Impl> impl_; // shared with the handlers, which must see that this is gone
};

} // namespace lyncprobe::net
