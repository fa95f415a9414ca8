// SPDX-License-Identifier: MIT
#include "codec/tls_messages.h"

#include "codec/byte_reader.h"

#include <array>
#include <bit>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

// Extension numbers of the IANA registry.
constexpr std::uint32_t kSignatureAlgorithms = 13, kSupportedVersions = 43,
                        kCertificateAuthorities = 47, kKeyShare = 51;

// SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3).
constexpr std::string_view kRetryRandom =
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

template <class Number>
using Named = std::pair<Number, std::string_view>;

// IANA TLS Supported Groups.
constexpr std::array<Named<std::uint16_t>, 19> kGroups{{
    {19, "secp192r1"},
    {21, "secp224r1"},
    {22, "secp256k1"},
    {23, "secp256r1"},
    {24, "secp384r1"},
    {25, "secp521r1"},
    {26, "brainpoolP256r1"},
    {27, "brainpoolP384r1"},
    {28, "brainpoolP512r1"},
    {29, "x25519"},
    {30, "x448"},
    {256, "ffdhe2048"},
    {257, "ffdhe3072"},
    {258, "ffdhe4096"},
    {259, "ffdhe6144"},
    {260, "ffdhe8192"},
    {4587, "SecP256r1MLKEM768"},
    {4588, "X25519MLKEM768"},
    {4589, "SecP384r1MLKEM1024"},
}};

// IANA TLS SignatureScheme; the SHA-224 and DSA pairs of RFC 5246 7.4.1.4.1 are named alike.
constexpr std::array<Named<std::uint16_t>, 27> kSchemes{{
    {0x0101, "rsa_pkcs1_md5"},
    {0x0201, "rsa_pkcs1_sha1"},
    {0x0202, "dsa_sha1"},
    {0x0203, "ecdsa_sha1"},
    {0x0301, "rsa_pkcs1_sha224"},
    {0x0302, "dsa_sha224"},
    {0x0303, "ecdsa_sha224"},
    {0x0401, "rsa_pkcs1_sha256"},
    {0x0402, "dsa_sha256"},
    {0x0403, "ecdsa_secp256r1_sha256"},
    {0x0501, "rsa_pkcs1_sha384"},
    {0x0502, "dsa_sha384"},
    {0x0503, "ecdsa_secp384r1_sha384"},
    {0x0601, "rsa_pkcs1_sha512"},
    {0x0602, "dsa_sha512"},
    {0x0603, "ecdsa_secp521r1_sha512"},
    {0x0804, "rsa_pss_rsae_sha256"},
    {0x0805, "rsa_pss_rsae_sha384"},
    {0x0806, "rsa_pss_rsae_sha512"},
    {0x0807, "ed25519"},
    {0x0808, "ed448"},
    {0x0809, "rsa_pss_pss_sha256"},
    {0x080a, "rsa_pss_pss_sha384"},
    {0x080b, "rsa_pss_pss_sha512"},
    {0x081a, "ecdsa_brainpoolP256r1tls13_sha256"},
    {0x081b, "ecdsa_brainpoolP384r1tls13_sha384"},
    {0x081c, "ecdsa_brainpoolP512r1tls13_sha512"},
}};

// IANA TLS ClientCertificateType.
constexpr std::array<Named<std::uint8_t>, 9> kCertificateTypes{{
    {1, "rsa_sign"},
    {2, "dss_sign"},
    {3, "rsa_fixed_dh"},
    {4, "dss_fixed_dh"},
    {5, "rsa_ephemeral_dh"},
    {6, "dss_ephemeral_dh"},
    {64, "ecdsa_sign"},
    {65, "rsa_fixed_ecdh"},
    {66, "ecdsa_fixed_ecdh"},
}};

template <class Number>
std::string name_in(std::span<const Named<Number>> table, Number number) {
    for (const auto& [known, name] : table)
        if (known == number) return std::string(name);
    // A number that no table has is as good an identification, and easily looked up.
    return fmt::format("0x{:0{}x}", number, 2 * sizeof(Number));
}

std::vector<std::uint16_t> read_schemes(std::string_view list) {
    std::vector<std::uint16_t> out;
    for (ByteReader reader(list); reader.good() && !reader.empty();) {
        const auto scheme = reader.number(2);
        if (reader.good()) out.push_back(static_cast<std::uint16_t>(scheme));
    }
    return out;
}

void read_ca_names(std::string_view list, CertificateRequest& out) {
    out.ca_names_bytes = static_cast<std::uint32_t>(list.size());
    for (ByteReader reader(list); reader.good() && !reader.empty();) {
        const auto name = reader.vector(2);
        if (reader.good()) out.ca_names.emplace_back(name);
    }
}

CertificateRequest read_request_13(std::string_view body) {
    CertificateRequest out;
    ByteReader reader(body);
    reader.vector(1); // certificate_request_context
    const auto list = reader.vector(2);
    out.well_formed = reader.good();
    for (ByteReader extensions(list); extensions.good() && !extensions.empty();) {
        const auto type = extensions.number(2);
        ByteReader content(extensions.vector(2));
        if (type == kSignatureAlgorithms) out.signature_schemes = read_schemes(content.vector(2));
        if (type == kCertificateAuthorities) read_ca_names(content.vector(2), out);
    }
    return out;
}

