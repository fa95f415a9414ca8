// SPDX-License-Identifier: MIT
// ServerSpec → SSL_CTX.
#include "lab/server_context.h"

#include <string_view>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace lyncprobe::lab {

namespace {

// Names the listener in sessions; libssl demands one where client certificates are asked for.
constexpr std::string_view kSessionContext = "lyncprobe-lab";

void set_certificate(SSL_CTX* ctx, const ServerSpec& spec) {
    if (spec.faults.answer_hello) return; // shows its chain without a handshake
    must(SSL_CTX_use_certificate(ctx, certificate_from_pem(spec.chain_pem.front()).get()));
    for (std::size_t i = 1; i < spec.chain_pem.size(); ++i)
        must(SSL_CTX_add1_chain_cert(ctx, certificate_from_pem(spec.chain_pem[i]).get()));
    const BioPtr memory = pki::memory_bio(spec.key_pem);
    const EvpPkeyPtr key(must(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr)));
    must(SSL_CTX_use_PrivateKey(ctx, key.get()));
}

// As servers do that have a certificate for their own names and none for other callers.
int only_by_name(SSL* ssl, int* alert, void*) {
    const char* asked = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    X509* own = SSL_CTX_get0_certificate(SSL_get_SSL_CTX(ssl));
    if (asked != nullptr && X509_check_host(own, asked, 0, 0, nullptr) == 1)
        return SSL_TLSEXT_ERR_OK;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int accept_any(X509_STORE_CTX*, void*) { return 1; }

void set_client_certificates(SSL_CTX* ctx, const ServerSpec& spec) {
    const bool only_to_reset = spec.faults.reset_after_client_finished; // any answer gets so far
    const bool asked = spec.client_certificates != ClientCertificates::not_asked || only_to_reset;
    if (!asked && !spec.late_client_certificate) return;
    const bool required =
        spec.client_certificates == ClientCertificates::required && !only_to_reset;
    if (asked)
        SSL_CTX_set_verify(
            ctx, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr
        );
    if (spec.late_client_certificate) // a resumed second handshake would not ask again
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
    must(SSL_CTX_set_session_id_context(
        ctx, pki::octets(kSessionContext), static_cast<unsigned>(kSessionContext.size())
    ));
    X509_STORE* store = SSL_CTX_get_cert_store(ctx);
    for (const auto& pem : spec.client_ca_pem) {
        const X509Ptr ca = certificate_from_pem(pem);
        must(X509_STORE_add_cert(store, ca.get()));
        if (spec.send_ca_names) must(SSL_CTX_add_client_CA(ctx, ca.get()));
    }
    // Lync servers show each other server certificates: the server usage is what counts on both
    // sides.
    must(SSL_CTX_set_purpose(
        ctx, spec.wants_client_purpose ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER
    ));
    if (spec.client_ca_pem.empty() || only_to_reset)
        SSL_CTX_set_cert_verify_callback(ctx, &accept_any, nullptr);
}

} // namespace

SslContextPtr make_server_context(const ServerSpec& spec) {
    if (spec.chain_pem.empty()) return nullptr;
    SslContextPtr context(must(SSL_CTX_new(TLS_server_method())));
    SSL_CTX* ctx = context.get();
    SSL_CTX_set_security_level(ctx, 0);
    must(SSL_CTX_set_cipher_list(ctx, (spec.ciphers + ":@SECLEVEL=0").c_str()));
    const bool cut_tls12 =
        spec.faults.close_after_certificate; // in TLS 1.3 the message is encrypted
    must(SSL_CTX_set_min_proto_version(ctx, spec.min_version));
    must(SSL_CTX_set_max_proto_version(ctx, cut_tls12 ? TLS1_2_VERSION : spec.max_version));
    must(SSL_CTX_set_dh_auto(ctx, 1));
    // The chain is sent as given, however wrong; libssl must not complete it.
    SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (spec.faults.padded_records) must(SSL_CTX_set_block_padding(ctx, SSL3_RT_MAX_PLAIN_LENGTH));
    if (spec.faults.demands_its_name) // OpenSSL's macro for this has a cast of C's
        SSL_CTX_callback_ctrl(
            ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, reinterpret_cast<void (*)()>(&only_by_name)
        );
    set_certificate(ctx, spec);
    set_client_certificates(ctx, spec);
    return context;
}

} // namespace lyncprobe::lab
