// SPDX-License-Identifier: MIT
// Plain POSIX sockets, so that the tests do not share the engine's own ideas of a socket.
#include "integration/net_support.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace lyncprobe::net_test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kDnsmasq = "/usr/sbin/dnsmasq";

// Binds to a free port, or only to this one.
int bound_socket(int type, const std::string& address, std::uint16_t& port) {
    const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &name.sin_addr);
    REQUIRE(bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
    socklen_t size = sizeof name;
    REQUIRE(getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0);
    port = ntohs(name.sin_port);
    return fd;
}

bool answers_dns(std::uint16_t port) {
    // A query for the root's name servers: any answer will do.
    const unsigned char query[] = {0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sendto(fd, query, sizeof query, 0, reinterpret_cast<const sockaddr*>(&name), sizeof name);
    pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
    unsigned char answer[512];
    const bool answered =
        poll(&wait, 1, 100) == 1 && recv(fd, answer, sizeof answer, MSG_DONTWAIT) > 0;
    close(fd);
    return answered;
}

} // namespace

std::map<Outcome, std::size_t> Results::outcomes() const {
    std::map<Outcome, std::size_t> counts;
    for (const auto& endpoint : endpoints)
        ++counts[endpoint.observations[furthest(endpoint.observations)].outcome];
    return counts;
}

const Observation& Results::only() const {
    REQUIRE(endpoints.size() == 1);
    const auto& observations = endpoints.front().observations;
    for (const auto& seen : observations) // what else was tried is no row of its own
        REQUIRE((&seen == &observations.front() || !is_primary(seen.attempt.role)));
    return observations.front();
}

Results run(const std::vector<Target>& targets, const net::EngineOptions& options) {
    tls::ContextPool contexts;
    Results results;
    const net::Sinks sinks{
        .finished = [&](ProbedEndpoint&& endpoint
                    ) { results.endpoints.push_back(std::move(endpoint)); },
        .tick = {},
        .warning = [&](const std::string& warning) { results.warnings.push_back(warning); }};
    const auto started = Clock::now();
    const auto end = net::run(targets, options, contexts, sinks);
    results.seconds = std::chrono::duration<double>(Clock::now() - started).count();
    REQUIRE(end.has_value());
    results.end = *end;
    for (const auto& endpoint : results.endpoints)
        REQUIRE_FALSE(endpoint.observations.empty());
    return results;
}

Target target(const std::string& host, std::uint16_t port, Probe probe) {
    Target result;
    result.host = host;
    result.port = port;
    result.probe = probe;
    return result;
}

const lab::Issued& certificate() {
    static const lab::Issued issued = [] {
        lab::CertificateSpec root;
        root.common_name = "net test root";
        root.ca = true;
        const lab::Authority authority(root);
        lab::CertificateSpec leaf;
        leaf.common_name = "server.contoso.example";
        leaf.dns = {"server.contoso.example"};
        return authority.issue(leaf);
    }();
    return issued;
}

lab::ServerSpec server(const lab::Faults& faults) {
    lab::ServerSpec spec;
    spec.name = "server";
    spec.chain_pem = {certificate().certificate_pem};
    spec.key_pem = certificate().key_pem;
    spec.faults = faults;
    return spec;
}

std::uint16_t start(lab::Lab& lab, const lab::ServerSpec& spec) {
    const auto port = lab.add(spec);
    REQUIRE(port.has_value());
    return *port;
}

Holder::Holder(std::chrono::milliseconds hold, const std::string& address) : hold_(hold) {
    listener_ = bound_socket(SOCK_STREAM, address, port_);
    REQUIRE(listen(listener_, 1024) == 0);
    thread_ = std::thread([this] { serve(); });
}

Holder::~Holder() {
    stop_ = true;
    thread_.join();
    close(listener_);
}

void Holder::serve() {
    struct Held {
        int fd;
        Clock::time_point until;
    };
    std::vector<Held> held;
    while (!stop_) {
        pollfd wait{.fd = listener_, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, 5) == 1) {
            const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (fd >= 0) {
                ++accepted_;
                held.push_back({fd, Clock::now() + hold_});
            }
        }
        // A connection that the client has left does not count as held.
        std::erase_if(held, [](const Held& one) {
            char bytes[4096];
            ssize_t size = 1;
            while (size > 0)
                size = recv(one.fd, bytes, sizeof bytes, 0);
            if (size != 0 && Clock::now() < one.until) return false;
            close(one.fd);
            return true;
        });
        most_at_once_ = std::max(most_at_once_.load(), held.size());
    }
    for (const Held& one : held)
        close(one.fd);
}

