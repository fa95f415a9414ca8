// SPDX-License-Identifier: MIT
// One c-ares channel on Asio: its time-outs as one timer, its sockets by dns_sockets.h.
#pragma once

#include "model/host.h"
#include "model/result.h"
#include "net/dns_sockets.h"

#include <ares.h>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace lyncprobe::net {

// DnsChannel asks one set of servers (or the hosts file) in one way. Kept by shared_ptr, because
// Asio's handlers must see that it is gone; let it go outside of its own callbacks only (c-ares
// issue 347).
class DnsChannel : public std::enable_shared_from_this<DnsChannel> {
  public:
    struct Settings {
        std::string servers;       // "192.0.2.1:53,[2001:db8::1]:53"; empty = the system's
        const char* lookups = "b"; // c-ares' letters: b = DNS, f = hosts file
        int extra_flags = 0;
    };
    // `status` is one of ARES_…; the addresses are in the order of the answer.
    using Done = std::function<void(int status, std::vector<Address> addresses)>;

    // Null where c-ares cannot start (files it cannot read, servers it does not understand).
    static std::shared_ptr<DnsChannel> open(boost::asio::io_context&, const Settings&);
    ~DnsChannel();
    DnsChannel(const DnsChannel&) = delete;
    DnsChannel& operator=(const DnsChannel&) = delete;

    // `family` is 4, 6, or 0 for any. `done` is called once, possibly before this returns, and
    // never after the channel is gone.
    void ask(const std::string& name, int family, Done done);

    // The answer as it came, for records that c-ares reads in part only. `type` is the number of
    // RFC 1035 3.2.2; the message is empty where there was none, and not kept after `done`.
    using RawDone = std::function<void(int status, std::string_view message)>;
    void ask_raw(const std::string& name, int type, RawDone done);

    // What the user is told where open() gives none.
    static Problem cannot_start();

  private:
    struct Query;
    struct RawQuery;

    explicit DnsChannel(boost::asio::io_context&);
    static void on_socket_state(void* self, ares_socket_t, int readable, int writable);
    static void on_answer(void* query, int status, int timeouts, ares_addrinfo* result);
    static void on_message(void* query, int status, int timeouts, unsigned char* message, int size);
    void process(ares_socket_t readable, ares_socket_t writable);
    void arm_timer();

    boost::asio::steady_timer timer_;
    DnsSockets sockets_;
    ares_channel channel_ = nullptr;
    bool closing_ = false;
};

} // namespace lyncprobe::net