std::uint32_t modulus_bits(std::string_view modulus) {
    // Some servers send a sign octet, as in DER.
    while (!modulus.empty() && modulus.front() == '\0')
        modulus.remove_prefix(1);
    if (modulus.empty()) return 0;
    const auto top = static_cast<std::uint8_t>(modulus.front());
    return static_cast<std::uint32_t>(8 * (modulus.size() - 1)) +
           static_cast<std::uint32_t>(std::bit_width(top));
}

} // namespace

ServerHello read_server_hello(std::string_view body) {
    ServerHello out;
    ByteReader reader(body);
    out.version = static_cast<std::uint16_t>(reader.number(2));
    out.retry_request = reader.take(32) == kRetryRandom;
    // Its content says nothing: nothing is resumed here.
    reader.vector(1); // session id
    out.cipher = static_cast<std::uint16_t>(reader.number(2));
    reader.number(1); // compression
    out.well_formed = reader.good();
    // Extensions may be absent altogether before TLS 1.3.
    if (!reader.good() || reader.empty()) return out;
    for (ByteReader extensions(reader.vector(2)); extensions.good() && !extensions.empty();) {
        const auto type = extensions.number(2);
        ByteReader content(extensions.vector(2));
        if (!extensions.good()) break;
        out.extensions.push_back(static_cast<std::uint16_t>(type));
        // TLS 1.3 writes 1.2 in the old field, for middleboxes (RFC 8446 4.1.3).
        if (type == kSupportedVersions) out.version = static_cast<std::uint16_t>(content.number(2));
        if (type == kKeyShare) out.key_share_group = static_cast<std::uint16_t>(content.number(2));
    }
    return out;
}

std::vector<std::uint16_t> read_encrypted_extensions(std::string_view body) {
    std::vector<std::uint16_t> out;
    ByteReader reader(body);
    for (ByteReader extensions(reader.vector(2)); extensions.good() && !extensions.empty();) {
        const auto type = extensions.number(2);
        extensions.vector(2);
        if (extensions.good()) out.push_back(static_cast<std::uint16_t>(type));
    }
    return out;
}

CertificateMessage read_certificate_message(std::string_view body, std::uint16_t version) {
    CertificateMessage out;
    ByteReader reader(body);
    if (version >= kTls13) reader.vector(1); // certificate_request_context
    const auto list = reader.vector(3);
    out.well_formed = reader.good() && reader.empty();
    for (ByteReader entries(list); entries.good() && !entries.empty();) {
        const auto entry = entries.vector(3);
        // What could be read is kept: a cut chain is a finding, not a reason to see none.
        if (!entries.good()) {
            out.well_formed = false;
            break;
        }
        out.entries.emplace_back(entry);
        if (version >= kTls13) entries.vector(2); // extensions of the entry
    }
    return out;
}

CertificateRequest read_certificate_request(std::string_view body, std::uint16_t version) {
    if (version >= kTls13) return read_request_13(body);
    CertificateRequest out;
    ByteReader reader(body);
    for (const char type : reader.vector(1))
        out.certificate_types.push_back(static_cast<std::uint8_t>(type));
    // The list of schemes came with TLS 1.2 (RFC 5246 7.4.4).
    if (version >= kTls12) out.signature_schemes = read_schemes(reader.vector(2));
    const auto names = reader.vector(2);
    out.well_formed = reader.good();
    read_ca_names(names, out);
    return out;
}

KeyExchange read_server_key_exchange(
    std::string_view body, std::uint16_t version, bool elliptic, bool is_signed
) {
    constexpr std::uint32_t kNamedCurve = 3; // RFC 8422 5.4
    KeyExchange out;
    ByteReader reader(body);
    if (elliptic) {
        // Explicit curves are obsolete, and not described by one number.
        if (reader.number(1) != kNamedCurve) return out;
        out.group = static_cast<std::uint16_t>(reader.number(2));
        reader.vector(1); // public point
    } else {
        out.dh_bits = modulus_bits(reader.vector(2));
        reader.vector(2); // generator
        reader.vector(2); // public value
    }
    if (is_signed && version >= kTls12)
        out.signature_scheme = static_cast<std::uint16_t>(reader.number(2));
    out.well_formed = reader.good();
    return out;
}

std::uint16_t read_certificate_verify(std::string_view body) {
    return static_cast<std::uint16_t>(ByteReader(body).number(2));
}

std::string group_name(std::uint16_t group) { return name_in<std::uint16_t>(kGroups, group); }

std::string signature_scheme_name(std::uint16_t scheme) {
    return name_in<std::uint16_t>(kSchemes, scheme);
}

std::string certificate_type_name(std::uint8_t type) {
    return name_in<std::uint8_t>(kCertificateTypes, type);
}

bool looks_like_tls(std::string_view first_bytes) {
    // RFC 8446 5.1: content types 20 to 24, then the major version 3.
    if (first_bytes.empty() || first_bytes[0] < 20 || first_bytes[0] > 24) return false;
    return first_bytes.size() < 2 || first_bytes[1] == 3;
}

} // namespace lyncprobe::codec
