// SPDX-License-Identifier: MIT
// Does the result hold exactly what a server presents? `openssl s_client` and `openssl x509` are
// asked the same.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

const std::string kBegin = "-----BEGIN CERTIFICATE-----", kEnd = "-----END CERTIFICATE-----\n";

// The certificates that s_client was shown, in the order of the wire.
std::vector<std::string> shown_to_openssl(std::uint16_t port, const std::string& name) {
    const auto done = run(
        {installed_program("openssl", "openssl"), "s_client", "-connect",
         fmt::format("127.0.0.1:{}", port), "-servername", name, "-showcerts"}
    );
    std::vector<std::string> out;
    std::size_t from = 0;
    while ((from = done.out.find(kBegin, from)) != std::string::npos) {
        const auto end = done.out.find(kEnd, from);
        REQUIRE(end != std::string::npos);
        out.push_back(done.out.substr(from, end + kEnd.size() - from));
        from = end;
    }
    REQUIRE_MESSAGE(!out.empty(), done.err);
    return out;
}

// One line of `openssl x509 -noout OPTION`, behind its "=".
std::string openssl_says(const std::string& pem_path, const std::vector<std::string>& options) {
    std::vector<std::string> argv{"openssl", "x509", "-noout", "-in", pem_path};
    argv.insert(argv.end(), options.begin(), options.end());
    const auto done = run(argv);
    const auto equals = done.out.find('=');
    REQUIRE_MESSAGE(equals != std::string::npos, done.err);
    const auto end = done.out.find('\n', equals);
    return done.out.substr(equals + 1, end - equals - 1);
}

// "AB:CD" and "abcd" alike.
std::string bare_hex(std::string text) {
    std::erase(text, ':');
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return text;
}

} // namespace

TEST_CASE("the chain in the result is the one on the wire, byte for byte and in its order") {
    const TemporaryFolder folder;
    const auto& pki = contoso();
    const auto &root = pki.root.self().certificate_pem,
               &issuing = pki.issuing.self().certificate_pem,
               &foreign = pki.stranger_root.self().certificate_pem;
    const std::vector<std::pair<std::string, std::vector<std::string>>> chains{
        {"alone", {}},
        {"good", {issuing}},
        {"with-root", {issuing, root}},
        {"shuffled", {root, issuing}},
        {"repeated", {issuing, issuing, root, issuing}},
        {"foreign", {foreign, issuing}},
    };
    std::vector<Nginx::Site> sites;
    std::vector<Question> questions;
    for (const auto& [name, behind] : chains) {
        const auto port = free_port();
        sites.push_back({port, kHost, write_credentials(folder, name, pki.server, behind)});
        questions.push_back({name, port});
    }
    const Nginx nginx(sites);
    const auto result = scan(questions);
    for (std::size_t i = 0; i < chains.size(); ++i) {
        const auto& [name, behind] = chains[i];
        CAPTURE(name);
        auto expected = behind;
        expected.insert(expected.begin(), pki.server.certificate_pem);
        const auto presented = result.endpoint(name).presented_pem();
        CHECK(presented == expected);
        CHECK(presented == shown_to_openssl(questions[i].port, kHost));
    }
    CHECK(result.endpoint("repeated").get("/chain_facts/duplicates") == "[2,4]");
    CHECK(result.endpoint("foreign").get("/chain_facts/extra") == "[1]");
}

TEST_CASE("s_server and gnutls-serv are seen as openssl sees them") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const OpensslServer openssl(credentials, {});
    const GnutlsServer gnutls(credentials, "NORMAL", {"--disable-client-cert"});
    const auto result = scan({{"openssl", openssl.port()}, {"gnutls", gnutls.port()}});
    CHECK(result.endpoint("openssl").presented_pem() == shown_to_openssl(openssl.port(), kHost));
    CHECK(result.endpoint("gnutls").presented_pem() == shown_to_openssl(gnutls.port(), kHost));
}

TEST_CASE("fingerprint, serial number, dates and names of a certificate are those openssl prints") {
    const TemporaryFolder folder;
    const OpensslServer server(good_credentials(folder), {});
    const auto endpoint = scan_one({"facts", server.port()});
    const auto chain = endpoint.list("/chain");
    REQUIRE(chain.size() == 2);
    for (std::size_t i = 0; i < chain.size(); ++i) {
        CAPTURE(i);
        const auto file = folder.write("one.pem", endpoint.certificate(i, "/pem"));
        CHECK(chain[i] == bare_hex(openssl_says(file, {"-fingerprint", "-sha256"})));
        CHECK(
            bare_hex(endpoint.certificate(i, "/serial")) ==
            bare_hex(openssl_says(file, {"-serial"}))
        );
        const auto iso = [&](const char* option) {
            auto text = openssl_says(file, {option, "-dateopt", "iso_8601"});
            std::replace(text.begin(), text.end(), ' ', 'T');
            return text;
        };
        CHECK(endpoint.certificate(i, "/not_before") == iso("-startdate"));
        CHECK(endpoint.certificate(i, "/not_after") == iso("-enddate"));
        for (const std::string name : {"subject", "issuer"})
            CHECK(
                endpoint.certificate(i, "/" + name) ==
                openssl_says(file, {"-" + name, "-nameopt", "RFC2253,sep_comma_plus_space"})
            );
    }
}
