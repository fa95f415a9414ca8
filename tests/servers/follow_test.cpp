// SPDX-License-Identifier: MIT
// --follow over real servers: an Autodiscover document names SIP servers of our domain and of
// somebody else's.
#include "servers/kamailio.h"
#include "servers/name_servers.h"
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

std::string site_that_names(std::uint16_t ours, std::uint16_t foreign) {
    constexpr auto kSite =
        "location / {{ default_type text/xml; return 200 '<AutodiscoverResponse><Root><Link "
        "token=\"Domain\" href=\"/\"/><Link token=\"User\" href=\"/\"/></Root>"
        "</AutodiscoverResponse>'; }} "
        "location /Autodiscover/AutodiscoverService.svc/root/domain {{ default_type text/xml; "
        "return 200 '<AutodiscoverResponse><Domain>"
        "<SipClientInternalAccess fqdn=\"sip.contoso.example\" port=\"{}\"/>"
        "<SipClientExternalAccess fqdn=\"fe01.fabrikam.example\" port=\"{}\"/>"
        "<SipServerInternalAccess fqdn=\"127.0.0.1\" port=\"{}\"/></Domain>"
        "</AutodiscoverResponse>'; }}";
    return fmt::format(kSite, ours, foreign, foreign);
}

} // namespace

TEST_CASE("follow: our own registrar is asked to register, somebody else's is not, nor shown ours"
) {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const Kamailio::Script script{.client_certificate = Kamailio::ClientCertificate::optional};
    const Kamailio ours(credentials, script), foreign(credentials, script);
    const auto port = free_port();
    const Nginx nginx({{port, kHost, credentials, "", site_that_names(ours.port(), foreign.port())}}
    );
    const Dnsmasq dns(
        {"--host-record=sip.contoso.example,127.0.0.1",
         "--host-record=fe01.fabrikam.example,127.0.0.1"}
    );
    const Question discover{
        .name = "discover",
        .port = port,
        .identity = "ours",
        .probe = "autodiscover",
        .more = "sip_domain: contoso.example"};
    const std::string domains = "sip_domains: [contoso.example]\n";
    std::vector<std::string> options{"--follow", "--resolver", dns.address()};
    // A document may not lead a scan into a network that nobody named.
    const auto cautious = scan({discover}, options, domains);
    const auto left_out =
        cautious.endpoint(fmt::format("fe01.fabrikam.example:{}", foreign.port()));
    CHECK(left_out.get("/outcome") == "skipped");
    CHECK(left_out.get("/stage") == "connect");
    CHECK(left_out.get("/detail").find("--allow-private") != std::string::npos);
    CHECK(
        cautious.endpoint(fmt::format("sip.contoso.example:{}", ours.port())).get("/outcome") ==
        "ok"
    );

    options.emplace_back("--allow-private");
    const auto result = scan({discover}, options, domains);
    CHECK(result.endpoint("discover").get("/outcome") == "ok");

    const auto own = result.endpoint(fmt::format("sip.contoso.example:{}", ours.port()));
    CHECK(own.get("/target/probe") == "sip");
    CHECK(own.get("/outcome") == "ok");
    CHECK(own.get("/conversation/register_status") == "401");
    CHECK(own.get("/mutual_tls/presented").size() == 64);

    const auto other = result.endpoint(fmt::format("fe01.fabrikam.example:{}", foreign.port()));
    CHECK(other.get("/outcome") == "ok");
    CHECK(other.get("/conversation/status") == "405");
    CHECK(other.get("/target/sip_domain") == "null");
    CHECK(other.get("/mutual_tls/requested") == "true");
    CHECK(other.get("/mutual_tls/presented") == "null");
    // What a document names by address is not followed: it could be any machine.
    CHECK(
        result.json.find("127.0.0.1:" + std::to_string(foreign.port()) + "/") == std::string::npos
    );
}
