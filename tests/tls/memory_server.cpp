// SPDX-License-Identifier: MIT
#include "memory_server.h"

#include "pki/identity.h"

#include <doctest/doctest.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

namespace lyncprobe::test {

namespace {

pki::X509Ptr certificate(const std::string& pem) {
    pki::BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    pki::X509Ptr out(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    REQUIRE(out);
    return out;
}

// Of an odd number that is no prime, which a client does not look for, and short private keys.
pki::EvpPkeyPtr dh_group(unsigned bits) {
    const std::unique_ptr<BIGNUM, pki::Deleter<&BN_free>> prime(BN_new()), two(BN_new());
    const std::unique_ptr<OSSL_PARAM_BLD, pki::Deleter<&OSSL_PARAM_BLD_free>> build(
        OSSL_PARAM_BLD_new()
    );
    BN_set_bit(prime.get(), static_cast<int>(bits));
    BN_sub_word(prime.get(), 1);
    BN_set_word(two.get(), 2);
    OSSL_PARAM_BLD_push_BN(build.get(), "p", prime.get());
    OSSL_PARAM_BLD_push_BN(build.get(), "g", two.get());
    OSSL_PARAM_BLD_push_int(build.get(), "priv_len", 256);
    const std::unique_ptr<OSSL_PARAM, pki::Deleter<&OSSL_PARAM_free>> values(
        OSSL_PARAM_BLD_to_param(build.get())
    );
    const std::unique_ptr<EVP_PKEY_CTX, pki::Deleter<&EVP_PKEY_CTX_free>> maker(
        EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr)
    );
    EVP_PKEY* made = nullptr;
    REQUIRE(EVP_PKEY_fromdata_init(maker.get()) == 1);
    REQUIRE(EVP_PKEY_fromdata(maker.get(), &made, EVP_PKEY_KEY_PARAMETERS, values.get()) == 1);
    return pki::EvpPkeyPtr(made);
}

} // namespace

MemoryServer::MemoryServer(const ServerSetup& setup) : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX* context = context_.get();
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, setup.min_version);
    SSL_CTX_set_max_proto_version(context, setup.max_version);
    REQUIRE(SSL_CTX_set_cipher_list(context, setup.ciphers.c_str()) == 1);
    REQUIRE(SSL_CTX_set_dh_auto(context, setup.dh_bits == 0 ? 1 : 0) == 1);
    if (setup.dh_bits > 0)
        REQUIRE(SSL_CTX_set0_tmp_dh_pkey(context, dh_group(setup.dh_bits).release()) == 1);
    if (!setup.groups.empty())
        REQUIRE(SSL_CTX_set1_groups_list(context, setup.groups.c_str()) == 1);
    if (setup.own_order) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (!setup.tickets) SSL_CTX_set_num_tickets(context, 0);
    for (std::size_t i = 0; i < setup.chain_pem.size(); ++i) {
        auto one = certificate(setup.chain_pem[i]);
        if (i == 0)
            REQUIRE(SSL_CTX_use_certificate(context, one.get()) == 1);
        else
            REQUIRE(SSL_CTX_add0_chain_cert(context, one.release()) == 1);
    }
    pki::BioPtr bio(BIO_new_mem_buf(setup.key_pem.data(), static_cast<int>(setup.key_pem.size())));
    pki::EvpPkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    REQUIRE(SSL_CTX_use_PrivateKey(context, key.get()) == 1);
    for (const auto& pem : setup.client_ca_pem) {
        auto ca = certificate(pem);
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get());
        SSL_CTX_add_client_CA(context, ca.get());
    }
    if (!setup.client_schemes.empty())
        REQUIRE(SSL_CTX_set1_client_sigalgs_list(context, setup.client_schemes.c_str()) == 1);
    // Lync's peers show server certificates as clients; OpenSSL would ask for the client EKU.
    SSL_CTX_set_purpose(context, X509_PURPOSE_ANY);
    if (setup.ask)
        SSL_CTX_set_verify(
            context, SSL_VERIFY_PEER | (setup.require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
            nullptr
        );
    const unsigned char session_context[] = "memory server"; // demanded by late requests
    SSL_CTX_set_session_id_context(context, session_context, sizeof session_context);
    ssl_.reset(SSL_new(context));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(ssl_.get()), -1);
    SSL_set_accept_state(ssl_.get());
}

