// SPDX-License-Identifier: MIT
// What was seen of one TLS connection: parameters, alerts, messages, and everything about the
// client certificate.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe {

// TlsVersion is the number on the wire (RFC 8446 4.2.1); a server may send any other as well.
enum class TlsVersion : std::uint16_t {
    none = 0,
    ssl2 = 0x0002,
    ssl3 = 0x0300,
    tls1_0 = 0x0301,
    tls1_1 = 0x0302,
    tls1_2 = 0x0303,
    tls1_3 = 0x0304
};
std::string to_text(TlsVersion); // "TLSv1.2", "SSLv3", "0x0305"; empty for none
std::vector<std::string> to_texts(const std::vector<TlsVersion>&);
// What to_text() gave; empty where it is no such text.
std::optional<TlsVersion> tls_version(std::string_view text);

// Alert of RFC 8446 6; `received` false = our own side sent it.
struct Alert {
    bool received = true;
    bool fatal = true;
    std::uint8_t code = 0;
    auto operator<=>(const Alert&) const = default;
};
std::string_view alert_name(std::uint8_t code); // "unknown_ca"; "unassigned" where IANA has none
std::string to_text(const Alert&);              // "received fatal unknown_ca(48)"

// One handshake message (RFC 8446 B.3 type), in wire order.
struct HandshakeMessage {
    bool received = true;
    std::uint8_t type = 0;
    std::uint32_t length = 0;
    auto operator<=>(const HandshakeMessage&) const = default;
};
std::string_view handshake_message_name(std::uint8_t type);

struct TlsFacts {
    bool handshake_done = false;
    TlsVersion version = TlsVersion::none; // before ServerHello
    std::string cipher;                    // IANA name
    std::string
        group; // "x25519", "secp256r1", "ffdhe2048", "DH 1024"; empty where RSA key exchange
    std::string signature_scheme; // of the key exchange: "rsa_pss_rsae_sha256", "rsa_pkcs1_sha1",
                                  // "rsa_pkcs1_md5_sha1"
    std::string alpn;
    std::optional<bool> secure_renegotiation;       // absent before ServerHello and in TLS 1.3
    std::optional<bool> extended_master_secret;     // same
    std::optional<bool> session_ticket;             // the server issued or promised one
    std::optional<std::uint32_t> ocsp_staple_bytes; // size of the stapled response
    std::string ocsp_staple;                        // itself (RFC 6960 4.2.1), until it is judged
    std::vector<Alert> alerts;
    std::vector<HandshakeMessage> messages;
    std::vector<std::uint16_t> server_extensions; // ServerHello and EncryptedExtensions, in order
    std::uint32_t certificate_bytes = 0;          // size of the Certificate message
    auto operator<=>(const TlsFacts&) const = default;
};

// ClientCertificateFacts is the mutual-TLS side of one connection.
struct ClientCertificateFacts {
    bool requested = false;
    bool requested_late = false;   // only after the handshake, when a request called for it
    bool identity_offered = false; // we had a certificate for this server
    std::optional<bool> required;  // true: refused without one; false: accepted without one
    std::string presented;         // fingerprint (hex) of the certificate we sent; empty = none
    std::optional<bool> accepted;  // of the certificate we sent
    std::string refusal; // "received fatal unknown_ca(48) after our Finished"; empty = none
    std::shared_ptr<const std::vector<std::string>>
        ca_names;                     // one line each; null = no request. Interned
    std::uint32_t ca_names_count = 0; // of the whole list; ca_names may hold fewer
    std::uint32_t ca_names_bytes = 0;
    bool issuer_in_ca_names =
        true; // false: the list is not empty and no certificate of ours is issued by a listed name
    std::vector<std::string> certificate_types;    // "rsa_sign"
    std::vector<std::string> signature_algorithms; // "rsa_pkcs1_sha256"
    bool operator==(const ClientCertificateFacts&) const;
};

} // namespace lyncprobe
