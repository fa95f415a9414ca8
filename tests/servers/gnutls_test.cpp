// SPDX-License-Identifier: MIT
// `gnutls-serv`: a TLS stack that is not OpenSSL, so that both ends of a handshake are not the same
// library's opinion.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

const std::string kTls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
const std::string kTls13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";

std::vector<std::string> knowing_root(const TemporaryFolder& folder) {
    return {"--x509cafile", folder.write("root.pem", contoso().root.self().certificate_pem)};
}

} // namespace

TEST_CASE("gnutls-serv: a server of TLS 1.2 or 1.3 that asks for nothing is judged") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    struct Expected {
        std::string priority, version;
    };
    for (const auto& row : {Expected{kTls12, "TLSv1.2"}, Expected{kTls13, "TLSv1.3"}}) {
        CAPTURE(row.priority);
        const GnutlsServer server(credentials, row.priority, {"--disable-client-cert"});
        const auto result = scan({{"plain", server.port()}});
        const auto endpoint = result.endpoint("plain");
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/tls/version") == row.version);
        CHECK(endpoint.get("/mutual_tls/requested") == "false");
        CHECK(endpoint.list("/chain").size() == 2);
        CHECK(endpoint.verdict("chain-trusted") == "pass");
        CHECK(endpoint.verdict("no-rsassa-pss") == "pass");
        CHECK(result.exit_code == 0);
    }
}

TEST_CASE("gnutls-serv: a required client certificate is seen as required, ours is taken") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    auto options = knowing_root(folder);
    options.insert(options.end(), {"--require-client-cert", "--verify-client-cert"});
    for (const auto& priority : {kTls12, kTls13}) {
        CAPTURE(priority);
        const GnutlsServer server(credentials, priority, options);
        const auto result = scan(
            {{"none", server.port()},
             {"with", server.port(), "ours"},
             {"strange", server.port(), "stranger"}}
        );
        const auto none = result.endpoint("none");
        CHECK(none.get("/outcome") == "client_certificate_required");
        CHECK(none.get("/mutual_tls/required") == "true");
        CHECK(none.list("/mutual_tls/ca_names").size() == 1);

        const auto with = result.endpoint("with");
        CHECK(with.get("/outcome") == "ok");
        CHECK(with.get("/mutual_tls/accepted") == "true");
        CHECK(with.verdict("client-ca-names") == "pass");

        const auto strange = result.endpoint("strange");
        CHECK(strange.get("/outcome") == "client_certificate_rejected");
        CHECK(strange.get("/mutual_tls/accepted") == "false");
        CHECK(strange.verdict("client-ca-names") == "warn");
    }
}

TEST_CASE("gnutls-serv: a certificate that is only asked for is not required") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const auto& priority : {kTls12, kTls13}) {
        CAPTURE(priority);
        const GnutlsServer server(credentials, priority, knowing_root(folder));
        const auto endpoint = scan_one({"none", server.port()});
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/mutual_tls/requested") == "true");
        CHECK(endpoint.get("/mutual_tls/required") == "false");
    }
}

TEST_CASE("gnutls-serv: TLS 1.0 with RSA key exchange and without the extensions of today is judged"
) {
    const TemporaryFolder folder;
    const GnutlsServer server(
        good_credentials(folder),
        "NONE:+VERS-TLS1.0:+AES-128-CBC:+SHA1:+RSA:+COMP-NULL:+SIGN-ALL:"
        "%DISABLE_SAFE_RENEGOTIATION:%NO_SESSION_HASH:%NO_TICKETS",
        {"--disable-client-cert"}
    );
    const auto endpoint = scan_one({"old", server.port()});
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/tls/version") == "TLSv1.0");
    CHECK(endpoint.get("/tls/cipher") == "TLS_RSA_WITH_AES_128_CBC_SHA");
    CHECK(endpoint.get("/tls/group") == "null");
    CHECK(endpoint.get("/tls/secure_renegotiation") == "false");
    CHECK(endpoint.get("/tls/extended_master_secret") == "false");
    CHECK(endpoint.get("/tls/session_ticket") == "false");
    CHECK(endpoint.verdict("chain-trusted") == "pass");
}

TEST_CASE("gnutls-serv: finite-field groups by name, in TLS 1.3") {
    const TemporaryFolder folder;
    const GnutlsServer server(
        good_credentials(folder), kTls13 + ":-GROUP-ALL:+GROUP-FFDHE3072", {"--disable-client-cert"}
    );
    const auto endpoint = scan_one({"ffdhe", server.port()});
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/tls/group") == "ffdhe3072");
}

TEST_CASE("gnutls-serv: a server of suites that OpenSSL no longer has ends with its alert") {
    const TemporaryFolder folder;
    const GnutlsServer server(
        good_credentials(folder), "NONE:+VERS-TLS1.0:+3DES-CBC:+SHA1:+RSA:+COMP-NULL:+SIGN-ALL",
        {"--disable-client-cert"}
    );
    const auto endpoint = scan_one({"3des", server.port()});
    CHECK(endpoint.get("/outcome") == "tls_alert");
    CHECK(endpoint.get("/stage") == "handshake");
    CHECK(endpoint.get("/detail").starts_with(
        "fatal alert handshake_failure(40) in answer to our ClientHello; its chain was read by a "
        "hello of our own in TLSv1.0 with TLS_RSA_WITH_3DES_EDE_CBC_SHA"
    ));
}

TEST_CASE("gnutls-serv: a server that refuses our server name says so in the result") {
    const TemporaryFolder folder;
    const GnutlsServer server(
        good_credentials(folder), "NORMAL",
        {"--disable-client-cert", "--sni-hostname", "meet.contoso.example", "--sni-hostname-fatal"}
    );
    const auto result = scan({{"unknown name", server.port()}});
    const auto endpoint = result.endpoint("unknown name");
    CHECK(endpoint.get("/outcome") == "tls_alert");
    CHECK(endpoint.get("/stage") == "handshake");
    CHECK(endpoint.get("/tls/alert/name") == "unrecognized_name");
    CHECK(endpoint.get("/detail").find("does not know the name") != std::string::npos);
    CHECK(endpoint.get("/judged") == "false");
    CHECK(endpoint.get("/chain") == "[]");
    CHECK(endpoint.verdict("endpoint-reachable") == "fail");
    CHECK(result.exit_code == 1);
}
