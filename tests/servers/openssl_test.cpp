// SPDX-License-Identifier: MIT
// `openssl s_server`, which can play old versions, old suites, every kind of certificate, and a
// server that insists on a client certificate.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

// OpenSSL 3.0 offers TLS 1.0 and 1.1 and small keys at security level 0 only.
const std::vector<std::string> kOld{"-cipher", "ALL:@SECLEVEL=0"};

std::vector<std::string> with(
    std::vector<std::string> options, const std::vector<std::string>& more
) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

// A server that knows Contoso's root; `how` is -verify or -Verify.
std::vector<std::string> asking(const TemporaryFolder& folder, const char* how) {
    const auto root = folder.write("root.pem", contoso().root.self().certificate_pem);
    return {how, "3", "-verify_return_error", "-CAfile", root};
}

// The endpoint of a server with this leaf (of `issuer`), which is presented with its issuer.
Endpoint scan_certificate(
    const lab::Issued& leaf, const lab::Authority& issuer, const std::vector<std::string>& options
) {
    const TemporaryFolder folder;
    const OpensslServer server(
        write_credentials(folder, "leaf", leaf, {issuer.self().certificate_pem}), options
    );
    return scan_one({"leaf", server.port()});
}

} // namespace

TEST_CASE("s_server: every version from TLS 1.0 to TLS 1.3 is spoken and reported") {
    struct Expected {
        std::string option, version, signature_scheme, renegotiation;
    };
    const std::vector<Expected> table{
        {"-tls1", "TLSv1.0", "rsa_pkcs1_md5_sha1", "true"},
        {"-tls1_1", "TLSv1.1", "rsa_pkcs1_md5_sha1", "true"},
        {"-tls1_2", "TLSv1.2", "rsa_pss_rsae_sha256", "true"},
        {"-tls1_3", "TLSv1.3", "rsa_pss_rsae_sha256", "null"},
    };
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const auto& row : table) {
        CAPTURE(row.option);
        const OpensslServer server(credentials, with(kOld, {row.option}));
        const auto endpoint = scan_one({"versions", server.port()});
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/tls/handshake_done") == "true");
        CHECK(endpoint.get("/tls/version") == row.version);
        CHECK(endpoint.get("/tls/group") == "x25519");
        CHECK(endpoint.get("/tls/signature_scheme") == row.signature_scheme);
        CHECK(endpoint.get("/tls/secure_renegotiation") == row.renegotiation);
        CHECK(endpoint.list("/chain").size() == 2);
        CHECK(endpoint.verdict("chain-trusted") == "pass");
    }
}

TEST_CASE("s_server: a certificate that is required and not there is told from one that was refused"
) {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    struct Expected {
        std::string option, alert_without;
    };
    // RFC 8446 4.4.2.4 has an alert of its own for this; before, it is handshake_failure.
    for (const auto& row :
         {Expected{"-tls1_2", "handshake_failure"}, Expected{"-tls1_3", "certificate_required"}}) {
        CAPTURE(row.option);
        const OpensslServer server(credentials, with(asking(folder, "-Verify"), {row.option}));
        const auto result = scan(
            {{"none", server.port()},
             {"with", server.port(), "ours"},
             {"strange", server.port(), "stranger"}}
        );

        const auto none = result.endpoint("none");
        CHECK(none.get("/outcome") == "client_certificate_required");
        CHECK(none.get("/stage") == "client_auth");
        CHECK(none.get("/mutual_tls/requested") == "true");
        CHECK(none.get("/mutual_tls/required") == "true");
        CHECK(none.get("/mutual_tls/presented") == "null");
        CHECK(none.get("/tls/alert/name") == row.alert_without);
        CHECK(none.get("/tls/alert/direction") == "received");
        CHECK(none.get("/judged") == "true"); // its chain was seen
        CHECK(none.verdict("server-eku") == "pass");

        const auto with_ours = result.endpoint("with");
        CHECK(with_ours.get("/outcome") == "ok");
        CHECK(with_ours.get("/mutual_tls/accepted") == "true");
        CHECK(with_ours.get("/mutual_tls/required") == "null");
        CHECK(with_ours.get("/mutual_tls/refusal") == "null");

        const auto strange = result.endpoint("strange");
        CHECK(strange.get("/outcome") == "client_certificate_rejected");
        CHECK(strange.get("/stage") == "client_auth");
        CHECK(strange.get("/mutual_tls/accepted") == "false");
        CHECK(strange.get("/mutual_tls/required") == "null");
        CHECK(strange.get("/mutual_tls/presented").size() == 64);
        CHECK(strange.get("/mutual_tls/refusal").find("unknown_ca(48)") != std::string::npos);
    }
}