Sayer::Sayer(std::string words, bool listens) : words_(std::move(words)), listens_(listens) {
    listener_ = bound_socket(SOCK_STREAM, "127.0.0.1", port_);
    REQUIRE(listen(listener_, 64) == 0);
    thread_ = std::thread([this] { serve(); });
}

Sayer::~Sayer() {
    stop_ = true;
    thread_.join();
    close(listener_);
}

void Sayer::serve() {
    while (!stop_) {
        pollfd wait{.fd = listener_, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, 5) != 1) continue;
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        char bytes[4096];
        if (listens_) recv(fd, bytes, sizeof bytes, 0);
        send(fd, words_.data(), words_.size(), MSG_NOSIGNAL);
        const linger abort{.l_onoff = 1, .l_linger = 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
        close(fd);
    }
}

HalfDns::HalfDns(std::optional<std::uint8_t> aaaa_code) : aaaa_code_(aaaa_code) {
    socket_ = bound_socket(SOCK_DGRAM, "127.0.0.1", port_);
    thread_ = std::thread([this] { serve(); });
}

HalfDns::~HalfDns() {
    stop_ = true;
    thread_.join();
    close(socket_);
}

void HalfDns::serve() {
    while (!stop_) {
        pollfd wait{.fd = socket_, .events = POLLIN, .revents = 0};
        if (poll(&wait, 1, 5) != 1) continue;
        char bytes[512];
        sockaddr_in from{};
        socklen_t from_size = sizeof from;
        const auto size = recvfrom(
            socket_, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &from_size
        );
        if (size < 17) continue;
        // Header, question (labels up to the root, type, class), then what we add (RFC 1035 4.1).
        std::size_t end = 12;
        while (bytes[end] != 0)
            end += static_cast<std::size_t>(bytes[end]) + 1;
        const bool is_a = bytes[end + 2] == 1;
        if (!is_a && !aaaa_code_) continue;
        const char code = is_a ? char{0} : static_cast<char>(*aaaa_code_);
        std::string answer(bytes, 2);
        answer += '\x81';
        answer += static_cast<char>('\x80' | code);
        answer += std::string("\0\1\0", 3) + (is_a ? '\1' : '\0') + std::string(4, '\0');
        answer.append(bytes + 12, end + 5 - 12);
        if (is_a) answer += std::string("\xc0\x0c\0\1\0\1\0\0\0\0\0\4\x7f\0\0\1", 16);
        queries_for_a_ += is_a ? 1 : 0;
        sendto(
            socket_, answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&from),
            from_size
        );
    }
}

DeadSocket::DeadSocket(Kind kind) {
    socket_ = bound_socket(kind == Kind::mute_udp ? SOCK_DGRAM : SOCK_STREAM, "127.0.0.1", port_);
    if (kind != Kind::full_queue) return;
    REQUIRE(listen(socket_, 0) == 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port_);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 4; ++i) {
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name);
        fillers_.push_back(fd);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

DeadSocket::~DeadSocket() {
    for (const int fd : fillers_)
        close(fd);
    close(socket_);
}

// The port must be free for TCP too, where past connections hold thousands for a minute. Another
// process may still take it first: then another port is tried.
Dnsmasq::Dnsmasq(std::vector<std::string> options) {
    REQUIRE_MESSAGE(
        std::filesystem::exists(kDnsmasq), kDnsmasq << " is missing: scripts/install-deps test"
    );
    bool up = false;
    for (int attempt = 0; attempt < 3 && !up; ++attempt) {
        port_ = 0;
        close(bound_socket(SOCK_STREAM, "127.0.0.1", port_));
        start(options);
        for (int i = 0; i < 100 && !up && running(); ++i)
            up = answers_dns(port_);
        if (!up) stop();
    }
    REQUIRE(up);
}

void Dnsmasq::start(const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {
        "dnsmasq",
        "--no-daemon",
        "--conf-file=/dev/null",
        "--port=" + std::to_string(port_),
        "--listen-address=127.0.0.1",
        "--bind-interfaces",
        "--no-resolv",
        "--no-hosts",
        "--pid-file"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    std::vector<char*> pointers;
    for (auto& argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
        const int null = open("/dev/null", O_RDWR);
        dup2(null, 1);
        dup2(null, 2);
        execv(kDnsmasq, pointers.data());
        _exit(127);
    }
}

bool Dnsmasq::running() {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

void Dnsmasq::stop() {
    if (pid_ <= 0) return; // never everybody
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

Dnsmasq::~Dnsmasq() { stop(); }

} // namespace lyncprobe::net_test
