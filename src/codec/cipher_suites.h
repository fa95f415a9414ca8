// SPDX-License-Identifier: MIT
// The cipher suites of a hello of our own: what Schannel and old stacks can have, also what current
// libraries have thrown out.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace lyncprobe::codec {

// CipherSuite is one line of the IANA registry of TLS Cipher Suites.
struct CipherSuite {
    std::uint16_t number;
    std::string_view name;
};

// Up to TLS 1.2, strongest first and ECDSA before RSA as OpenSSL offers them, so that a server with
// several certificates shows the same one to both.
std::span<const CipherSuite> old_cipher_suites();
std::span<const CipherSuite> tls13_cipher_suites();
// The part of them that was there before extensions: no elliptic curves, nothing of TLS 1.2.
bool fits_ssl3(const CipherSuite&);

// The name of a suite that we offer, or of one without a certificate; empty where it is none of
// these.
std::string_view cipher_suite_name(std::uint16_t number);

// The name of a cipher kind of SSL 2.0 (three bytes); empty where it is none.
std::string_view ssl2_cipher_name(std::uint32_t kind);

} // namespace lyncprobe::codec