std::string MemoryServer::exchange(std::string_view from_client) {
    if (!from_client.empty())
        BIO_write(
            SSL_get_rbio(ssl_.get()), from_client.data(), static_cast<int>(from_client.size())
        );
    ERR_clear_error();
    if (!up()) SSL_do_handshake(ssl_.get());
    ERR_clear_error();
    return take();
}

void MemoryServer::send(std::string_view plaintext) {
    REQUIRE(SSL_write(ssl_.get(), plaintext.data(), static_cast<int>(plaintext.size())) > 0);
}

std::string MemoryServer::read() {
    std::string out(4096, '\0');
    const int size = SSL_read(ssl_.get(), out.data(), static_cast<int>(out.size()));
    ERR_clear_error();
    out.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return out;
}

std::string MemoryServer::say_goodbye() {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
    return take();
}

std::string MemoryServer::ask_now(bool require) {
    SSL* ssl = ssl_.get();
    SSL_set_verify(ssl, SSL_VERIFY_PEER | (require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    if (SSL_version(ssl) == TLS1_3_VERSION)
        REQUIRE(SSL_verify_client_post_handshake(ssl) == 1);
    else
        REQUIRE(SSL_renegotiate(ssl) == 1);
    SSL_do_handshake(ssl);
    ERR_clear_error();
    return take();
}

std::string MemoryServer::serve(std::string_view from_client, std::string& heard) {
    if (!from_client.empty())
        BIO_write(
            SSL_get_rbio(ssl_.get()), from_client.data(), static_cast<int>(from_client.size())
        );
    heard += read();
    return take();
}

bool MemoryServer::has_client_certificate() const {
    const pki::X509Ptr peer(SSL_get1_peer_certificate(ssl_.get()));
    return peer != nullptr;
}

std::string MemoryServer::take() {
    char* data = nullptr;
    BIO* bio = SSL_get_wbio(ssl_.get());
    const auto size = BIO_get_mem_data(bio, &data);
    std::string out(data, static_cast<std::size_t>(size));
    (void)BIO_reset(bio);
    return out;
}

std::string pump(tls::TlsClient& client, MemoryServer& server) {
    std::string all;
    client.handshake();
    for (int turn = 0; turn < 20; ++turn) {
        const auto out = client.take_output();
        const auto in = server.exchange(out);
        if (out.empty() && in.empty()) break;
        all += in;
        client.receive(in);
        client.handshake();
    }
    return all;
}

Pki::Pki()
    : root({.common_name = "Contoso Root", .ca = true, .self_signed = true}),
      issuing({.common_name = "Contoso Issuing", .ca = true}, root),
      rsa(issuing.issue({.common_name = "fe01.contoso.example", .dns = {"fe01.contoso.example"}})),
      ec(issuing.issue(
          {.common_name = "ec.contoso.example",
           .dns = {"ec.contoso.example"},
           .key = {.kind = lab::KeySpec::Kind::ec}}
      )),
      client(issuing.issue({.common_name = "edge.contoso.example", .dns = {"edge.contoso.example"}})
      ),
      stranger(lab::Authority({.common_name = "Fabrikam Root", .ca = true, .self_signed = true})
                   .issue({.common_name = "edge.fabrikam.example", .dns = {"edge.fabrikam.example"}}
                   )) {}

std::vector<std::string> Pki::chain(const lab::Issued& issued) const {
    return {issued.certificate_pem, issuing.self().certificate_pem};
}

const Pki& pki_of_tests() {
    static const Pki pki;
    return pki;
}

pki::IdentityPtr identity(const lab::Issued& issued, const std::vector<std::string>& chain_pem) {
    std::string pem;
    for (const auto& one : chain_pem)
        pem += one;
    auto out = pki::read_identity("test", pem, issued.key_pem, std::nullopt);
    REQUIRE(out.has_value());
    return *out;
}

} // namespace lyncprobe::test
