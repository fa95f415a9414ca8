// SPDX-License-Identifier: MIT
// A blocking client for the lab's tests: a raw socket, and libssl on top of it. Independent of the
// product's client.
#pragma once

#include "lab/handles.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <unistd.h>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace lyncprobe::lab::test {

// Wire is one TCP connection to loopback; reads wait three seconds at most.
class Wire {
  public:
    explicit Wire(std::uint16_t port, const std::string& address = "127.0.0.1") {
        const bool v6 = address.find(':') != std::string::npos;
        fd_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const timeval limit{3, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        sockaddr_in6 six{};
        sockaddr_in four{};
        six.sin6_family = AF_INET6;
        four.sin_family = AF_INET;
        six.sin6_port = four.sin_port = htons(port);
        if (v6)
            ::inet_pton(AF_INET6, address.c_str(), &six.sin6_addr);
        else
            ::inet_pton(AF_INET, address.c_str(), &four.sin_addr);
        error_ =
            ::connect(
                fd_, v6 ? reinterpret_cast<sockaddr*>(&six) : reinterpret_cast<sockaddr*>(&four),
                v6 ? sizeof six : sizeof four
            ) == 0
                ? 0
                : errno;
    }
    ~Wire() { ::close(fd_); }
    Wire(const Wire&) = delete;

    int fd() const { return fd_; }
    int error() const { return error_; } // errno of connect, or of the read that ended read_all
    void send(const std::string& bytes) {
        CHECK(
            ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size())
        );
    }

    // Everything until the peer closes (error() is then 0), resets (ECONNRESET), or is silent for
    // `wait` (EAGAIN).
    std::string read_all(std::chrono::milliseconds wait = std::chrono::seconds(3)) {
        const timeval limit{wait.count() / 1000, wait.count() % 1000 * 1000};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::string all;
        char buffer[4096];
        ssize_t size = 0;
        while ((size = ::recv(fd_, buffer, sizeof buffer, 0)) > 0)
            all.append(buffer, static_cast<std::size_t>(size));
        error_ = size == 0 ? 0 : errno;
        return all;
    }

    // What comes until `end` has come; less where the peer closes or is silent before.
    std::string read_until(std::string_view end) {
        const timeval limit{3, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::string all;
        char buffer[4096];
        ssize_t size = 0;
        while (all.find(end) == std::string::npos &&
               (size = ::recv(fd_, buffer, sizeof buffer, 0)) > 0)
            all.append(buffer, static_cast<std::size_t>(size));
        return all;
    }

  private:
    int fd_ = -1;
    int error_ = 0;
};

// TlsPeer is a client handshake on a Wire; nothing is verified.
class TlsPeer {
  public:
    struct Options {
        int max_version = TLS1_3_VERSION;
        int min_version = TLS1_VERSION;
        std::string certificate_pem = {}, key_pem = {};
        std::string issuer_pem = {};                   // sent with the certificate
        bool post_handshake_auth = false;              // TLS 1.3: may be asked later
        bool renegotiate = true;                       // TLS 1.2: may be asked later
        std::function<void(Wire&)> in_clear_text = {}; // before the handshake
        std::string address = "127.0.0.1";
    };

    explicit TlsPeer(std::uint16_t port) : TlsPeer(port, Options{}) {}
    TlsPeer(std::uint16_t port, const Options& options)
        : wire_(port, options.address), context_(SSL_CTX_new(TLS_client_method())) {
        if (options.in_clear_text) options.in_clear_text(wire_);
        SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0"); // DSS and TLS 1.0 included
        SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
        SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
        if (!options.certificate_pem.empty()) {
            SSL_CTX_use_certificate(
                context_.get(), certificate_from_pem(options.certificate_pem).get()
            );
            const BioPtr memory = pki::memory_bio(options.key_pem);
            const EvpPkeyPtr key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
            SSL_CTX_use_PrivateKey(context_.get(), key.get());
        }
        if (!options.issuer_pem.empty())
            SSL_CTX_add1_chain_cert(context_.get(), certificate_from_pem(options.issuer_pem).get());
        SSL_CTX_set_cert_cb(
            context_.get(),
            [](SSL*, void* asked) {
                *static_cast<bool*>(asked) = true;
                return 1;
            },
            &asked_
        );
        if (!options.renegotiate) SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_post_handshake_auth(ssl_.get(), options.post_handshake_auth ? 1 : 0);
        SSL_set_fd(ssl_.get(), wire_.fd());
        ERR_clear_error();
        errno = 0;
        done_ = SSL_connect(ssl_.get()) == 1;
        note_error();
    }

    bool done() const { return done_; }
    bool asked() const { return asked_; } // for a client certificate
    SSL* ssl() { return ssl_.get(); }
    std::string error() const {
        return error_;
    } // OpenSSL's reason, "ECONNRESET", "time-out"; empty where none

    void send(const std::string& text) {
        SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    }
    std::string read_some() {
        char buffer[16384];
        ERR_clear_error();
        errno = 0;
        const int size = SSL_read(ssl_.get(), buffer, sizeof buffer);
        if (size > 0) return {buffer, static_cast<std::size_t>(size)};
        note_error();
        return {};
    }

    // What comes until `end` has come or something failed.
    std::string read_until(std::string_view end) {
        std::string all, more;
        while (all.find(end) == std::string::npos && !(more = read_some()).empty())
            all += more;
        return all;
    }
    // The answer to a request without a long body.
    std::string ask(const std::string& request) {
        send(request);
        return read_some();
    }

  private:
    void note_error() {
        const int system = errno;
        const char* reason = ERR_reason_error_string(ERR_peek_error());
        error_ = reason != nullptr      ? reason
                 : system == ECONNRESET ? "ECONNRESET"
                 : system == EAGAIN     ? "time-out"
                                        : "";
        ERR_clear_error();
    }

    Wire wire_;
    SslContextPtr context_;
    bool done_ = false;
    bool asked_ = false;
    std::string error_;
    SslPtr ssl_;
};

} // namespace lyncprobe::lab::test
