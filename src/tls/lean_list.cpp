// SPDX-License-Identifier: MIT
#include "tls/lean_list.h"

#include "pki/certificate_layout.h"
#include "pki/der.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <openssl/core_dispatch.h>

namespace lyncprobe::tls {

namespace {

// What a TLS client of versions 1.0 to 1.3 fetches, by operation. First names of the algorithms.
constexpr std::array kKeyManagements{"RSA",     "RSA-PSS", "EC",  "X25519", "X448",
                                     "ED25519", "ED448",   "DSA", "DH",     "HMAC"};
constexpr std::array kKeyShares{"X25519"};
constexpr std::array kExchanges{"ECDH", "X25519", "X448", "DH"};
constexpr std::array kSignatures{"RSA", "ECDSA", "ED25519", "ED448", "DSA", "HMAC"};
constexpr std::array kDigests{"SHA1",     "SHA2-224", "SHA2-256", "SHA2-384",
                              "SHA2-512", "MD5",      "MD5-SHA1", "SHAKE-256"};
constexpr std::array kKdfs{"HKDF", "TLS1-PRF", "TLS13-KDF"};
constexpr std::array kMacs{"HMAC"};
constexpr std::array kRandoms{"CTR-DRBG", "SEED-SRC"};
constexpr std::array kDecoders{"RSA", "EC"};
constexpr std::array kRareDecoders{"RSA-PSS", "ED25519", "ED448", "DSA"};
// The kinds of keys that kDecoders reads, as OBJECT IDENTIFIER content (RFC 3279 2.3.1, RFC 5480
// 2.1.1): rsaEncryption and id-ecPublicKey.
constexpr std::string_view kCommonKeys[] = {
    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", "\x2a\x86\x48\xce\x3d\x02\x01"};
// Those of ssl_cipher_table_cipher and ssl_cipher_get_evp in ssl/ssl_ciph.c.
constexpr std::array kCiphers{
    "AES-128-CBC",
    "AES-256-CBC",
    "AES-128-CBC-HMAC-SHA1",
    "AES-256-CBC-HMAC-SHA1",
    "AES-128-CBC-HMAC-SHA256",
    "AES-256-CBC-HMAC-SHA256",
    "AES-128-GCM",
    "AES-256-GCM",
    "AES-128-CCM",
    "AES-256-CCM",
    "ARIA-128-GCM",
    "ARIA-256-GCM",
    "CAMELLIA-128-CBC",
    "CAMELLIA-256-CBC",
    "ChaCha20-Poly1305",
    "DES-EDE3-CBC"};

bool starts_with_any(const char* names, const char* const* wanted, std::size_t count) {
    const std::string_view text(names);
    const auto first = text.substr(0, text.find(':'));
    return std::any_of(wanted, wanted + count, [&](const char* one) { return first == one; });
}

template <std::size_t N>
bool is_one_of(const OSSL_ALGORITHM& algorithm, const std::array<const char*, N>& wanted) {
    return starts_with_any(algorithm.algorithm_names, wanted.data(), N);
}

// Of the many encodings of a key only the one that stands in certificates.
template <std::size_t N>
bool decodes(const OSSL_ALGORITHM& algorithm, const std::array<const char*, N>& kinds) {
    const std::string_view properties(
        algorithm.property_definition ? algorithm.property_definition : ""
    );
    return is_one_of(algorithm, kinds) &&
           properties.find("structure=SubjectPublicKeyInfo") != std::string_view::npos;
}

} // namespace

bool is_wanted(int operation, const OSSL_ALGORITHM& algorithm) {
    switch (operation) {
    case OSSL_OP_KEYMGMT: return is_one_of(algorithm, kKeyManagements);
    case OSSL_OP_KEYEXCH: return is_one_of(algorithm, kExchanges);
    case OSSL_OP_SIGNATURE: return is_one_of(algorithm, kSignatures);
    case OSSL_OP_DIGEST: return is_one_of(algorithm, kDigests);
    case OSSL_OP_KDF: return is_one_of(algorithm, kKdfs);
    case OSSL_OP_MAC: return is_one_of(algorithm, kMacs);
    case OSSL_OP_CIPHER: return is_one_of(algorithm, kCiphers);
    case OSSL_OP_DECODER: return decodes(algorithm, kDecoders);
    case OSSL_OP_RAND: return is_one_of(algorithm, kRandoms);
    case OSSL_OP_ASYM_CIPHER: return true; // RSA key exchange
    default: return false;
    }
}

bool is_of_key_share(const OSSL_ALGORITHM& algorithm) { return is_one_of(algorithm, kKeyShares); }

bool is_rare_decoder(const OSSL_ALGORITHM& algorithm) { return decodes(algorithm, kRareDecoders); }

bool has_common_key(std::string_view der) {
    const auto layout = pki::certificate_layout(der);
    if (!layout) return false;
    const auto info = pki::der::only(layout->key, pki::der::kSequence);
    if (!info) return false;
    const auto algorithm = pki::der::Reader(info->content).next(pki::der::kSequence);
    if (!algorithm) return false;
    const auto kind = pki::der::Reader(algorithm->content).next(pki::der::kOid);
    return kind && std::ranges::find(kCommonKeys, kind->content) != std::end(kCommonKeys);
}

} // namespace lyncprobe::tls
