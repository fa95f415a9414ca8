// SPDX-License-Identifier: MIT
// Every kind of key, signature, group and cipher suite that a server may have and OpenSSL knows.
#include "memory_server.h"
#include "tls/tls_context_impl.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

struct Kind {
    std::string name;
    lab::KeySpec key;
    std::string digest = "SHA256";
    bool pss_signature = false;
};

// One handshake, as the report would have it; all of a test in one context, as in a run.
Observation seen(tls::ContextPool& pool, const ServerSetup& setup) {
    tls::TlsClient client(pool.get({}), {});
    MemoryServer server(setup);
    pump(client, server);
    Observation out;
    client.conclude({.refusal_waited = true}, out);
    return out;
}

} // namespace

TEST_CASE("kinds of keys: a certificate of any kind is shown as presented, in one context") {
    using K = lab::KeySpec::Kind;
    const std::vector<Kind> kinds{
        {"RSA 2048", {K::rsa, 2048}},
        {"RSA 1024, SHA-1", {K::rsa, 1024}, "SHA1"},
        {"RSA 4096, SHA-512", {K::rsa, 4096}, "SHA512"},
        {"Ed25519", {K::ed25519}},
        {"RSA, MD5", {K::rsa, 2048}, "MD5"},
        {"RSASSA-PSS signature", {K::rsa, 2048}, "SHA256", true},
        {"RSASSA-PSS key", {K::rsa_pss, 2048}},
        {"P-256", {K::ec, 256, "P-256"}},
        {"P-384", {K::ec, 384, "P-384"}, "SHA384"},
        {"P-521", {K::ec, 521, "P-521"}, "SHA512"},
        {"DSA", {K::dsa, 2048}},
    };
    const auto& pki = pki_of_tests();
    tls::ContextPool pool;
    for (const auto& kind : kinds) {
        CAPTURE(kind.name);
        const auto issued = pki.issuing.issue(
            {.common_name = "fe01.contoso.example",
             .dns = {"fe01.contoso.example"},
             .key = kind.key,
             .digest = kind.digest,
             .pss_signature = kind.pss_signature}
        );
        const auto it = seen(
            pool, {.max_version = TLS1_2_VERSION,
                   .chain_pem = pki.chain(issued),
                   .key_pem = issued.key_pem,
                   .ciphers = "ALL:@SECLEVEL=0"}
        );
        CHECK(it.tls.handshake_done);
        REQUIRE(!it.presented.empty());
        CHECK(it.presented.front() == issued.certificate_der);
    }
}

TEST_CASE("kinds of keys: every group and suite that a server may choose") {
    const auto& pki = pki_of_tests();
    ServerSetup setup{.chain_pem = pki.chain(pki.rsa), .key_pem = pki.rsa.key_pem};
    tls::ContextPool pool;
    for (const auto* group : {"X25519", "P-256", "P-384", "P-521", "X448", "ffdhe2048"}) {
        CAPTURE(group);
        setup.groups = group;
        CHECK(seen(pool, setup).tls.handshake_done);
    }
    setup.groups.clear();
    setup.max_version = TLS1_2_VERSION;
    for (const auto* suite :
         {"AES128-SHA", "AES256-SHA", "AES128-SHA256", "AES256-SHA256", "DHE-RSA-AES128-SHA",
          "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "AES128-CCM", "AES256-CCM8",
          "ECDHE-RSA-CHACHA20-POLY1305", "CAMELLIA128-SHA", "CAMELLIA256-SHA256",
          "ARIA128-GCM-SHA256", "ARIA256-GCM-SHA384"}) {
        CAPTURE(suite);
        setup.ciphers = std::string(suite) + ":@SECLEVEL=0";
        CHECK(seen(pool, setup).tls.handshake_done);
    }
}
