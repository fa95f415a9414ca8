// SPDX-License-Identifier: MIT
// What the lab's web sites answer, over TLS, without TLS, and as text.
#include "lab/web_answers.h"
#include "unit/lab/one_server.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;

namespace {

using Site = WebBehaviour::Site;
using Certificate = WebClient::Certificate;

constexpr const char* kRoot = "/Autodiscover/AutodiscoverService.svc/root";
constexpr const char* kXml = "application/vnd.microsoft.rtc.autodiscover+xml;v=1";

WebBehaviour lync_site() {
    WebBehaviour web;
    web.site = Site::lync;
    web.server_fqdn = "fe01.contoso.example";
    web.internal_web = "webint.contoso.example";
    web.external_web = "lyncweb.contoso.example";
    web.internal_sip = "pool.contoso.example";
    web.external_sip = "sip.contoso.example";
    web.external = true;
    return web;
}

std::string get(
    std::string_view path, std::string_view accept = "*/*", std::string_view host = {}
) {
    return fmt::format(
        "GET {} HTTP/1.1\r\nHost: {}\r\nAccept: {}\r\n\r\n", path,
        host.empty() ? "lyncweb.contoso.example" : host, accept
    );
}

std::string answer(const std::string& request, const WebBehaviour& web, WebClient client = {}) {
    client.now = 1767323045; // 2026-01-02 03:04:05 UTC
    return web_answer(request, web, client).text;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

ServerSpec web_server(const WebBehaviour& web) {
    ServerSpec spec = good_server();
    spec.speaks_sip = false;
    spec.speaks_http = true;
    spec.web = web;
    return spec;
}

} // namespace

TEST_CASE("a Lync web site has the headers of IIS, and names its Front End") {
    const auto page = answer(get("/"), lync_site());
    CHECK(page.starts_with("HTTP/1.1 200 OK\r\n"));
    for (const std::string_view line :
         {"Server: Microsoft-IIS/8.5", "X-AspNet-Version: 4.0.30319",
          "X-MS-Server-Fqdn: fe01.contoso.example", "X-Powered-By: ASP.NET",
          "Date: Fri, 02 Jan 2026 03:04:05 GMT"})
        CHECK_MESSAGE(has(page, fmt::format("\r\n{}\r\n", line)), line);
    WebBehaviour late = lync_site();
    late.clock_offset = 180;
    late.server_fqdn.clear();
    CHECK(has(answer(get("/"), late), "\r\nDate: Fri, 02 Jan 2026 03:07:05 GMT\r\n"));
    CHECK_FALSE(has(answer(get("/"), late), "X-MS-Server-Fqdn"));
}

TEST_CASE("the join page tells build, machine and web services before any sign-in") {
    const auto page = answer(get("/meet/"), lync_site());
    CHECK(has(page, "?lcs_se_w15_msrc5.0.8308.577&language="));
    CHECK(has(page, "Machine:fe01.contoso.example "));
    CHECK(has(page, "<ucwa-ext-url>https://lyncweb.contoso.example/ucwa/v1/applications<"));
    CHECK(has(page, "<ucwa-int-url>https://webint.contoso.example/ucwa/v1/applications<"));
}

TEST_CASE("the autodiscover root comes in three formats") {
    const auto xml = answer(get(kRoot, kXml), lync_site());
    CHECK(has(xml, "\r\nContent-Type: application/vnd.microsoft.rtc.autodiscover+xml; v=1\r\n"));
    CHECK(
        has(xml, "AccessLocation=\"External\"><Root><Link token=\"Domain\" "
                 "href=\"https://lyncweb.contoso.example/Autodiscover/AutodiscoverService.svc/"
                 "root/domain\"/><Link token=\"User\" ")
    );
    const auto browser = answer(get(kRoot, "text/html"), lync_site());
    CHECK(browser.ends_with(
        R"({"AccessLocation":"External","Root":{"Links":[{"href":"https:\/\/lyncweb.contoso.example)"
        R"(\/Autodiscover\/AutodiscoverService.svc\/root\/domain","token":"Domain"},)"
        R"({"href":"https:\/\/lyncweb.contoso.example\/Autodiscover\/AutodiscoverService.svc\/root)"
        R"(\/user","token":"User"},{"href":"https:\/\/lyncweb.contoso.example\/Autodiscover)"
        R"(\/AutodiscoverService.svc\/root\/oauth\/user","token":"OAuth"}]}})"
    ));
    const auto ucwa = answer(get(kRoot, "application/json"), lync_site());
    CHECK(has(ucwa, "\r\nContent-Type: application/json"));
    CHECK(has(ucwa, R"({"_links":{"self":{"href":"https://lyncweb.contoso.example/Autodiscover/)"));
}

TEST_CASE("on a lyncdiscover host the root document is at / as well, and paths have no case") {
    const auto request = get("/?sipuri=a@contoso.example", kXml, "lyncdiscover.contoso.example");
    CHECK(has(answer(request, lync_site()), "<Root><Link token=\"Domain\""));
    CHECK(
        has(answer(get("/AUTODISCOVER/autodiscoverservice.svc/Root/", kXml), lync_site()), "<Root>")
    );
    CHECK(has(answer(get("/"), lync_site()), "<title>IIS"));
}

TEST_CASE("the domain document names the SIP servers, in XML and in JSON") {
    const std::string path = std::string(kRoot) + "/domain";
    const auto xml = answer(get(path, kXml), lync_site());
    CHECK(
        has(xml, "<Domain><SipServerInternalAccess fqdn=\"pool.contoso.example\" port=\"5061\"/>"
                 "<SipClientInternalAccess fqdn=\"pool.contoso.example\" port=\"5061\"/>"
                 "<SipServerExternalAccess fqdn=\"sip.contoso.example\" port=\"5061\"/>"
                 "<SipClientExternalAccess fqdn=\"sip.contoso.example\" port=\"443\"/>")
    );
    CHECK(has(xml, "token=\"External/Autodiscover\""));
    for (const auto* accept : {"*/*", "application/json"})
        CHECK(has(
            answer(get(path, accept), lync_site()),
            R"("SipClientExternalAccess":{"fqdn":"sip.contoso.example","port":"443"},"Links":[)"
        ));
}

TEST_CASE("what needs a sign-in says how, and what is not there is 404") {
    const std::string root = kRoot;
    CHECK(has(answer(get(root + "/user"), lync_site()), "\r\nX-MS-WebTicketURL: https://lyncweb."));
    CHECK(has(
        answer(get(root + "/oauth/user"), lync_site()), "\r\nWWW-Authenticate: MsRtcOAuth href="
    ));
    CHECK(has(
        answer(get("/groupexpansion/service.svc"), lync_site()), "\r\nWWW-Authenticate: NTLM\r\n"
    ));
    CHECK(answer(get("/nothing"), lync_site()).starts_with("HTTP/1.1 404 Not Found\r\n"));
    CHECK(answer("POST / HTTP/1.1\r\n\r\n", lync_site()).starts_with("HTTP/1.1 405 "));
    CHECK(answer(get("/dialin/"), lync_site()).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("Office Web Apps tells its discovery document") {
    WebBehaviour web;
    web.site = Site::office;
    web.external_web = "wac.contoso.example";
    const auto page = answer(get("/hosting/discovery"), web);
    CHECK(has(page, "<wopi-discovery><net-zone name=\"internal-https\">"));
    CHECK(has(page, "https://wac.contoso.example/m/Presenter.aspx?"));
    CHECK(answer(get("/meet/"), web).starts_with("HTTP/1.1 404 "));
}

TEST_CASE("conference control is RtcSrv's, and for those with a certificate") {
    WebBehaviour web;
    web.site = Site::conference_control;
    const auto refused = answer(get("/LiveServer/Focus/"), web);
    CHECK(refused.starts_with("HTTP/1.1 403 Forbidden\r\n"));
    CHECK(has(refused, "\r\nServer: RTC/5.0\r\n"));
    CHECK_FALSE(has(refused, "IIS"));
    const WebClient known{.certificate = Certificate::accepted};
    CHECK(answer(get("/LiveServer/Focus/"), web, known).starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer(get("/"), web, known).starts_with("HTTP/1.1 404 "));
}

TEST_CASE("replication is for those with a certificate") {
    WebBehaviour web;
    web.site = Site::replication;
    for (const auto certificate : {Certificate::none, Certificate::foreign})
        CHECK(answer(get("/ReplicationWebService"), web, {.certificate = certificate})
                  .starts_with("HTTP/1.1 403 Forbidden\r\n"));
    CHECK(answer(get("/ReplicationWebService"), web, {.certificate = Certificate::accepted})
              .starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a site may redirect everything to somewhere else") {
    WebBehaviour web = lync_site();
    web.redirect = "https://lyncweb.contoso.example/";
    const auto page = answer(get("/meet/"), web);
    CHECK(page.starts_with("HTTP/1.1 302 Found\r\n"));
    CHECK(has(page, "\r\nLocation: https://lyncweb.contoso.example/\r\n"));
}

TEST_CASE("without TLS autodiscover says only where to go") {
    ServerSpec spec = web_server(lync_site());
    spec.plain = true;
    spec.chain_pem.clear(); // no certificate needed
    One one(spec);
    Wire wire(one.port);
    wire.send(get("/", kXml, "lyncdiscover.contoso.example"));
    const auto page = wire.read_until("</AutodiscoverResponse>");
    CHECK(
        has(page, "<Root><Link token=\"Redirect\" href=\"https://lyncweb.contoso.example/"
                  "Autodiscover/AutodiscoverService.svc/root\"/></Root>")
    );
    wire.send(get(kRoot, "application/json"));
    CHECK(has(wire.read_until("}}}"), R"({"_links":{"redirect":{"href":"https://lyncweb.)"));
    Wire tls(one.port);
    tls.send("\x16\x03\x01");
    CHECK(tls.read_all().starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_CASE("over TLS: several requests on one connection, and an end where one is asked for") {
    One one(web_server(lync_site()));
    TlsPeer peer(one.port);
    CHECK(peer.ask(get("/meet/")).starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(
        peer.ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").find("\r\nConnection: close\r\n") !=
        std::string::npos
    );
    CHECK(peer.read_some().empty());
    CHECK(peer.error() == "unexpected eof while reading");
}

TEST_CASE("a web server knows an accepted certificate from none") {
    WebBehaviour web;
    web.site = Site::replication;
    ServerSpec spec = web_server(web);
    spec.client_certificates = ClientCertificates::optional;
    spec.client_ca_pem = {root().self().certificate_pem};
    One one(spec);
    CHECK(TlsPeer(one.port).ask(get("/ReplicationWebService")).starts_with("HTTP/1.1 403 "));
    TlsPeer known(one.port, {.certificate_pem = leaf().certificate_pem, .key_pem = leaf().key_pem});
    CHECK(known.ask(get("/ReplicationWebService")).starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("a certificate is asked for only when /CertProv is wanted") {
    const Authority other({.common_name = "Other", .eku = std::nullopt, .crl_urls = std::nullopt});
    const Issued foreign = other.issue({.common_name = "probe", .key_name = "probe"});
    const std::string service = get("/CertProv/CertProvisioningService.svc");
    ServerSpec spec = web_server(lync_site());
    spec.late_client_certificate = true;
    spec.client_ca_pem = {root().self().certificate_pem};
    One one(spec);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        TlsPeer::Options options{.max_version = version};
        options.post_handshake_auth = true;
        {
            TlsPeer without(one.port, options);
            CHECK(without.ask(get("/meet/")).starts_with("HTTP/1.1 200 OK\r\n"));
            CHECK_FALSE(without.asked());
            const auto refused = without.ask(service);
            CHECK(without.asked());
            CHECK(sk_X509_NAME_num(SSL_get0_peer_CA_list(without.ssl())) == 1);
            CHECK(refused.starts_with("HTTP/1.1 403 Forbidden\r\n"));
            CHECK(has(refused, "403.7 "));
            CHECK(has(without.ask(service), "403.7 ")); // asked once
            CHECK(without.ask(get("/meet/")).starts_with("HTTP/1.1 200 OK\r\n"));
        }
        options.certificate_pem = foreign.certificate_pem;
        options.key_pem = foreign.key_pem;
        CHECK(has(TlsPeer(one.port, options).ask(service), "403.16 "));
        options.certificate_pem = leaf().certificate_pem;
        options.key_pem = leaf().key_pem;
        TlsPeer with(one.port, options);
        CHECK(with.ask(service).starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(with.asked());
        CHECK(with.ask(get("/meet/")).starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

TEST_CASE("who cannot be asked late is cut off") {
    ServerSpec spec = web_server(lync_site());
    spec.late_client_certificate = true;
    One one(spec);
    const std::string service = get("/CertProv/CertProvisioningService.svc");
    TlsPeer modern(one.port, {.min_version = TLS1_3_VERSION});
    CHECK(modern.ask(service).empty());
    CHECK(modern.error() == "ECONNRESET");
    TlsPeer old(one.port, {.max_version = TLS1_2_VERSION, .renegotiate = false});
    CHECK(old.ask(service).empty());
    CHECK(old.error().ends_with("alert handshake failure"));
}

TEST_CASE("the metadata document has the OAuth certificate, where there is one") {
    auto web = lync_site();
    CHECK(has(answer(get("/metadata/json/1"), web), " 404 "));
    web.oauth_certificate = "MII";
    CHECK(has(answer(get("/metadata/json/1"), web), "\"value\":\"MII\"}}]}"));
}

TEST_CASE("without late certificates /CertProv is for everybody") {
    CHECK(answer(get("/CertProv/CertProvisioningService.svc"), lync_site())
              .starts_with("HTTP/1.1 200 OK\r\n"));
}
