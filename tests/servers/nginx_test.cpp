// SPDX-License-Identifier: MIT
// nginx as reverse proxies in front of Lync web services use it: versions, client certificates,
// SNI, and the two ways in which its certificate file is usually wrong.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

// Asks for client certificates and names Contoso's root as their issuer.
std::string asking(const TemporaryFolder& folder, const std::string& how) {
    const auto file = folder.write("root.pem", contoso().root.self().certificate_pem);
    return "ssl_verify_depth 3; ssl_client_certificate " + file + "; ssl_verify_client " + how +
           ";";
}

} // namespace

TEST_CASE("nginx: a server that asks for no client certificate is judged compliant") {
    const TemporaryFolder folder;
    const auto port = free_port();
    const Nginx nginx({{port, kHost, good_credentials(folder)}});
    const auto result = scan({{"plain", port}});
    const auto endpoint = result.endpoint("plain");
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/stage") == "done");
    CHECK(endpoint.get("/judged") == "true");
    CHECK(endpoint.get("/target/sni") == kHost);
    CHECK(endpoint.get("/tls/alert") == "null");
    CHECK(endpoint.get("/mutual_tls/requested") == "false");
    CHECK(endpoint.get("/mutual_tls/required") == "null");
    CHECK(endpoint.get("/mutual_tls/ca_names") == "[]");
    CHECK(endpoint.get("/chain_facts/ordered") == "true");
    CHECK(endpoint.get("/chain_facts/complete") == "true");
    CHECK(endpoint.get("/chain_facts/trust") == "trusted");
    for (const auto* rule :
         {"server-eku", "crl-distribution-point", "signature-algorithm", "no-rsassa-pss",
          "key-length", "key-length-recommended", "key-algorithm", "validity", "host-name",
          "chain-order", "chain-complete", "chain-trusted"})
        CHECK_MESSAGE(endpoint.verdict(rule) == "pass", rule);
    CHECK(result.exit_code == 0);
}

TEST_CASE("nginx: a server of one TLS version is seen with that version") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto old_port = free_port(), new_port = free_port();
    const Nginx nginx({
        {old_port, kHost, credentials, "ssl_protocols TLSv1.2;"},
        {new_port, kHost, credentials, "ssl_protocols TLSv1.3;"},
    });
    const auto result = scan({{"1.2", old_port}, {"1.3", new_port}});

    const auto old_one = result.endpoint("1.2");
    CHECK(old_one.get("/outcome") == "ok");
    CHECK(old_one.get("/tls/version") == "TLSv1.2");
    CHECK(old_one.get("/tls/cipher") == "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
    CHECK(old_one.get("/tls/group") == "x25519");
    CHECK(old_one.get("/tls/secure_renegotiation") == "true");
    CHECK(old_one.get("/tls/extended_master_secret") == "true");

    const auto new_one = result.endpoint("1.3");
    CHECK(new_one.get("/outcome") == "ok");
    CHECK(new_one.get("/tls/version") == "TLSv1.3");
    CHECK(new_one.get("/tls/cipher") == "TLS_AES_256_GCM_SHA384");
    CHECK(new_one.get("/tls/group") == "x25519");
    CHECK(new_one.get("/tls/secure_renegotiation") == "null"); // means nothing in TLS 1.3
    CHECK(new_one.list("/chain").size() == 2);
}

