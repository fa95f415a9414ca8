// SPDX-License-Identifier: MIT
#include "tls/schannel_hello.h"

#include "codec/tls_messages.h"
#include "schannel/releases.h"
#include "tls/tls_context_impl.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::tls {

namespace {

// Extensions of the IANA registry.
constexpr std::uint16_t kStatusRequest = 5, kExtendedMasterSecret = 23, kSessionTicket = 35,
                        kPostHandshakeAuth = 49;

void check(bool good, std::string_view doing) {
    if (!good) throw std::runtime_error(pki::drain_errors(doing).what);
}

std::string joined(const std::vector<std::string>& list) {
    return fmt::format("{}", fmt::join(list, ":"));
}

// libssl's word for a pair of hash and signature (RFC 5246 7.4.1.4.1, RFC 8446 4.2.3).
std::string scheme_text(std::uint16_t scheme) {
    switch (scheme) {
    case 0x0804: return "rsa_pss_rsae_sha256";
    case 0x0805: return "rsa_pss_rsae_sha384";
    case 0x0806: return "rsa_pss_rsae_sha512";
    default: break;
    }
    constexpr std::string_view kHashes[]{"", "MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};
    constexpr std::string_view kKeys[]{"", "RSA", "DSA", "ECDSA"};
    return fmt::format("{}+{}", kKeys[scheme & 3u], kHashes[scheme >> 8 & 7u]);
}

void offer_suites(
    SSL_CTX* context, const schannel::Profile& profile, std::vector<std::string>& not_offered
) {
    const SslPtr ssl(SSL_new(context)); // SSL_CIPHER_find wants one
    check(ssl != nullptr, "looking for cipher suites");
    std::vector<std::string> old, tls13;
    for (const auto suite : profile.suites) {
        const unsigned char bytes[2] = {
            static_cast<unsigned char>(suite >> 8), static_cast<unsigned char>(suite & 0xff)};
        const SSL_CIPHER* known = SSL_CIPHER_find(ssl.get(), bytes);
        if (known == nullptr)
            not_offered.push_back(schannel::suite_name(suite));
        else
            (suite >> 8 == 0x13 ? tls13 : old).emplace_back(SSL_CIPHER_get_name(known));
    }
    // The level is that of this context alone: SHA-1 and TLS 1.0 belong to these releases.
    check(
        SSL_CTX_set_cipher_list(context, (joined(old) + ":@SECLEVEL=0").c_str()) == 1,
        "choosing the cipher suites of a Windows release"
    );
    check(
        SSL_CTX_set_ciphersuites(context, joined(tls13).c_str()) == 1,
        "choosing the cipher suites of TLS 1.3 of a Windows release"
    );
}

// In TLS 1.3 Schannel sends a key share for each group at once; newer libssl can, too.
void offer_groups(
    SSL_CTX* context, const schannel::Profile& profile, std::vector<std::string>& not_offered
) {
    std::vector<std::string> plain, each;
    for (const auto group : profile.groups) {
        plain.push_back(codec::group_name(group)); // libssl takes the names of IANA
        each.push_back("*" + plain.back());
    }
    const bool tls13 = profile.versions.front() >= codec::kTls13;
    if (tls13 && SSL_CTX_set1_groups_list(context, joined(each).c_str()) == 1) return;
    ERR_clear_error();
    check(
        SSL_CTX_set1_groups_list(context, joined(plain).c_str()) == 1,
        "choosing the groups of a Windows release"
    );
    if (!tls13) return;
    for (std::size_t i = 1; i < plain.size(); ++i)
        not_offered.push_back("key share of " + plain[i]);
}

} // namespace

std::vector<std::string> offer_as(SSL_CTX* context, OperatingSystem os) {
    const auto* release = schannel::release_of(os);
    if (release == nullptr) throw std::logic_error("no Schannel is known of this system");
    const auto profile = schannel::profile_of(*release);
    std::vector<std::string> not_offered;
    offer_suites(context, profile, not_offered);
    offer_groups(context, profile, not_offered);
    if (profile.versions.back() < TLS1_VERSION) not_offered.emplace_back("SSLv3");
    SSL_CTX_set_min_proto_version(context, std::max<int>(profile.versions.back(), TLS1_VERSION));
    SSL_CTX_set_max_proto_version(context, profile.versions.front());
    std::vector<std::string> schemes;
    for (const auto scheme : profile.signature_schemes)
        schemes.push_back(scheme_text(scheme));
    if (!schemes.empty())
        check(
            SSL_CTX_set1_sigalgs_list(context, joined(schemes).c_str()) == 1,
            "choosing the signature algorithms of a Windows release"
        );
    SSL_CTX_set_options(context, SSL_OP_NO_ENCRYPT_THEN_MAC);
    if (!release->has_extension(kSessionTicket)) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
#ifdef SSL_OP_NO_EXTENDED_MASTER_SECRET
    if (!release->has_extension(kExtendedMasterSecret))
        SSL_CTX_set_options(context, SSL_OP_NO_EXTENDED_MASTER_SECRET);
#endif
    if (release->has_extension(kPostHandshakeAuth)) SSL_CTX_set_post_handshake_auth(context, 1);
    if (!release->has_extension(kStatusRequest)) SSL_CTX_set_tlsext_status_type(context, -1);
    return not_offered;
}

} // namespace lyncprobe::tls
