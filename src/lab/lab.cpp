// SPDX-License-Identifier: MIT
// The lab's sockets: listeners and connections on one background thread. What is said on them is
// connection.cpp's.
#include "lab/lab.h"

#include "lab/connection.h"
#include "lab/server_context.h"
#include "model/host.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <set>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using boost::system::error_code;

constexpr std::chrono::seconds kWaitForTheirFin{2};
constexpr std::chrono::milliseconds kWaitForDescriptors{20};
constexpr std::uint16_t kPortOffset = 10'000;

// Listener is one ServerSpec in service. It lives as long as the lab.
struct Listener {
    ServerSpec spec;
    SslContextPtr context;
    tcp::acceptor acceptor;
    asio::steady_timer pause;

    Listener(ServerSpec s, SslContextPtr c, asio::io_context& io)
        : spec(std::move(s)), context(std::move(c)), acceptor(io), pause(io) {}
};

// Relay is the UDP side of an A/V Edge in service. It lives as long as the lab.
struct Relay {
    ServerSpec spec;
    udp::socket socket;
    udp::endpoint client;
    std::array<char, 2048> input{};

    Relay(ServerSpec s, asio::io_context& io) : spec(std::move(s)), socket(io) {}
};

// Session moves the bytes of one connection. Owned by its pending operations.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(tcp::socket socket, const Listener& listener, std::uint16_t client_port)
        : socket_(std::move(socket)),
          timer_(socket_.get_executor()),
          connection_(listener.spec, listener.context.get(), client_port),
          pace_(listener.spec.faults.byte_every_ms) {}

    void start() {
        connection_.opened();
        proceed();
        read();
    }

  private:
    void read() {
        if (!socket_.is_open()) return;
        socket_.async_read_some(
            asio::buffer(input_),
            [self = shared_from_this()](const error_code& error, std::size_t size) {
                if (error) return self->close();
                self->connection_.received({self->input_.data(), size});
                self->proceed();
                self->read();
            }
        );
    }

    // Acts on whatever the machine wants now.
    void proceed() {
        // What is not sent yet is dropped: a reset loses it anyway.
        if (connection_.ending() == Ending::reset) return reset();
        output_ += connection_.take_output();
        write();
    }

    void write() {
        if (writing_ || !socket_.is_open()) return;
        if (output_.empty()) {
            if (connection_.ending() == Ending::close) say_farewell();
            if (connection_.ending() == Ending::say_and_reset) reset();
            return;
        }
        // A slow server: one byte, a pause, one byte.
        const std::size_t size = pace_.count() != 0 ? 1 : output_.size();
        in_flight_ = output_.substr(0, size);
        output_.erase(0, size);
        writing_ = true;
        asio::async_write(
            socket_, asio::buffer(in_flight_),
            [self = shared_from_this()](const error_code& error, std::size_t) {
                self->written(error);
            }
        );
    }

    void written(const error_code& error) {
        if (error) return close();
        // A flood makes its next piece when the last one is out, so that it never fills memory.
        if (output_.empty()) {
            connection_.flushed();
            output_ += connection_.take_output();
        }
        const auto pause = std::max(pace_, connection_.pause());
        if (pause.count() == 0) {
            writing_ = false;
            return write();
        }
        timer_.expires_after(pause);
        timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
            self->writing_ = false;
            if (!cancelled) self->write();
        });
    }

    // FIN, and then reading on, since closing with unread bytes would send RST instead.
    void say_farewell() {
        if (std::exchange(farewell_said_, true)) return;
        error_code ignored;
        socket_.shutdown(tcp::socket::shutdown_send, ignored);
        timer_.expires_after(kWaitForTheirFin);
        timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
            if (!cancelled) self->close();
        });
    }

    void reset() {
        error_code ignored;
        // A socket that is closed with linger 0 sends RST instead of FIN.
        socket_.set_option(asio::socket_base::linger(true, 0), ignored);
        close();
    }

    void close() {
        error_code ignored;
        socket_.close(ignored);
        timer_.cancel();
    }

    tcp::socket socket_;
    asio::steady_timer timer_;
    Connection connection_;
    std::chrono::milliseconds pace_;
    std::array<char, 16384> input_{};
    std::string output_, in_flight_;
    bool writing_ = false;
    bool farewell_said_ = false;
};

void accept_next(Listener& listener) {
    listener.acceptor.async_accept([&listener](const error_code& error, tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) { // out of descriptors, say: wait for some
            listener.pause.expires_after(kWaitForDescriptors);
            listener.pause.async_wait([&listener](const error_code& cancelled) {
                if (!cancelled) accept_next(listener);
            });
            return;
        }
        // The client may have left already; its connection is served as far as it goes.
        error_code gone;
        const auto client = socket.remote_endpoint(gone);
        std::make_shared<Session>(std::move(socket), listener, client.port())->start();
        accept_next(listener);
    });
}

