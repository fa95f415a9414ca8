// SPDX-License-Identifier: MIT
// Reads the handshake messages of a TLS server (TLS 1.0 to 1.3) from their bytes, without
// cryptography. Input is one message body (no 4-byte header); output is facts. Malformed input
// gives what could be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::codec {

inline constexpr std::uint16_t kTls10 = 0x0301, kTls11 = 0x0302, kTls12 = 0x0303, kTls13 = 0x0304;

// Handshake types of RFC 8446 B.3 and RFC 5246 7.4 that we look into.
namespace handshake_type {
inline constexpr std::uint8_t kClientHello = 1, kServerHello = 2, kNewSessionTicket = 4,
                              kEncryptedExtensions = 8, kCertificate = 11, kServerKeyExchange = 12,
                              kCertificateRequest = 13, kServerHelloDone = 14,
                              kCertificateVerify = 15, kFinished = 20, kCertificateStatus = 22;
}

struct ServerHello {
    bool well_formed = false;
    bool retry_request = false; // HelloRetryRequest (RFC 8446 4.1.3)
    std::uint16_t version = 0;  // supported_versions counted in
    std::uint16_t cipher = 0;
    std::uint16_t key_share_group = 0; // TLS 1.3; 0 = none
    std::vector<std::uint16_t> extensions;
};
ServerHello read_server_hello(std::string_view body);

// The extension types of EncryptedExtensions (RFC 8446 4.3.1), in order.
std::vector<std::uint16_t> read_encrypted_extensions(std::string_view body);

// The entries of a Certificate message as they stand, also those that are no certificate.
struct CertificateMessage {
    bool well_formed = false;
    std::vector<std::string> entries;
};
CertificateMessage read_certificate_message(std::string_view body, std::uint16_t version);

struct CertificateRequest {
    bool well_formed = false;
    std::vector<std::uint8_t> certificate_types;  // TLS 1.2 and older
    std::vector<std::uint16_t> signature_schemes; // TLS 1.2 and newer
    std::vector<std::string> ca_names;            // DER of each distinguished name
    std::uint32_t ca_names_bytes = 0; // size of the list on the wire without its length field
};
CertificateRequest read_certificate_request(std::string_view body, std::uint16_t version);

// ServerKeyExchange of TLS 1.2 and older: ECDHE (RFC 8422 5.4) or DHE (RFC 5246 7.4.3).
struct KeyExchange {
    bool well_formed = false;
    std::uint16_t group = 0;            // named curve; 0 = DH
    std::uint32_t dh_bits = 0;          // modulus bits of DH
    std::uint16_t signature_scheme = 0; // TLS 1.2 only
};
KeyExchange read_server_key_exchange(
    std::string_view body, std::uint16_t version, bool elliptic, bool is_signed
);

// The scheme of a CertificateVerify (RFC 8446 4.4.3); 0 where malformed.
std::uint16_t read_certificate_verify(std::string_view body);

// IANA names; a hexadecimal number where there is none.
std::string group_name(std::uint16_t);
std::string signature_scheme_name(std::uint16_t);
std::string certificate_type_name(std::uint8_t);

// True where the bytes can begin a TLS record: type 20 to 24, version 3.x (RFC 8446 5.1).
bool looks_like_tls(std::string_view first_bytes);

} // namespace lyncprobe::codec
