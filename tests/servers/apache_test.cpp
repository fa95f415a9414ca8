// SPDX-License-Identifier: MIT
// A client certificate that is asked for late: after the GET of a path that wants one, by
// renegotiation (TLS 1.2) or post-handshake authentication (TLS 1.3), as IIS does for Lync.
#include "servers/apache.h"
#include "servers/scan.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

Question asking(const std::string& name, const Apache& apache, const std::string& identity = {}) {
    return {
        .name = name,
        .port = apache.port(),
        .identity = identity,
        .probe = "https",
        .more = "role: front-end, use: WebServicesInternal"};
}

} // namespace

TEST_CASE("apache: a handshake alone sees no request for a client certificate") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
        CAPTURE(version);
        const Apache apache(credentials, version);
        const auto endpoint = scan_one({"plain", apache.port(), "ours"});
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/tls/version") == version);
        CHECK(endpoint.get("/mutual_tls/requested") == "false");
    }
}

TEST_CASE("apache: the page that wants no certificate is read in any case") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
        CAPTURE(version);
        const Apache apache(credentials, version);
        const auto endpoint = scan_one(asking("none", apache));
        CHECK(endpoint.get("/conversation/request") == "GET /meet/");
        CHECK(endpoint.get("/conversation/status") == "200");
        CHECK(endpoint.get("/conversation/server").find("Apache") != std::string::npos);
    }
}

TEST_CASE("apache: a certificate asked for after the GET is seen, and ours is taken") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
        CAPTURE(version);
        const Apache apache(credentials, version);
        const auto endpoint = scan_one(asking("ours", apache, "ours"));
        CHECK(endpoint.get("/outcome") == "ok");
        CHECK(endpoint.get("/tls/version") == version);
        CHECK(endpoint.get("/mutual_tls/requested") == "true");
        CHECK(endpoint.get("/mutual_tls/requested_late") == "true");
        CHECK(endpoint.get("/mutual_tls/accepted") == "true");
        CHECK(
            endpoint.list("/conversation/paths") ==
            std::vector<std::string>{
                "GET /meet/: 200 OK", "GET /CertProv/CertProvisioningService.svc: 200 OK",
                "GET /metadata/json/1: 404 Not Found"}
        );
    }
}

TEST_CASE("apache: a late request is seen, also where there is no certificate to meet it") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
        CAPTURE(version);
        const Apache apache(credentials, version);
        const auto endpoint = scan_one(asking("none", apache));
        CHECK(endpoint.get("/mutual_tls/requested") == "true");
        CHECK(endpoint.get("/mutual_tls/requested_late") == "true");
        CHECK(endpoint.list("/conversation/paths").front() == "GET /meet/: 200 OK");
    }
}