// One datagram at a time: the answer is sent, or lost like any other.
void answer_next(Relay& relay) {
    relay.socket.async_receive_from(
        asio::buffer(relay.input), relay.client,
        [&relay](const error_code& error, std::size_t size) {
            if (error == asio::error::operation_aborted) return;
            if (!error && !relay.spec.faults.silent) {
                const std::string_view said(relay.input.data(), size);
                const auto answer = relay.spec.zone.empty()
                                        ? turn_datagram_answer(said, turn_settings(relay.spec))
                                        : dns_answer(said, relay.spec.zone);
                error_code lost;
                if (!answer.empty())
                    relay.socket.send_to(asio::buffer(answer), relay.client, 0, lost);
            }
            answer_next(relay);
        }
    );
}

template <class Socket>
error_code open_at(Socket& socket, const std::string& address, std::uint16_t port) {
    error_code error;
    // The addresses of the demo are loopback ones; a word that is no address is an error here.
    const typename Socket::endpoint_type endpoint(asio::ip::make_address(address, error), port);
    if (error) return error;
    socket.open(endpoint.protocol(), error);
    // A UDP port that is taken would be shared.
    constexpr bool kTcp = std::is_same_v<Socket, tcp::acceptor>;
    if (kTcp && !error) socket.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) socket.bind(endpoint, error);
    return error;
}

Problem cannot_listen(const ServerSpec& spec, const error_code& error) {
    return {
        .what = fmt::format(
            "cannot listen on {}: {}", host_and_port(spec.address, spec.port), error.message()
        )};
}

error_code try_bind(const std::string& address, std::uint16_t port, bool udp_only) {
    asio::io_context io;
    if (udp_only) {
        udp::socket socket(io);
        return open_at(socket, address, port);
    }
    tcp::acceptor acceptor(io);
    error_code error = open_at(acceptor, address, port);
    if (!error && port != 0)
        acceptor.listen(1, error); // a taken port shows only here, see SO_REUSEADDR
    return error;
}

} // namespace

// Impl owns the thread; listeners go before the io_context, whose end destroys the sessions.
struct Lab::Impl {
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
    std::vector<std::unique_ptr<Listener>> listeners;
    std::vector<std::unique_ptr<Relay>> relays;
    std::thread thread{[this] { io.run(); }};

    ~Impl() {
        io.stop();
        thread.join();
    }

    Result<std::uint16_t> add_relay(ServerSpec spec) {
        auto relay = std::make_unique<Relay>(std::move(spec), io);
        if (const auto error = open_at(relay->socket, relay->spec.address, relay->spec.port))
            return cannot_listen(relay->spec, error);
        relay->spec.port = relay->socket.local_endpoint().port();
        asio::post(io, [&it = *relay] { answer_next(it); });
        relays.push_back(std::move(relay));
        return relays.back()->spec.port;
    }
};

Lab::Lab() : impl_(std::make_unique<Impl>()) {}
Lab::~Lab() = default;

Result<std::uint16_t> Lab::add(const ServerSpec& spec) {
    // UDP alone has no listener.
    if (!spec.zone.empty() || (spec.speaks_turn_udp && !spec.speaks_turn))
        return impl_->add_relay(spec);
    SslContextPtr context;
    try {
        context = make_server_context(spec);
    } catch (const std::exception& error) {
        return Problem{.what = fmt::format("cannot serve '{}': {}", spec.name, error.what())};
    }
    auto listener = std::make_unique<Listener>(spec, std::move(context), impl_->io);
    error_code error = open_at(listener->acceptor, spec.address, spec.port);
    // Bound without listening, the kernel refuses, and no other program can take the port.
    if (!error && !spec.faults.refuse)
        listener->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(spec, error);
    const std::uint16_t port = listener->acceptor.local_endpoint().port();
    // Port 0 asked the system for a free one; faults and answers name it.
    listener->spec.port = port;
    if (spec.speaks_turn_udp) {
        if (const auto relay = impl_->add_relay(listener->spec); !relay) return relay.error();
    }
    if (!spec.faults.refuse) asio::post(impl_->io, [&server = *listener] { accept_next(server); });
    impl_->listeners.push_back(std::move(listener));
    return port;
}

void move_ports_that_cannot_be_bound(Demo& demo) {
    std::set<std::uint16_t> forbidden; // to this user, whatever the address
    for (auto& [server, target, planted, expect] : demo.servers) {
        const bool udp_only = server.speaks_turn_udp && !server.speaks_turn;
        const auto error = try_bind(server.address, server.port, udp_only);
        // Ports below 1024 need rights, and a real server may use one of the others.
        if (error != asio::error::access_denied && error != asio::error::address_in_use) continue;
        if (error == asio::error::access_denied) forbidden.insert(server.port);
        server.port = static_cast<std::uint16_t>(server.port + kPortOffset);
        target.port = server.port;
    }
    auto& dns = demo.name_server;
    if (try_bind(dns.address, dns.port, true))
        dns.port = static_cast<std::uint16_t>(dns.port + kPortOffset);
    // Autodiscover names ports, too.
    for (auto& entry : demo.servers) {
        auto& web = entry.server.web;
        for (auto* port : {&web.internal_sip_port, &web.federation_port, &web.access_port})
            if (forbidden.contains(*port)) *port = static_cast<std::uint16_t>(*port + kPortOffset);
    }
}

std::string missing_address(const ServerSpec& spec) {
    const auto error = try_bind(spec.address, 0, false);
    return error ? error.message() : std::string();
}

} // namespace lyncprobe::lab
