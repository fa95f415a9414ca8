// SPDX-License-Identifier: MIT
// Raw hellos, versions, server names and the inventory against servers that other people wrote,
// also such as this machine's libssl cannot talk to.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

using Offers = std::vector<std::string>;
const Offers kVersions{"ssl3", "tls1.0", "tls1.1", "tls1.2", "tls1.3", "ssl2"};

} // namespace

TEST_CASE("raw hello: a server that has only 3DES or RC4 is judged, though it refuses libssl") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto root = folder.write("root.pem", contoso().root.self().certificate_pem);
    struct Case {
        std::string cipher, version, suite, tls;
    };
    for (const auto& one :
         {Case{"3DES-CBC", "TLS1.2", "3DES_EDE_CBC_SHA", "TLSv1.2"},
          Case{"ARCFOUR-128", "TLS1.0", "RC4_128", "TLSv1.0"},
          Case{"ARCFOUR-128", "TLS1.1", "RC4_128", "TLSv1.1"}}) {
        CAPTURE(one.cipher);
        CAPTURE(one.version);
        const GnutlsServer server(
            credentials, "NORMAL:-CIPHER-ALL:+" + one.cipher + ":-VERS-ALL:+VERS-" + one.version,
            {"--x509cafile", root, "--require-client-cert"}
        );
        const auto result = scan({{"old", server.port(), "ours"}});
        const auto endpoint = result.endpoint("old");
        CHECK(endpoint.get("/outcome") == "tls_alert");
        CHECK(endpoint.get("/stage") == "handshake");
        CHECK(endpoint.get("/judged") == "true");
        CHECK(endpoint.get("/attempts") == "2");
        CHECK(has(endpoint.get("/detail"), "OpenSSL cannot shake hands"));
        CHECK(endpoint.list("/chain").size() == 2);
        CHECK(endpoint.verdict("chain-trusted") == "pass");
        CHECK(endpoint.verdict("tls12-available") == (one.tls == "TLSv1.2" ? "pass" : "warn"));
        CHECK(endpoint.offers() == Offers{"raw-hello"});
        CHECK(endpoint.variant("raw-hello", "/outcome") == "ok");
        CHECK(endpoint.variant("raw-hello", "/tls/obtained") == "raw-hello");
        CHECK(endpoint.variant("raw-hello", "/tls/version") == one.tls);
        CHECK(has(endpoint.variant("raw-hello", "/tls/cipher"), one.suite));
        CHECK(endpoint.variant("raw-hello", "/tls/handshake_done") == "false");
        CHECK(endpoint.variant("raw-hello", "/mutual_tls/requested") == "true");
        CHECK(endpoint.variant("raw-hello", "/mutual_tls/required") == "null");
        CHECK(result.exit_code == 0);
    }
}

TEST_CASE("--versions: each version of openssl s_server is told, and what does not answer too") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const OpensslServer all(credentials, {"-min_protocol", "TLSv1", "-cipher", "ALL:@SECLEVEL=0"});
    const OpensslServer modern(credentials, {"-tls1_3"});
    const OpensslServer old(credentials, {"-tls1", "-cipher", "ALL:@SECLEVEL=0"});
    const auto result =
        scan({{"all", all.port()}, {"modern", modern.port()}, {"old", old.port()}}, {"--versions"});
    const auto every = result.endpoint("all");
    CHECK(every.get("/outcome") == "ok");
    CHECK(every.get("/tls/version") == "TLSv1.3");
    CHECK(every.get("/attempts") == "7");
    CHECK(every.offers() == kVersions);
    CHECK(every.variant("tls1.0", "/tls/version") == "TLSv1.0");
    CHECK(every.variant("tls1.1", "/tls/version") == "TLSv1.1");
    CHECK(every.variant("tls1.2", "/tls/version") == "TLSv1.2");
    CHECK(every.variant("tls1.3", "/tls/version") == "TLSv1.3");
    CHECK(every.variant("tls1.3", "/chain") == "[]");
    CHECK(every.variant("tls1.0", "/chain") == every.get("/chain"));
    CHECK(every.variant("ssl3", "/outcome") == "tls_alert");
    CHECK(every.variant("ssl2", "/outcome") != "ok");
    CHECK(every.verdict("tls12-available") == "pass");
    CHECK(every.verdict("legacy-protocols") == "warn");

    const auto thirteen = result.endpoint("modern");
    for (const auto* offer : {"ssl3", "tls1.0", "tls1.1", "tls1.2"})
        CHECK(thirteen.variant(offer, "/outcome") == "tls_alert");
    CHECK(thirteen.variant("tls1.3", "/outcome") == "ok");
    CHECK(thirteen.verdict("legacy-protocols") == "pass");

    const auto ten = result.endpoint("old");
    CHECK(ten.get("/tls/version") == "TLSv1.0");
    CHECK(ten.variant("tls1.2", "/tls/version") != "TLSv1.2");
    CHECK(ten.verdict("tls12-available") == "warn");
}

