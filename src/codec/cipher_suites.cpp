// SPDX-License-Identifier: MIT
#include "codec/cipher_suites.h"

#include <algorithm>
#include <array>

namespace lyncprobe::codec {

namespace {

constexpr std::array kOffered{
    CipherSuite{0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
    CipherSuite{0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    CipherSuite{0x00a3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384"},
    CipherSuite{0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"},
    CipherSuite{0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
    CipherSuite{0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
    CipherSuite{0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
    CipherSuite{0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
    CipherSuite{0x00a2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256"},
    CipherSuite{0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
    CipherSuite{0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"},
    CipherSuite{0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"},
    CipherSuite{0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"},
    CipherSuite{0x006a, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256"},
    CipherSuite{0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"},
    CipherSuite{0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"},
    CipherSuite{0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"},
    CipherSuite{0x0040, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256"},
    CipherSuite{0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"},
    CipherSuite{0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
    CipherSuite{0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"},
    CipherSuite{0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA"},
    CipherSuite{0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"},
    CipherSuite{0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
    CipherSuite{0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"},
    CipherSuite{0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA"},
    CipherSuite{0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
    CipherSuite{0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
    CipherSuite{0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"},
    CipherSuite{0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"},
    CipherSuite{0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
    CipherSuite{0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"},
    CipherSuite{0x0084, "TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"},
    CipherSuite{0x0041, "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"},
    CipherSuite{0xc008, "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA"},
    CipherSuite{0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"},
    CipherSuite{0x0016, "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA"},
    CipherSuite{0x0013, "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA"},
    CipherSuite{0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
    CipherSuite{0xc007, "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA"},
    CipherSuite{0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA"},
    CipherSuite{0x0005, "TLS_RSA_WITH_RC4_128_SHA"},
    CipherSuite{0x0004, "TLS_RSA_WITH_RC4_128_MD5"},
    CipherSuite{0x0007, "TLS_RSA_WITH_IDEA_CBC_SHA"},
    CipherSuite{0x0015, "TLS_DHE_RSA_WITH_DES_CBC_SHA"},
    CipherSuite{0x0012, "TLS_DHE_DSS_WITH_DES_CBC_SHA"},
    CipherSuite{0x0009, "TLS_RSA_WITH_DES_CBC_SHA"},
    CipherSuite{0x0062, "TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA"},
    CipherSuite{0x0064, "TLS_RSA_EXPORT1024_WITH_RC4_56_SHA"},
    CipherSuite{0x0008, "TLS_RSA_EXPORT_WITH_DES40_CBC_SHA"},
    CipherSuite{0x0006, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5"},
    CipherSuite{0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5"},
    CipherSuite{0x003b, "TLS_RSA_WITH_NULL_SHA256"},
    CipherSuite{0x0002, "TLS_RSA_WITH_NULL_SHA"},
    CipherSuite{0x0001, "TLS_RSA_WITH_NULL_MD5"},
};

// Never offered, since they come without a certificate; a server that breaks the rules may still
// name one.
constexpr std::array kAnonymous{
    CipherSuite{0x0017, "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5"},
    CipherSuite{0x0018, "TLS_DH_anon_WITH_RC4_128_MD5"},
    CipherSuite{0x0019, "TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA"},
    CipherSuite{0x001a, "TLS_DH_anon_WITH_DES_CBC_SHA"},
    CipherSuite{0x001b, "TLS_DH_anon_WITH_3DES_EDE_CBC_SHA"},
    CipherSuite{0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA"},
    CipherSuite{0x003a, "TLS_DH_anon_WITH_AES_256_CBC_SHA"},
    CipherSuite{0xc016, "TLS_ECDH_anon_WITH_RC4_128_SHA"},
    CipherSuite{0xc017, "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA"},
    CipherSuite{0xc018, "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"},
    CipherSuite{0xc019, "TLS_ECDH_anon_WITH_AES_256_CBC_SHA"},
};

constexpr std::array kTls13{
    CipherSuite{0x1302, "TLS_AES_256_GCM_SHA384"},
    CipherSuite{0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
    CipherSuite{0x1301, "TLS_AES_128_GCM_SHA256"},
    CipherSuite{0x1304, "TLS_AES_128_CCM_SHA256"},
    CipherSuite{0x1305, "TLS_AES_128_CCM_8_SHA256"},
};

std::string_view name_in(std::span<const CipherSuite> suites, std::uint16_t number) {
    const auto found = std::ranges::find(suites, number, &CipherSuite::number);
    return found == suites.end() ? std::string_view() : found->name;
}

} // namespace

std::span<const CipherSuite> old_cipher_suites() { return kOffered; }

std::span<const CipherSuite> tls13_cipher_suites() { return kTls13; }

bool fits_ssl3(const CipherSuite& suite) {
    constexpr std::uint16_t kFirstOfTls11 = 0x0084; // Camellia (RFC 4132) and all that came later
    return suite.number < kFirstOfTls11 && !suite.name.ends_with("SHA256");
}

std::string_view cipher_suite_name(std::uint16_t number) {
    for (const std::span<const CipherSuite> suites :
         {std::span<const CipherSuite>(kOffered), std::span<const CipherSuite>(kTls13),
          std::span<const CipherSuite>(kAnonymous)})
        if (const auto name = name_in(suites, number); !name.empty()) return name;
    return {};
}

// The names of "The SSL Protocol", version 2, appendix C.
std::string_view ssl2_cipher_name(std::uint32_t kind) {
    switch (kind) {
    case 0x010080: return "SSL_CK_RC4_128_WITH_MD5";
    case 0x020080: return "SSL_CK_RC4_128_EXPORT40_WITH_MD5";
    case 0x030080: return "SSL_CK_RC2_128_CBC_WITH_MD5";
    case 0x040080: return "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5";
    case 0x050080: return "SSL_CK_IDEA_128_CBC_WITH_MD5";
    case 0x060040: return "SSL_CK_DES_64_CBC_WITH_MD5";
    case 0x0700c0: return "SSL_CK_DES_192_EDE3_CBC_WITH_MD5";
    case 0x080080: return "SSL_CK_RC4_64_WITH_MD5";
    default: return {};
    }
}

} // namespace lyncprobe::codec
