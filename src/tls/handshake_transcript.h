// SPDX-License-Identifier: MIT
// Turns the handshake messages and alerts of one connection, as they pass, into facts. No OpenSSL
// inside: what was seen stays known however the handshake ends.
#pragma once

#include "codec/tls_messages.h"
#include "model/tls_facts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::tls {

// HandshakeTranscript keeps what was seen of the first handshake and adds what a later one asks
// for.
class HandshakeTranscript {
  public:
    // The IANA name of a cipher suite; empty where unknown.
    using CipherName = std::string (*)(std::uint16_t);
    explicit HandshakeTranscript(CipherName cipher_name) : cipher_name_(cipher_name) {}

    // One whole handshake message with its 4-byte header (RFC 8446 4).
    void message(bool received, std::string_view bytes);
    // The two bytes of an alert (RFC 8446 6).
    void alert(bool received, std::string_view bytes);

    const TlsFacts& facts() const { return facts_; }
    const std::vector<std::string>& presented() const { return presented_; }
    bool certificate_seen() const { return certificate_seen_; }
    bool certificate_requested() const { return requested_; }
    const codec::CertificateRequest& request() const { return request_; }
    bool client_certificate_sent() const {
        return client_certificate_sent_;
    } // a non-empty list of ours
    bool finished_sent() const { return finished_sent_; }
    bool server_finished() const { return server_finished_; }       // of the latest handshake
    bool handshake_complete() const { return handshake_complete_; } // the first one
    // A certificate was asked for only after the handshake: by renegotiation, or by post-handshake
    // authentication (RFC 8446 4.6.2).
    bool requested_late() const { return requested_late_; }
    bool anything_received() const { return anything_received_; }
    std::uint32_t dh_bits() const { return dh_bits_; } // of the server's DH group; 0 where none
    bool too_many_messages() const;
    bool too_many_certificates() const { return too_many_certificates_; } // the first were kept
    std::uint16_t version() const { return hello_.version; }              // 0 before ServerHello
    // ServerHello with the suite of MS-TURN's pseudo-TLS and no certificate ([MS-TURN] 2.1.1).
    bool looks_like_pseudo_tls() const;
    const Alert* fatal_received() const; // the first; null where none
    bool close_notify_received() const;
    std::string last_received() const; // "ServerHello"; empty where nothing came

  private:
    void server_message(std::uint8_t type, std::string_view body);
    void late_server_message(std::uint8_t type, std::string_view body);
    void client_message(std::uint8_t type, std::string_view body);
    void server_hello(std::string_view body);
    void server_key_exchange(std::string_view body);

    CipherName cipher_name_;
    TlsFacts facts_;
    codec::ServerHello hello_;
    codec::CertificateRequest request_;
    std::vector<std::string> presented_;
    std::uint32_t dh_bits_ = 0;
    bool certificate_seen_ = false, too_many_certificates_ = false, requested_ = false,
         client_certificate_sent_ = false;
    bool finished_sent_ = false, server_finished_ = false, anything_received_ = false;
    bool handshake_complete_ = false, requested_late_ = false;
};

} // namespace lyncprobe::tls