TEST_CASE("s_server: a certificate that is only asked for is not required") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const std::string version : {"-tls1", "-tls1_2", "-tls1_3"}) {
        CAPTURE(version);
        const OpensslServer server(
            credentials, with(with(kOld, asking(folder, "-verify")), {version})
        );
        const auto result = scan({{"none", server.port()}, {"with", server.port(), "ours"}});
        const auto none = result.endpoint("none");
        CHECK(none.get("/outcome") == "ok");
        CHECK(none.get("/mutual_tls/requested") == "true");
        CHECK(none.get("/mutual_tls/required") == "false");
        const auto with_ours = result.endpoint("with");
        CHECK(with_ours.get("/outcome") == "ok");
        CHECK(with_ours.get("/mutual_tls/accepted") == "true");
    }
}

TEST_CASE(
    "s_server: an identity for server authentication only may be refused, and is seen as refused"
) {
    // What Lync servers show each other is good enough for Lync; OpenSSL wants client
    // authentication.
    const TemporaryFolder folder;
    const OpensslServer server(good_credentials(folder), asking(folder, "-Verify"));
    const auto done = test::lyncprobe(
        {"probe", fmt::format("127.0.0.1:{}", server.port()), "--cert",
         folder.file("good-bundle.pem"), "--key", folder.file("good.key"), "--ca-file",
         folder.file("root.pem"), "--format", "json"}
    );
    const auto endpoint = only_endpoint(done.out);
    CHECK(endpoint.get("/outcome") == "client_certificate_rejected");
    CHECK(
        endpoint.get("/mutual_tls/refusal").find("unsupported_certificate(43)") != std::string::npos
    );
    CHECK(
        endpoint.get("/mutual_tls/presented") == endpoint.list("/chain")[0]
    ); // the same certificate
    CHECK(endpoint.verdict("chain-trusted") == "pass");
    CHECK(endpoint.get("/target/sni") == "null"); // an address is no name
    CHECK(endpoint.verdict("host-name") == "inconclusive");
}

TEST_CASE("s_server: mutual: both shows that the same server takes us with a certificate only") {
    const TemporaryFolder folder;
    const OpensslServer server(good_credentials(folder), asking(folder, "-Verify"));
    Question question{"matrix", server.port(), "ours"};
    question.mutual = "both";
    const auto endpoint = scan_one(question);
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/mutual_tls/accepted") == "true");
    CHECK(endpoint.get("/variants/0/offer") == "without-client-certificate");
    CHECK(endpoint.get("/variants/0/outcome") == "client_certificate_required");
    CHECK(endpoint.get("/variants/0/mutual_tls/required") == "true");
}

TEST_CASE("s_server: RSA 1024 with SHA-1 is supported and not recommended") {
    auto spec = server_spec();
    spec.key.bits = 1024;
    spec.digest = "SHA1";
    const auto& issuing = contoso().issuing;
    for (const std::string version : {"-tls1", "-tls1_2", "-tls1_3"}) {
        CAPTURE(version);
        const auto endpoint = scan_certificate(issuing.issue(spec), issuing, with(kOld, {version}));
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.certificate(0, "/key/bits") == "1024");
        CHECK(endpoint.certificate(0, "/signature/algorithm") == "sha1WithRSAEncryption");
        CHECK(endpoint.certificate(0, "/signature/hash") == "SHA1");
        CHECK(endpoint.verdict("key-length") == "pass");
        CHECK(endpoint.verdict("key-length-recommended") == "warn");
        CHECK(endpoint.verdict("signature-algorithm") == "pass");
        CHECK(endpoint.verdict("sha1-deprecated") == "warn");
        CHECK(endpoint.verdict("chain-trusted") == "pass");
        CHECK(endpoint.verdict("key-length-recommended", 1) == "pass");
    }
}

