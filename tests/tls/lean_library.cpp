// SPDX-License-Identifier: MIT
// The lean library context: whatever a server shows, it is seen as OpenSSL's own context sees it.
#include "tls/lean_library.h"

#include "memory_server.h"
#include "tls/tls_context_impl.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using Library = tls::ContextPool::Library;

namespace {

struct Kind {
    std::string name;
    lab::KeySpec key;
    std::string digest = "SHA256";
    bool pss_signature = false;
};

// One handshake, with our certificate where `ours` is given, as the report would have it.
Observation seen(
    Library library, const ServerSetup& setup, const pki::IdentityPtr& ours = nullptr
) {
    tls::ContextPool pool(library);
    CHECK(pool.is_lean() == (library == Library::lean));
    HandshakeOptions options{.server_name = "fe01.contoso.example"};
    if (ours) {
        pool.add_identity(ours);
        options.identity = ours->id();
    }
    tls::TlsClient client(pool.get(options), options);
    MemoryServer server(setup);
    pump(client, server);
    Observation out;
    tls::conclude(client, tls::PeerEnd::open, false, true, out);
    return out;
}

void check_same(const ServerSetup& setup, const pki::IdentityPtr& ours = nullptr) {
    const auto lean = seen(Library::lean, setup, ours);
    const auto standard = seen(Library::standard, setup, ours);
    CHECK(lean.outcome == standard.outcome);
    CHECK(lean.stage == standard.stage);
    CHECK(lean.detail == standard.detail);
    CHECK(lean.presented == standard.presented);
    CHECK(lean.tls.handshake_done == standard.tls.handshake_done);
    CHECK(lean.tls.version == standard.tls.version);
    CHECK(lean.tls.cipher == standard.tls.cipher);
    CHECK(lean.tls.group == standard.tls.group);
    CHECK(lean.tls.signature_scheme == standard.tls.signature_scheme);
    CHECK(lean.client_certificate.presented == standard.client_certificate.presented);
    CHECK(lean.client_certificate.accepted == standard.client_certificate.accepted);
    CHECK(lean.client_certificate.required == standard.client_certificate.required);
}

// The names of the cipher suites that a ClientHello offers, in order.
std::vector<std::string> offered(Library library) {
    tls::ContextPool pool(library);
    const tls::SslPtr ssl(SSL_new(pool.get({}).ssl.get()));
    std::vector<std::string> names;
    auto* suites = SSL_get1_supported_ciphers(ssl.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i)
        names.emplace_back(SSL_CIPHER_standard_name(sk_SSL_CIPHER_value(suites, i)));
    sk_SSL_CIPHER_free(suites);
    return names;
}

} // namespace

TEST_CASE("lean library: offers the cipher suites that OpenSSL's own context offers") {
    const auto suites = offered(Library::standard);
    CHECK(suites.size() > 60);
    CHECK(offered(Library::lean) == suites);
}

TEST_CASE("lean library: is used on OpenSSL 3.0 and 3.1, once at a time, and says why not") {
    const tls::LeanLibrary first;
    CHECK(first.get() != nullptr);
    CHECK(first.why_not() == "");
    const tls::LeanLibrary second;
    CHECK(second.get() == nullptr);
    CHECK(second.why_not() == "it is in use already");
}

TEST_CASE("lean library: every kind of certificate and key gives the same facts in both contexts") {
    using K = lab::KeySpec::Kind;
    const std::vector<Kind> kinds{
        {"RSA 2048", {K::rsa, 2048}},
        {"RSA 1024, SHA-1", {K::rsa, 1024}, "SHA1"},
        {"RSA 4096, SHA-512", {K::rsa, 4096}, "SHA512"},
        {"RSA, MD5", {K::rsa, 2048}, "MD5"},
        {"RSA, SHA-224", {K::rsa, 2048}, "SHA224"},
        {"RSASSA-PSS signature", {K::rsa, 2048}, "SHA256", true},
        {"RSASSA-PSS key", {K::rsa_pss, 2048}},
        {"P-256", {K::ec, 256, "P-256"}},
        {"P-384", {K::ec, 384, "P-384"}, "SHA384"},
        {"P-521", {K::ec, 521, "P-521"}, "SHA512"},
        {"P-256, explicit parameters", {K::ec, 256, "P-256", true}},
        {"secp256k1", {K::ec, 256, "secp256k1"}},
        {"DSA", {K::dsa, 2048}},
        {"Ed25519", {K::ed25519}},
    };
    const auto& pki = pki_of_tests();
    for (const auto& kind : kinds) {
        const auto issued = pki.issuing.issue(
            {.common_name = "fe01.contoso.example",
             .dns = {"fe01.contoso.example"},
             .key = kind.key,
             .digest = kind.digest,
             .pss_signature = kind.pss_signature}
        );
        for (const int version : {TLS1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
            CAPTURE(kind.name);
            CAPTURE(version);
            check_same(
                {.min_version = version,
                 .max_version = version,
                 .chain_pem = pki.chain(issued),
                 .key_pem = issued.key_pem}
            );
        }
    }
}

TEST_CASE("lean library: a rare kind of key between common ones, in one context") {
    const auto& pki = pki_of_tests();
    tls::ContextPool pool(Library::lean);
    using K = lab::KeySpec::Kind;
    for (const auto& key : std::vector<lab::KeySpec>{
             {K::rsa, 2048}, {K::ed25519}, {K::ec, 256, "P-256"}, {K::dsa, 2048}, {K::rsa, 2048}}) {
        CAPTURE(static_cast<int>(key.kind));
        const auto issued = pki.issuing.issue(
            {.common_name = "fe01.contoso.example", .dns = {"fe01.contoso.example"}, .key = key}
        );
        tls::TlsClient client(pool.get({}), {});
        MemoryServer server(
            {.max_version = TLS1_2_VERSION,
             .chain_pem = pki.chain(issued),
             .key_pem = issued.key_pem,
             .ciphers = "ALL:@SECLEVEL=0"}
        );
        pump(client, server);
        CHECK(client.state() == tls::TlsClient::State::up);
    }
}

TEST_CASE("lean library: key exchanges and our own certificate, too") {
    const auto& pki = pki_of_tests();
    ServerSetup setup{.chain_pem = pki.chain(pki.rsa), .key_pem = pki.rsa.key_pem};
    for (const auto* groups : {"X25519", "P-256", "P-384", "P-521", "X448", "ffdhe2048"}) {
        CAPTURE(groups);
        setup.groups = groups;
        check_same(setup);
    }
    setup.groups.clear();
    setup.max_version = TLS1_2_VERSION;
    for (const auto* ciphers :
         {"AES128-SHA", "AES256-SHA", "AES128-SHA256", "AES256-SHA256", "DHE-RSA-AES128-SHA",
          "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "AES128-CCM", "AES256-CCM8",
          "ECDHE-RSA-CHACHA20-POLY1305", "CAMELLIA128-SHA", "CAMELLIA256-SHA256",
          "ARIA128-GCM-SHA256", "ARIA256-GCM-SHA384"}) {
        CAPTURE(ciphers);
        setup.ciphers = std::string(ciphers) + ":@SECLEVEL=0";
        check_same(setup);
    }
    setup.ciphers = "ALL:@SECLEVEL=0";
    setup.ask = setup.require = true;
    setup.client_ca_pem = {pki.root.self().certificate_pem};
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        setup.min_version = setup.max_version = version;
        check_same(setup, identity(pki.client, pki.chain(pki.client)));
        check_same(setup, identity(pki.stranger, {pki.stranger.certificate_pem}));
        check_same(setup);
    }
}
