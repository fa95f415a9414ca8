// SPDX-License-Identifier: MIT
#include "fetch/open_socket.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <netinet/in.h>
#include <sys/socket.h>

namespace lyncprobe::fetch {

namespace {

std::optional<Address> address_of(const curl_sockaddr& to) {
    Address out;
    if (to.family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &to.addr, sizeof v4);
        std::memcpy(out.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
        return out;
    }
    if (to.family != AF_INET6) return std::nullopt;
    sockaddr_in6 v6{};
    if (to.addrlen < sizeof v6) return std::nullopt;
    // curl_sockaddr::addr is only a sockaddr to the compiler; libcurl keeps room for any family.
    std::memcpy(&v6, static_cast<const void*>(&to.addr), sizeof v6);
    out.v6 = true;
    std::memcpy(out.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    return out;
}

} // namespace

curl_socket_t open_socket(void* gate, curlsocktype, curl_sockaddr* to) {
    auto& state = *static_cast<SocketGate*>(gate);
    const auto address = address_of(*to);
    if (!address) return CURL_SOCKET_BAD;
    try {
        if (auto refusal = state.policy.refusal(*address); !refusal.empty()) {
            state.refusal = std::move(refusal);
            return CURL_SOCKET_BAD;
        }
    } catch (const std::bad_alloc&) { // libcurl calls us from C
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

FetchOutcome connect_outcome(long os_error) {
    if (os_error == ECONNREFUSED) return FetchOutcome::refused;
    if (os_error == EMFILE || os_error == ENFILE || os_error == EADDRNOTAVAIL)
        return FetchOutcome::local_error;
    return FetchOutcome::unreachable;
}

} // namespace lyncprobe::fetch