TEST_CASE("nginx: client certificates are seen as asked for, with the names of the issuers") {
    // Also with `ssl_verify_client on` nginx finishes the handshake whatever the client sends, and
    // says no with HTTP 400 later: on the level of TLS nothing is required and nothing is refused.
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const std::string how : {"optional", "on"}) {
        for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
            CAPTURE(how);
            CAPTURE(version);
            const auto port = free_port();
            const Nginx nginx(
                {{port, kHost, credentials, asking(folder, how) + "ssl_protocols " + version + ";"}}
            );
            const auto result =
                scan({{"none", port}, {"with", port, "ours"}, {"strange", port, "stranger"}});

            const auto none = result.endpoint("none");
            CHECK(none.get("/outcome") == "ok");
            CHECK(none.get("/tls/version") == version);
            CHECK(none.get("/mutual_tls/requested") == "true");
            CHECK(none.get("/mutual_tls/required") == "false");
            CHECK(none.get("/mutual_tls/presented") == "null");
            CHECK(none.get("/mutual_tls/accepted") == "null");
            const std::vector<std::string> names{none.list("/mutual_tls/ca_names")};
            REQUIRE(names.size() == 1);
            CHECK(names.front().find("Contoso Root CA") != std::string::npos);
            CHECK(names.front() == none.certificate(1, "/issuer"));
            CHECK(none.verdict("client-ca-names") == "not_applicable");

            const auto with = result.endpoint("with");
            CHECK(with.get("/outcome") == "ok");
            CHECK(with.get("/mutual_tls/presented").size() == 64);
            CHECK(with.get("/mutual_tls/accepted") == "true");
            CHECK(with.get("/mutual_tls/required") == "null");
            CHECK(with.get("/mutual_tls/issuer_in_ca_names") == "true");
            CHECK(with.verdict("client-ca-names") == "pass");

            const auto strange = result.endpoint("strange");
            CHECK(strange.get("/outcome") == "ok");
            CHECK(strange.get("/mutual_tls/presented") != with.get("/mutual_tls/presented"));
            CHECK(strange.get("/mutual_tls/accepted") == "true");
            CHECK(strange.get("/mutual_tls/issuer_in_ca_names") == "false");
            CHECK(strange.verdict("client-ca-names") == "warn");
        }
    }
}

TEST_CASE("nginx: a list of issuers beyond 16 KB is read whole, with its size on the wire") {
    constexpr std::size_t kNames = 400;
    const TemporaryFolder folder;
    std::string list;
    for (std::size_t i = 0; i < kNames; ++i) {
        auto spec = authority_spec("Contoso Partner CA " + std::to_string(100 + i));
        spec.key.kind = lab::KeySpec::Kind::ec;
        spec.key_name = "one key for all";
        list += lab::Authority(spec).self().certificate_pem;
    }
    const auto asks = "ssl_verify_client optional; ssl_client_certificate " +
                      folder.write("partners.pem", list) + "; ssl_protocols ";
    const auto credentials = good_credentials(folder);
    const auto old_port = free_port(), new_port = free_port();
    const Nginx nginx({
        {old_port, kHost, credentials, asks + "TLSv1.2;"},
        {new_port, kHost, credentials, asks + "TLSv1.3;"},
    });
    const auto result = scan({{"1.2", old_port}, {"1.3", new_port}});
    for (const auto* name : {"1.2", "1.3"}) {
        CAPTURE(std::string(name));
        const auto endpoint = result.endpoint(name);
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.list("/mutual_tls/ca_names").size() == kNames);
        // Each name is SEQUENCE { SET { O=Contoso }, SET { CN=… of 22 letters } } with every length
        // in one byte: 2 + (2 + 2 + 5 + 2 + 7) + (2 + 2 + 5 + 2 + 22) bytes, behind a length of
        // two (RFC 5246 7.4.4, RFC 8446 4.2.4).
        CHECK(endpoint.get("/mutual_tls/ca_names_bytes") == std::to_string(kNames * (53 + 2)));
        CHECK_FALSE(endpoint.list("/mutual_tls/signature_algorithms").empty());
    }
    const auto types = result.endpoint("1.2").list("/mutual_tls/certificate_types");
    CHECK(std::find(types.begin(), types.end(), "rsa_sign") != types.end());
    CHECK(result.endpoint("1.3").list("/mutual_tls/certificate_types").empty()); // gone in TLS 1.3
}