TEST_CASE("s_server: RSASSA-PSS fails as a certificate's signature and never as the handshake's") {
    const auto& issuing = contoso().issuing;
    const auto plain = scan_certificate(issuing.issue(server_spec()), issuing, {"-tls1_3"});
    CHECK(plain.get("/tls/signature_scheme") == "rsa_pss_rsae_sha256");
    CHECK(plain.certificate(0, "/signature/algorithm") == "sha256WithRSAEncryption");
    CHECK(plain.verdict("no-rsassa-pss") == "pass");
    CHECK(plain.verdict("signature-algorithm") == "pass");

    auto spec = server_spec();
    spec.pss_signature = true;
    const auto signed_so = scan_certificate(issuing.issue(spec), issuing, {"-tls1_2"});
    CHECK(signed_so.get("/outcome") == "ok");
    CHECK(signed_so.verdict("no-rsassa-pss") == "fail");
    CHECK(signed_so.verdict("signature-algorithm") == "fail");
    CHECK(signed_so.verdict("key-algorithm") == "pass");
    CHECK(signed_so.verdict("no-rsassa-pss", 1) == "pass");
    CHECK(signed_so.verdict("chain-trusted") == "pass");

    spec = server_spec();
    spec.key.kind = lab::KeySpec::Kind::rsa_pss;
    const auto key_of_it = scan_certificate(issuing.issue(spec), issuing, {"-tls1_2"});
    CHECK(key_of_it.get("/outcome") == "ok");
    CHECK(key_of_it.get("/tls/signature_scheme") == "rsa_pss_pss_sha256");
    CHECK(key_of_it.verdict("no-rsassa-pss") == "fail");
    CHECK(key_of_it.verdict("key-algorithm") == "fail");
    CHECK(key_of_it.verdict("signature-algorithm") == "pass");
}

TEST_CASE("s_server: an intermediate that is signed with RSASSA-PSS fails too") {
    auto spec = authority_spec("Contoso Issuing CA of another template");
    spec.pss_signature = true;
    const lab::Authority issuing(spec, contoso().root);
    const auto endpoint = scan_certificate(issuing.issue(server_spec()), issuing, {});
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.verdict("no-rsassa-pss", 0) == "pass");
    CHECK(endpoint.verdict("no-rsassa-pss", 1) == "fail");
}

TEST_CASE("s_server: chains on each of the three supported curves are spoken and pass") {
    struct Expected {
        std::string curve, name, digest, scheme, signature, bits;
    };
    const std::vector<Expected> table{
        {"P-256", "P-256", "SHA256", "ecdsa_secp256r1_sha256", "ecdsa-with-SHA256", "256"},
        {"P-384", "P-384", "SHA384", "ecdsa_secp384r1_sha384", "ecdsa-with-SHA384", "384"},
        {"P-521", "P-521", "SHA512", "ecdsa_secp521r1_sha512", "ecdsa-with-SHA512", "521"},
    };
    for (const auto& row : table) {
        CAPTURE(row.curve);
        const lab::KeySpec key{.kind = lab::KeySpec::Kind::ec, .curve = row.curve};
        auto ca = authority_spec("Contoso EC CA");
        ca.key = key;
        ca.digest = row.digest;
        const lab::Authority issuing(ca, contoso().root);
        auto spec = server_spec();
        spec.key = key;
        spec.digest = row.digest;
        const auto endpoint = scan_certificate(issuing.issue(spec), issuing, {"-tls1_3"});
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/tls/signature_scheme") == row.scheme);
        for (const std::size_t position : {0u, 1u}) {
            CAPTURE(position);
            CHECK(endpoint.certificate(position, "/key/bits") == row.bits);
            CHECK(endpoint.certificate(position, "/key/curve") == row.name);
            CHECK(endpoint.verdict("key-algorithm", position) == "pass");
            CHECK(endpoint.verdict("key-length", position) == "not_applicable");
        }
        CHECK(endpoint.certificate(0, "/signature/algorithm") == row.signature);
        CHECK(endpoint.verdict("signature-algorithm") == "pass");
        CHECK(endpoint.verdict("chain-trusted") == "pass");
    }
}

