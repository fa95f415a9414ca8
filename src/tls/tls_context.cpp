// SPDX-License-Identifier: MIT
#include "tls/tls_context.h"

#include "model/limits.h"
#include "tls/schannel_hello.h"
#include "tls/tls_context_impl.h"

#include <stdexcept>

namespace lyncprobe::tls {

namespace {

// Everything this OpenSSL can do with a certificate in it, at security level 0: a server with
// SHA-1, RSA 1024 or TLS 1.0 must be seen, not refused.
constexpr char kCiphers[] = "ALL:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0";

// X25519 and P-256 first: P-384 first costs four times the processor time of a handshake.
constexpr char kGroups[] = "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072:ffdhe4096";

// PKCS#1 next to PSS for every hash, SHA-1 too: Schannel holds our list against the chain it would
// send.
constexpr char kSignatureAlgorithms[] =
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ed25519:ed448:rsa_pss_"
    "rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_"
    "pss_pss_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA224:RSA+SHA224:ECDSA+SHA1:RSA+SHA1:"
    "DSA+SHA1:DSA+SHA224:DSA+SHA256";

// libssl would build and verify the chain even under SSL_VERIFY_NONE; judging is not the
// handshake's business.
int accept_any_chain(X509_STORE_CTX*, void*) { return 1; }

void check(bool good, std::string_view doing) {
    if (!good) throw std::runtime_error(pki::drain_errors(doing).what);
}

// The key is given last: SSL_CTX_use_PrivateKey checks it against the certificate.
void use_identity(SSL_CTX* ssl, const pki::Identity& identity) {
    auto* key = static_cast<EVP_PKEY*>(identity.key());
    for (std::size_t i = 0; i < identity.chain().size(); ++i) {
        const auto& der = identity.chain()[i];
        const auto* bytes = pki::octets(der);
        pki::X509Ptr certificate(d2i_X509(nullptr, &bytes, static_cast<long>(der.size())));
        check(certificate != nullptr, "reading our own certificate");
        const bool used = i == 0 ? SSL_CTX_use_certificate(ssl, certificate.get()) == 1
                                 : SSL_CTX_add1_chain_cert(ssl, certificate.get()) == 1;
        check(used, "using our own certificate");
    }
    check(SSL_CTX_use_PrivateKey(ssl, key) == 1, "using our own key");
}

SslCtxPtr make_ssl_context() {
    ERR_clear_error();
    SslCtxPtr ssl(SSL_CTX_new(TLS_client_method()));
    check(ssl != nullptr, "making a TLS context");
    // What is weak must be seen; judging it is the rules' business.
    SSL_CTX_set_security_level(ssl.get(), 0);
    SSL_CTX_set_min_proto_version(ssl.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(ssl.get(), TLS1_3_VERSION);
    SSL_CTX_set_options(ssl.get(), SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_RENEGOTIATION);
#ifdef SSL_OP_NO_TX_CERTIFICATE_COMPRESSION
    // OpenSSL 3.2 and later compresses certificates (RFC 8879) where both sides offer it, which no
    // Lync server does, and the transcript reads plain Certificate messages.
    SSL_CTX_set_options(
        ssl.get(), SSL_OP_NO_TX_CERTIFICATE_COMPRESSION | SSL_OP_NO_RX_CERTIFICATE_COMPRESSION
    );
#endif
    // Hundreds of connections wait at a time; their empty buffers would be 34 KiB each.
    SSL_CTX_set_mode(ssl.get(), SSL_MODE_RELEASE_BUFFERS);
    // A resumed session would show no certificate.
    SSL_CTX_set_session_cache_mode(ssl.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(ssl.get(), SSL_VERIFY_NONE, nullptr);
    SSL_CTX_set_cert_verify_callback(ssl.get(), accept_any_chain, nullptr);
    SSL_CTX_set_max_cert_list(ssl.get(), static_cast<long>(limits::kCertificateList));
    SSL_CTX_set_tlsext_status_type(ssl.get(), TLSEXT_STATUSTYPE_ocsp);
    check(SSL_CTX_set_cipher_list(ssl.get(), kCiphers) == 1, "choosing cipher suites");
    check(SSL_CTX_set1_groups_list(ssl.get(), kGroups) == 1, "choosing groups");
    check(
        SSL_CTX_set1_sigalgs_list(ssl.get(), kSignatureAlgorithms) == 1,
        "choosing signature algorithms"
    );
    return ssl;
}

} // namespace

ContextPool::ContextPool() : ca_names_(std::make_unique<CaNames>()) {}

ContextPool::~ContextPool() = default;

void ContextPool::add_identity(pki::IdentityPtr identity) {
    const std::string id = identity->id();
    identities_[id] = std::move(identity);
}

ContextPool::Context& ContextPool::get(const HandshakeOptions& options) {
    auto& slot = contexts_[{options.identity, options.as_os}];
    if (slot) return *slot;
    auto context = std::make_unique<Context>();
    context->ssl = make_ssl_context();
    if (options.as_os != OperatingSystem::unknown)
        context->not_offered = offer_as(context->ssl.get(), options.as_os);
    context->ca_names = &ca_names_->lists;
    if (!options.identity.empty()) {
        const auto known = identities_.find(options.identity);
        if (known == identities_.end())
            throw std::logic_error("identity '" + options.identity + "' was not added");
        context->identity = known->second;
        use_identity(context->ssl.get(), *known->second);
    }
    slot = std::move(context);
    return *slot;
}

} // namespace lyncprobe::tls