TEST_CASE("nginx: with mutual: both, the identity is tried and left out") {
    const TemporaryFolder folder;
    const auto port = free_port();
    const Nginx nginx({{port, kHost, good_credentials(folder), asking(folder, "optional")}});
    Question question{"matrix", port, "ours"};
    question.mutual = "both";
    const auto endpoint = scan_one(question);
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/mutual_tls/accepted") == "true");
    CHECK(endpoint.get("/variants/0/offer") == "without-client-certificate");
    CHECK(endpoint.get("/variants/0/outcome") == "ok");
    CHECK(endpoint.get("/variants/0/mutual_tls/presented") == "null");
    CHECK(endpoint.get("/variants/0/mutual_tls/required") == "false");
    CHECK(endpoint.get("/attempts") == "2");
}

TEST_CASE("nginx: two names on one port present a certificate each, and both are seen") {
    const TemporaryFolder folder;
    const std::string other = "meet.contoso.example";
    const auto other_credentials = write_credentials(
        folder, "meet", contoso().issuing.issue(server_spec(other)),
        {contoso().issuing.self().certificate_pem}
    );
    const auto port = free_port();
    const Nginx nginx({{port, kHost, good_credentials(folder)}, {port, other, other_credentials}});
    const auto result = scan(
        {{.name = "sip", .port = port},
         {.name = "meet", .port = port, .host = other},
         {.name = "unknown", .port = port, .host = "dialin.contoso.example"}}
    );
    const auto sip = result.endpoint("sip"), meet = result.endpoint("meet");
    CHECK(sip.certificate(0, "/san/dns/0") == kHost);
    CHECK(meet.certificate(0, "/san/dns/0") == other);
    CHECK(sip.list("/chain")[0] != meet.list("/chain")[0]);
    CHECK(sip.list("/chain")[1] == meet.list("/chain")[1]);
    CHECK(sip.verdict("host-name") == "pass");
    CHECK(meet.verdict("host-name") == "pass");

    // A name nginx does not know gets the first server's certificate, which does not cover it.
    const auto unknown = result.endpoint("unknown");
    CHECK(unknown.list("/chain") == sip.list("/chain"));
    CHECK(unknown.verdict("host-name") == "fail");
    CHECK(result.exit_code == 1);
}

TEST_CASE("nginx: a missing intermediate certificate fails, and its issuer is named") {
    const TemporaryFolder folder;
    const auto port = free_port();
    const Nginx nginx({{port, kHost, write_credentials(folder, "alone", contoso().server, {})}});
    const auto result = scan({{"alone", port}});
    const auto endpoint = result.endpoint("alone");
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.list("/chain").size() == 1);
    CHECK(endpoint.get("/chain_facts/complete") == "false");
    CHECK(endpoint.get("/chain_facts/missing_issuer") == endpoint.certificate(0, "/issuer"));
    CHECK(endpoint.verdict("chain-complete") == "fail");
    CHECK(endpoint.message("chain-complete").find("Contoso Issuing CA") != std::string::npos);
    CHECK(endpoint.verdict("chain-trusted") == "fail");
    CHECK(endpoint.verdict("chain-order") == "pass");
    CHECK(result.exit_code == 1);
}

TEST_CASE("nginx: a chain in the wrong order is a warning, and it is complete all the same") {
    const TemporaryFolder folder;
    const auto credentials = write_credentials(
        folder, "shuffled", contoso().server,
        {contoso().root.self().certificate_pem, contoso().issuing.self().certificate_pem}
    );
    const auto port = free_port();
    const Nginx nginx({{port, kHost, credentials}});
    const auto result = scan({{"shuffled", port}});
    const auto endpoint = result.endpoint("shuffled");
    CHECK(endpoint.list("/chain").size() == 3);
    CHECK(endpoint.get("/chain_facts/ordered") == "false");
    CHECK(endpoint.get("/chain_facts/complete") == "true");
    CHECK(endpoint.get("/chain_facts/root_included") == "true");
    CHECK(endpoint.verdict("chain-order") == "warn");
    CHECK(endpoint.verdict("chain-complete") == "pass");
    CHECK(endpoint.verdict("chain-trusted") == "pass");
    CHECK(result.exit_code == 0);
}
