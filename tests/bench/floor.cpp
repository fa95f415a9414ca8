// SPDX-License-Identifier: MIT
// The floor of a TLS prober: epoll and OpenSSL with default settings, nothing verified, nothing
// kept. scripts/bench compares lyncprobe's processor time with it. Linux only.
// Usage: bench_floor ADDRESS PORT CONNECTIONS CONCURRENCY [SERVER-NAME [ADDRESSES]]
// Connection number n goes to ADDRESS + n % ADDRESSES.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace {

struct Client {
    int fd = -1;
    SSL* ssl = nullptr;
};

struct Run {
    sockaddr_in address{};
    const char* server_name = nullptr;
    SSL_CTX* context = nullptr;
    int poll = -1;
    int addresses = 1;
    int started = 0, finished = 0, failed = 0, wanted = 0;
};

void want(const Run& run, Client& client, std::uint32_t events, int how) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &client;
    epoll_ctl(run.poll, how, client.fd, &event);
}

bool start(Run& run, Client& client) {
    if (run.started == run.wanted) return false;
    auto address = run.address;
    address.sin_addr.s_addr = htonl(
        ntohl(address.sin_addr.s_addr) + static_cast<std::uint32_t>(run.started % run.addresses)
    );
    ++run.started;
    client.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(client.fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    client.ssl = SSL_new(run.context);
    SSL_set_fd(client.ssl, client.fd);
    SSL_set_connect_state(client.ssl);
    if (run.server_name != nullptr)
        SSL_ctrl(
            client.ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
            const_cast<char*>(run.server_name)
        );
    want(run, client, EPOLLOUT, EPOLL_CTL_ADD);
    return true;
}

void step(Run& run, Client& client) {
    const int result = SSL_do_handshake(client.ssl);
    if (result != 1) {
        const int error = SSL_get_error(client.ssl, result);
        if (error == SSL_ERROR_WANT_READ) return want(run, client, EPOLLIN, EPOLL_CTL_MOD);
        if (error == SSL_ERROR_WANT_WRITE) return want(run, client, EPOLLOUT, EPOLL_CTL_MOD);
        ++run.failed;
    }
    SSL_shutdown(client.ssl);
    SSL_free(client.ssl);
    close(client.fd);
    ++run.finished;
    start(run, client);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fprintf(
            stderr, "usage: bench_floor ADDRESS PORT CONNECTIONS CONCURRENCY [NAME [ADDRESSES]]\n"
        );
        return 2;
    }
    Run run;
    run.address.sin_family = AF_INET;
    run.address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
    if (inet_pton(AF_INET, argv[1], &run.address.sin_addr) != 1) return 2;
    run.wanted = std::atoi(argv[3]);
    if (argc > 5) run.server_name = argv[5];
    if (argc > 6) run.addresses = std::max(1, std::atoi(argv[6]));
    run.context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(run.context, SSL_VERIFY_NONE, nullptr);
    run.poll = epoll_create1(0);
    std::vector<Client> clients(static_cast<std::size_t>(std::atoi(argv[4])));
    for (auto& client : clients)
        start(run, client);
    std::vector<epoll_event> events(256);
    while (run.finished < run.wanted) {
        const int count =
            epoll_wait(run.poll, events.data(), static_cast<int>(events.size()), 10'000);
        if (count <= 0) break;
        for (int i = 0; i < count; ++i)
            step(run, *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
    std::printf("%d handshakes, %d failed\n", run.finished, run.failed);
    return run.failed == 0 && run.finished == run.wanted ? 0 : 1;
}