TEST_CASE("--sni-matrix: nginx with two sites shows another certificate to other names") {
    const TemporaryFolder folder;
    const auto own = good_credentials(folder);
    const auto other = write_credentials(
        folder, "other", contoso().issuing.issue(server_spec("other.contoso.example")),
        {contoso().issuing.self().certificate_pem}
    );
    for (const std::string protocols : {"TLSv1.2", "TLSv1.3"}) {
        CAPTURE(protocols);
        const auto directive = "ssl_protocols " + protocols + ";";
        const auto two = free_port(), one = free_port();
        const Nginx nginx(
            {{two, "other.contoso.example", other, directive},
             {two, kHost, own, directive},
             {one, kHost, own, directive}}
        );
        const auto result = scan({{"two", two}, {"one", one}}, {"--sni-matrix"});
        const auto sites = result.endpoint("two");
        CHECK(sites.get("/outcome") == "ok");
        CHECK(sites.offers() == Offers{"without-server-name", "foreign-server-name"});
        CHECK(sites.verdict("host-name") == "pass");
        CHECK(sites.verdict("sni-certificate") == "warn");
        CHECK(sites.variant("without-server-name", "/chain") != sites.get("/chain"));
        CHECK(
            sites.variant("without-server-name", "/tls/obtained") ==
            (protocols == "TLSv1.2" ? "raw-hello" : "handshake")
        );
        const auto single = result.endpoint("one");
        CHECK(single.verdict("sni-certificate") == "pass");
        CHECK(single.variant("foreign-server-name", "/chain") == single.get("/chain"));
    }
}

TEST_CASE("--sni-matrix: a server that ends every handshake without its own name warns") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    // OpenSSL's name callback refuses a foreign name; nginx refuses a missing one, too.
    for (const std::string protocols : {"TLSv1.2", "TLSv1.3"}) {
        CAPTURE(protocols);
        const auto port = free_port();
        const auto versions = "ssl_protocols " + protocols + ";";
        const Nginx nginx(
            {{port, "\"\"", credentials, versions + "ssl_reject_handshake on;"},
             {port, kHost, credentials, versions}}
        );
        const auto endpoint = scan_one({"picky", port}, {"--sni-matrix"});
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.variant("without-server-name", "/outcome") == "tls_alert");
        CHECK(endpoint.variant("foreign-server-name", "/outcome") == "tls_alert");
        CHECK(endpoint.verdict("sni-certificate") == "warn");
        CHECK(
            endpoint.message("sni-certificate").find("send no name and cannot connect") !=
            std::string::npos
        );
    }
}

TEST_CASE("--sni-matrix: a server that refuses foreign names only harms nobody who sends none") {
    const TemporaryFolder folder;
    const GnutlsServer server(
        good_credentials(folder), "NORMAL:-VERS-ALL:+VERS-TLS1.2",
        {"--disable-client-cert", "--sni-hostname", kHost, "--sni-hostname-fatal"}
    );
    const auto endpoint = scan_one({"strict", server.port()}, {"--sni-matrix"});
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.variant("foreign-server-name", "/outcome") == "tls_alert");
    CHECK(endpoint.verdict("sni-certificate") == "warn");
    CHECK(
        endpoint.message("sni-certificate") ==
        "with a foreign server name the server ends the handshake with an alert"
    );
}

TEST_CASE("--mtls-matrix: with and without our certificate, without saying so in the list") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto root = folder.write("root.pem", contoso().root.self().certificate_pem);
    const OpensslServer server(
        credentials, {"-Verify", "3", "-verify_return_error", "-CAfile", root}
    );
    const auto result =
        scan({{"ours", server.port(), "ours"}, {"nobody", server.port()}}, {"--mtls-matrix"});
    const auto ours = result.endpoint("ours");
    CHECK(ours.get("/outcome") == "ok");
    CHECK(ours.offers() == Offers{"without-client-certificate"});
    CHECK(ours.variant("without-client-certificate", "/outcome") == "client_certificate_required");
    CHECK(result.endpoint("nobody").offers().empty());
}

TEST_CASE("--inventory: certificates without handshakes, and one where nothing else shows it") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const OpensslServer usual(credentials, {});
    const OpensslServer modern(credentials, {"-tls1_3"});
    const auto result = scan({{"usual", usual.port()}, {"modern", modern.port()}}, {"--inventory"});
    const auto raw = result.endpoint("usual");
    CHECK(raw.get("/outcome") == "ok");
    CHECK(raw.get("/tls/obtained") == "raw-hello");
    CHECK(raw.get("/tls/version") == "TLSv1.2");
    CHECK(raw.get("/attempts") == "1");
    CHECK(raw.list("/chain").size() == 2);
    CHECK(raw.verdict("chain-trusted") == "pass");
    const auto shaken = result.endpoint("modern");
    CHECK(shaken.get("/outcome") == "ok");
    CHECK(shaken.get("/tls/obtained") == "handshake");
    CHECK(shaken.offers() == Offers{"raw-hello"});
    CHECK(shaken.variant("raw-hello", "/outcome") == "tls_alert");
    CHECK(shaken.list("/chain").size() == 2);
    CHECK(result.exit_code == 0);
}

TEST_CASE("what all of this writes is valid by the published schema") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const GnutlsServer old(
        credentials, "NORMAL:-CIPHER-ALL:+3DES-CBC:-VERS-ALL:+VERS-TLS1.2",
        {"--disable-client-cert"}
    );
    const OpensslServer usual(credentials, {});
    const auto result = scan(
        {{"old", old.port()}, {"usual", usual.port(), "ours"}},
        {"--versions", "--sni-matrix", "--mtls-matrix"}
    );
    const auto checked = run(
        {"python3", LYNCPROBE_SOURCE_DIR "/tests/support/validate_json.py",
         LYNCPROBE_SOURCE_DIR "/docs/result.schema.json", folder.write("result.json", result.json)}
    );
    CHECK_MESSAGE(checked.exit_code == 0, checked.err);
}
