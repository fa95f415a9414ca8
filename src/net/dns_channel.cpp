// SPDX-License-Identifier: MIT
// c-ares driven by Asio: the socket-state callback says what to wait for, ares_timeout() sets the
// timer.
#include "net/dns_channel.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <optional>

namespace lyncprobe::net {

namespace asio = boost::asio;

namespace {

// One try waits this long; c-ares doubles it each round. With four rounds a dead server is given up
// after 15 s.
constexpr int kFirstTryMs = 1'000;
constexpr int kTries = 4;

std::optional<Address> to_address(const sockaddr& from) {
    Address address;
    if (from.sa_family == AF_INET) {
        sockaddr_in in{};
        std::memcpy(&in, &from, sizeof in);
        std::memcpy(address.bytes.data(), &in.sin_addr, sizeof in.sin_addr);
        return address;
    }
    if (from.sa_family == AF_INET6) {
        sockaddr_in6 in{};
        std::memcpy(&in, &from, sizeof in);
        address.v6 = true;
        std::memcpy(address.bytes.data(), &in.sin6_addr, sizeof in.sin6_addr);
        address.scope = in.sin6_scope_id;
        return address;
    }
    return std::nullopt;
}

} // namespace

// Query is what c-ares keeps for us until it answers.
struct DnsChannel::Query {
    DnsChannel* channel;
    Done done;
};

struct DnsChannel::RawQuery {
    DnsChannel* channel;
    RawDone done;
};

std::shared_ptr<DnsChannel> DnsChannel::open(asio::io_context& io, const Settings& settings) {
    static const int library = ares_library_init(ARES_LIB_INIT_ALL);
    if (library != ARES_SUCCESS) return nullptr;
    std::shared_ptr<DnsChannel> self(new DnsChannel(io));
    // NOSEARCH and NOALIASES: the name is meant as it is written, whatever search list or alias
    // this machine has.
    std::string lookups = settings.lookups; // c-ares wants it mutable, and copies it
    ares_options options{};
    options.flags =
        ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | settings.extra_flags;
    options.timeout = kFirstTryMs;
    options.tries = kTries;
    options.lookups = lookups.data();
    options.sock_state_cb = &on_socket_state;
    options.sock_state_cb_data = self.get();
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
               ARES_OPT_SOCK_STATE_CB;
#ifdef ARES_OPT_UDP_MAX_QUERIES
    // Newer c-ares gives up a socket with a malformed answer, and every question on it.
    options.udp_max_queries = 1;
    mask |= ARES_OPT_UDP_MAX_QUERIES;
#endif
    const int made = ares_init_options(&self->channel_, &options, mask);
    if (made == ARES_ENOMEM) throw std::bad_alloc();
    if (made != ARES_SUCCESS) return nullptr;
    if (!settings.servers.empty() &&
        ares_set_servers_ports_csv(self->channel_, settings.servers.c_str()) != ARES_SUCCESS)
        return nullptr;
    return self;
}

Problem DnsChannel::cannot_start() {
    return {
        .what = "the DNS resolver cannot start",
        .where = {},
        .hint = "is /etc/resolv.conf readable?"};
}

DnsChannel::DnsChannel(asio::io_context& io)
    : timer_(io), sockets_(io, [this](ares_socket_t readable, ares_socket_t writable) {
          process(readable, writable);
      }) {}

DnsChannel::~DnsChannel() {
    // ares_destroy() calls every open query back; their owners are going, too, and must not hear
    // it.
    closing_ = true;
    if (channel_ != nullptr) ares_destroy(channel_);
}

void DnsChannel::ask(const std::string& name, int family, Done done) {
    // NOSORT: c-ares would sort by what this machine can reach, with a socket for each address.
    ares_addrinfo_hints hints{};
    hints.ai_flags = ARES_AI_NOSORT;
    hints.ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    auto query = std::make_unique<Query>(Query{.channel = this, .done = std::move(done)});
    ares_getaddrinfo(channel_, name.c_str(), nullptr, &hints, &on_answer, query.release());
    arm_timer();
}

void DnsChannel::on_answer(void* data, int status, int /*timeouts*/, ares_addrinfo* result) {
    const std::unique_ptr<Query> query(static_cast<Query*>(data));
    std::vector<Address> addresses;
    if (result != nullptr) {
        for (const ares_addrinfo_node* node = result->nodes; node != nullptr; node = node->ai_next)
            if (const auto address = to_address(*node->ai_addr)) addresses.push_back(*address);
        ares_freeaddrinfo(result);
    }
    if (!query->channel->closing_) query->done(status, std::move(addresses));
}

void DnsChannel::ask_raw(const std::string& name, int type, RawDone done) {
    constexpr int kInternet = 1; // class IN, RFC 1035 3.2.4
    auto query = std::make_unique<RawQuery>(RawQuery{.channel = this, .done = std::move(done)});
    ares_query(channel_, name.c_str(), kInternet, type, &on_message, query.release());
    arm_timer();
}

void DnsChannel::on_message(
    void* data, int status, int /*timeouts*/, unsigned char* message, int size
) {
    const std::unique_ptr<RawQuery> query(static_cast<RawQuery*>(data));
    const auto* bytes = reinterpret_cast<const char*>(message);
    const std::string_view text = bytes != nullptr && size > 0
                                      ? std::string_view(bytes, static_cast<std::size_t>(size))
                                      : std::string_view();
    if (!query->channel->closing_) query->done(status, text);
}

void DnsChannel::on_socket_state(void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<DnsChannel*>(self)->sockets_.watch(socket, readable != 0, writable != 0);
}

// With ARES_SOCKET_BAD for both, c-ares looks at its time-outs only.
void DnsChannel::process(ares_socket_t readable, ares_socket_t writable) {
    ares_process_fd(channel_, readable, writable);
    arm_timer();
}

void DnsChannel::arm_timer() {
    timeval storage{};
    const timeval* next = ares_timeout(channel_, nullptr, &storage);
    if (next == nullptr) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(
        std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec)
    );
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        if (error) return;
        if (const auto self = weak.lock()) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    });
}

} // namespace lyncprobe::net