TEST_CASE("s_server: the key exchange is named, also where there is none but RSA") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);

    const OpensslServer dhe(credentials, {"-tls1_2", "-cipher", "DHE-RSA-AES128-SHA"});
    const auto with_dhe = scan_one({"dhe", dhe.port()});
    CHECK(with_dhe.get("/tls/cipher") == "TLS_DHE_RSA_WITH_AES_128_CBC_SHA");
    CHECK(with_dhe.get("/tls/group") == "DH 2048");

    const OpensslServer rsa(credentials, {"-tls1_2", "-cipher", "AES128-SHA"});
    const auto with_rsa = scan_one({"rsa", rsa.port()});
    CHECK(with_rsa.get("/tls/cipher") == "TLS_RSA_WITH_AES_128_CBC_SHA");
    CHECK(with_rsa.get("/tls/group") == "null");
    CHECK(with_rsa.get("/tls/signature_scheme") == "null");

    const OpensslServer nist(credentials, {"-tls1_3", "-groups", "P-521"}); // HelloRetryRequest
    const auto with_nist = scan_one({"p-521", nist.port()});
    CHECK(with_nist.get("/outcome") == "ok");
    CHECK(with_nist.get("/tls/group") == "secp521r1");

    const OpensslServer sha1(credentials, with(kOld, {"-tls1_2", "-sigalgs", "RSA+SHA1"}));
    const auto with_sha1 = scan_one({"sha1", sha1.port()});
    CHECK(with_sha1.get("/outcome") == "ok");
    CHECK(with_sha1.get("/tls/signature_scheme") == "rsa_pkcs1_sha1");
    CHECK(with_sha1.verdict("sha1-deprecated") == "pass"); // it judges certificates
}

TEST_CASE("s_server: a stapled OCSP response is seen with its size") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto ca = folder.write("issuing.pem", contoso().issuing.self().certificate_pem);
    const auto key = folder.write("issuing.key", contoso().issuing.self().key_pem);
    const auto index = folder.write("index.txt", ""); // it knows no certificate: status unknown
    const auto staple = folder.file("staple.der");
    const auto made = run(
        {installed_program("openssl", "openssl"), "ocsp", "-index", index, "-CA", ca, "-rsigner",
         ca, "-rkey", key, "-issuer", ca, "-cert", credentials.certificate, "-respout", staple}
    );
    REQUIRE_MESSAGE(exists(staple), made.err);
    for (const std::string version : {"-tls1_2", "-tls1_3"}) {
        CAPTURE(version);
        const OpensslServer server(credentials, {version, "-status_file", staple});
        const auto endpoint = scan_one({"stapled", server.port()});
        CHECK(
            endpoint.get("/tls/ocsp_staple/bytes") ==
            std::to_string(std::filesystem::file_size(staple))
        );
    }
    const OpensslServer without(credentials, {});
    CHECK(scan_one({"plain", without.port()}).get("/tls/ocsp_staple") == "null");
}

TEST_CASE("s_server: an expired certificate of another host is judged, not refused") {
    auto spec = server_spec("other.contoso.example");
    spec.not_before_days = -400;
    spec.not_after_days = -35;
    spec.eku = std::vector<std::string>{"1.3.6.1.5.5.7.3.2"};
    spec.crl_urls = std::nullopt;
    const auto& issuing = contoso().issuing;
    const auto endpoint = scan_certificate(issuing.issue(spec), issuing, {});
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.verdict("validity") == "fail");
    CHECK(endpoint.verdict("host-name") == "fail");
    CHECK(endpoint.verdict("server-eku") == "fail");
    CHECK(endpoint.verdict("crl-distribution-point") == "fail");
    CHECK(endpoint.verdict("chain-trusted") == "pass"); // dates and use are other rules' business
}

TEST_CASE("s_server: a web conferencing port is shaken hands with and listened to for a second") {
    const TemporaryFolder folder;
    const OpensslServer server(good_credentials(folder), {});
    const auto endpoint = scan_one(
        {.name = "psom",
         .port = server.port(),
         .probe = "web-conferencing",
         .more = "role: edge, use: DataEdgeExternal, side: external"}
    );
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(endpoint.get("/conversation") == "null"); // nothing is said without a conference's token
    CHECK(endpoint.verdict("server-eku") == "pass");
    CHECK(std::stod(endpoint.get("/timing_ms/total")) >= 1000);
}
