// SPDX-License-Identifier: MIT
// nginx in the place of Lync's web sites and of the proxy in front of them: the https, autodiscover
// and replication probes over a server other people wrote.
#include "servers/scan.h"
#include "servers/server_programs.h"

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;
using Lines = std::vector<std::string>;

namespace {

const std::string kRootPath = "/Autodiscover/AutodiscoverService.svc/root";
const std::string kFabrikam = "lyncdiscover.fabrikam.example";
const std::string kContoso = "lyncdiscover.contoso.example";

// Quoted for nginx, which unescapes \' only.
std::string in_quotes(const std::string& body) {
    REQUIRE(body.find('\'') == std::string::npos);
    return "'" + body + "'";
}

std::string location(
    const std::string& path, const std::string& status_and_body, const std::string& directives = {}
) {
    return fmt::format("location = {} {{ {} return {}; }}\n", path, directives, status_and_body);
}

const std::string kPage =
    R"(<html><script>var x = "\x3cucwa-int-url\x3ehttps\x3a\x2f\x2fwebint.contoso.example\x2fucwa)"
    R"(\x3c\x2fucwa-int-url\x3e"; var diagInfo = "Machine\x3aFE01Join attempted at\x28UTC\x29";)"
    R"(var resourceUrl = "/meet/x.ashx?lcs_se_w15_msrc5.0.8308.866&language=";</script></html>)";

// The lines of its PEM between those that begin and end it.
std::string base64_of(const lab::Issued& issued) {
    std::string out;
    std::istringstream lines(issued.certificate_pem);
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("-----")) out += line;
    return out;
}

// A Front End's web site.
std::string front_end_site() {
    return "add_header X-MS-Server-Fqdn FE01.contoso.example always;"
           "add_header X-Powered-By ASP.NET always;" +
           location("/meet/", "200 " + in_quotes(kPage), "default_type text/html;") +
           location(
               "/CertProv/CertProvisioningService.svc", "401 " + in_quotes("no"),
               "add_header WWW-Authenticate NTLM always;"
               "add_header WWW-Authenticate Negotiate always;"
           ) +
           location(
               "/metadata/json/1",
               "200 " +
                   in_quotes(
                       R"({"Issuer":"00000004@contoso.example","Keys":[{"KeyValue":{"Value":")" +
                       base64_of(contoso().issuing.issue(server_spec("oauth.contoso.example"))) +
                       R"("}}]})"
                   )
           ) +
           location(
               "/LiveServer/Focus/", "403 " + in_quotes("403 - Forbidden: Access is denied.")
           ) +
           location("/hosting/discovery", "200 " + in_quotes("<wopi-discovery/>")) +
           location("/ReplicationWebService", "403 " + in_quotes("Access is denied."));
}

// Autodiscover in its formats: XML, JSON where that is asked for, and the domain document.
std::string autodiscover_site(std::uint16_t port) {
    const auto here = fmt::format("https://{}:{}{}", kContoso, port, kRootPath);
    const auto xml = fmt::format(
        R"(<AutodiscoverResponse AccessLocation="External"><Root>)"
        R"(<Link token="Domain" href="{0}/domain"/><Link token="User" href="{0}/user"/>)"
        R"(</Root></AutodiscoverResponse>)",
        here
    );
    const auto ucwa = fmt::format(
        R"({{"_links":{{"self":{{"href":"{0}"}},"user":{{"href":"{0}/oauth/user"}}}}}})", here
    );
    const std::string domain =
        R"(<AutodiscoverResponse AccessLocation="External"><Domain>)"
        R"(<SipServerInternalAccess fqdn="pool01.contoso.example" port="5061"/>)"
        R"(<SipClientExternalAccess fqdn="sip.contoso.example" port="443"/>)"
        R"(<Link token="Internal/Autodiscover" href="https://webint.contoso.example/x"/>)"
        R"(</Domain></AutodiscoverResponse>)";
    return "default_type application/vnd.microsoft.rtc.autodiscover+xml;"
           "add_header X-MS-Server-Fqdn FE01.contoso.example always;" +
           location(
               kRootPath, "200 " + in_quotes(xml),
               "if ($http_accept ~ application/json) { return 200 " + in_quotes(ucwa) + "; }"
           ) +
           location(kRootPath + "/domain", "200 " + in_quotes(domain));
}

std::string requiring(const TemporaryFolder& folder) {
    return "ssl_verify_depth 3; ssl_client_certificate " +
           folder.write("root.pem", contoso().root.self().certificate_pem) +
           "; ssl_verify_client on;";
}

Credentials credentials_of(const TemporaryFolder& folder, const std::string& name) {
    return write_credentials(
        folder, name, contoso().issuing.issue(server_spec(name)),
        {contoso().issuing.self().certificate_pem}
    );
}

} // namespace

TEST_CASE("web: a Front End's web site is read with three GETs on one connection") {
    const TemporaryFolder folder;
    const auto port = free_port();
    const Nginx nginx({{port, kHost, good_credentials(folder), {}, front_end_site()}});
    const auto result = scan(
        {{.name = "web",
          .port = port,
          .probe = "https",
          .more = "role: front-end, use: WebServicesInternal"},
         {.name = "c3p", .port = port, .probe = "https", .more = "role: front-end, use: Default"},
         {.name = "owa", .port = port, .probe = "https", .more = "role: office-web-apps"},
         {.name = "none", .port = port, .probe = "https"}}
    );
    const auto web = result.endpoint("web");
    CHECK(web.get("/outcome") == "ok");
    CHECK(web.get("/stage") == "done");
    CHECK(web.get("/detail") == "answers GET /meet/ with 200 OK");
    CHECK(web.get("/mutual_tls/requested") == "false");
    CHECK(web.get("/conversation/kind") == "https");
    CHECK(web.get("/conversation/request") == "GET /meet/");
    CHECK(web.get("/conversation/status") == "200");
    CHECK(web.get("/conversation/server").starts_with("nginx"));
    CHECK(web.get("/conversation/server_fqdn") == "FE01.contoso.example");
    CHECK(web.get("/conversation/powered_by") == "ASP.NET");
    CHECK_FALSE(web.get("/conversation/date").empty());
    CHECK(
        web.list("/conversation/paths") ==
        Lines{
            "GET /meet/: 200 OK", "GET /CertProv/CertProvisioningService.svc: 401 Unauthorized",
            "GET /metadata/json/1: 200 OK"}
    );
    CHECK(web.get("/given_certificates/0/source") == "GET /metadata/json/1");
    CHECK(web.get("/given_certificates/0/use") == "OAuthTokenIssuer");
    CHECK(web.get("/given_certificates/0/certificate").size() == 64);
    CHECK(web.list("/chain").size() == 2); // the handshake's alone
    CHECK(web.list("/conversation/challenges") == Lines{"NTLM", "Negotiate"});
    CHECK(web.get("/conversation/build") == "5.0.8308.866");
    CHECK(web.get("/conversation/product") == "Lync Server 2013");
    CHECK(web.get("/conversation/machine") == "FE01");
    CHECK(web.get("/conversation/internal_web_fqdn") == "webint.contoso.example");

    const auto c3p = result.endpoint("c3p");
    CHECK(c3p.get("/outcome") == "ok");
    CHECK(c3p.list("/conversation/paths") == Lines{"GET /LiveServer/Focus/: 403 Forbidden"});
    CHECK(c3p.get("/conversation/refusal").find("/LiveServer/Focus/") != std::string::npos);
    CHECK(
        result.endpoint("owa").list("/conversation/paths") ==
        Lines{"GET /hosting/discovery: 200 OK"}
    );
    CHECK(result.endpoint("none").list("/conversation/paths") == Lines{"GET /: 404 Not Found"});
}

TEST_CASE("web: the OAuth certificates of metadata documents, in every shape, are one or not") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    const auto issued = [](int from, int to, int bits = 2048) {
        auto spec = server_spec("oauth.contoso.example");
        spec.not_before_days = from;
        spec.not_after_days = to;
        spec.key.bits = bits;
        return base64_of(contoso().issuing.issue(spec));
    };
    const auto good = issued(-10, 400), old = issued(-400, -3), next = issued(5, 700);
    const auto pascal = [](const std::string& one) {
        return R"({"Issuer":"00000004@contoso.example","Keys":[{"KeyValue":{"Value":")" + one +
               R"("}}]})";
    };
    const auto site = [&](const std::string& document, const std::string& path) {
        return Nginx::Site{
            .port = free_port(),
            .name = kHost,
            .credentials = credentials,
            .directives = {},
            .locations = location(path, "200 " + in_quotes(document))};
    };
    const std::string lync = "/metadata/json/1", exchange = "/autodiscover/metadata/json/1";
    const std::vector<Nginx::Site> sites{
        site(pascal(good), lync),
        // Other case, no issuer, and a key without a certificate.
        site(R"({"keys":[{"usage":"x"},{"keyvalue":{"value":")" + good + R"("}}]})", lync),
        site(pascal(old), lync), site(pascal(issued(-10, 400, 1024)), lync),
        site("<html>not JSON</html>", lync),
        site(
            R"({"Keys":[{"KeyValue":{"Value":")" + good + R"("}},{"KeyValue":{"Value":")" + next +
                R"("}}]})",
            lync
        ),
        site(pascal(next), exchange)};
    const Nginx nginx(sites);
    const auto of = [&](std::vector<std::size_t> chosen, const char* role = "front-end") {
        std::vector<Question> questions;
        for (const auto i : chosen)
            questions.push_back(
                {.name = fmt::format("w{}", i),
                 .port = sites[i].port,
                 .probe = "https",
                 .more = fmt::format("role: {}, use: WebServicesInternal", role)}
            );
        Lines messages;
        const auto result = scan(questions);
        for (const auto& finding : result.document.at("topology_findings").as_array())
            if (finding.at("rule").as_string() == "oauth-certificate")
                messages.push_back(fmt::format(
                    "{}: {}", std::string_view(finding.at("verdict").as_string()),
                    std::string_view(finding.at("message").as_string())
                ));
        return messages;
    };
    const auto has = [](const Lines& messages, std::string_view part) {
        return std::ranges::any_of(messages, [&](const std::string& one) {
            return one.find(part) != std::string::npos;
        });
    };
    const auto same = of({0, 1});
    REQUIRE(same.size() == 1);
    CHECK(same[0].starts_with("pass"));
    const auto differ = of({0, 1, 2});
    CHECK(has(differ, "fail: Lync's OAuth certificate has run out"));
    CHECK(has(differ, "fail: Lync's OAuth certificate is not the same everywhere"));
    CHECK(has(of({3}), "warn: Lync's OAuth certificate has an RSA key of 1024 bits"));
    CHECK(has(of({4}), "inconclusive: "));
    // While a new one is on its way, one is common to all.
    CHECK(has(of({0, 1, 5}), "warn: Lync's OAuth certificate is not the same everywhere"));
    CHECK(has(of({6}, "exchange-um"), "fail: Exchange's OAuth certificate is not valid yet"));
}

TEST_CASE("web: nginx says in HTTP that it wants a client certificate, and that is explained") {
    const TemporaryFolder folder;
    const auto credentials = good_credentials(folder);
    for (const std::string version : {"TLSv1.2", "TLSv1.3"}) {
        CAPTURE(version);
        const auto port = free_port();
        const Nginx nginx(
            {{port, kHost, credentials, requiring(folder) + "ssl_protocols " + version + ";",
              front_end_site()}}
        );
        const std::string role = "role: reverse-proxy";
        const auto result = scan(
            {{.name = "none", .port = port, .probe = "https", .more = role},
             {.name = "with", .port = port, .identity = "ours", .probe = "https", .more = role},
             {.name = "strange",
              .port = port,
              .identity = "stranger",
              .probe = "https",
              .more = role}}
        );
        const auto none = result.endpoint("none");
        CHECK(none.get("/outcome") == "ok");
        CHECK(none.get("/mutual_tls/requested") == "true");
        CHECK(none.get("/conversation/status") == "400");
        CHECK(none.get("/conversation/refusal") == "it wants a client certificate and got none");
        CHECK(none.get("/conversation/remedy").find("identity") != std::string::npos);
        CHECK(none.get("/mutual_tls/required") == "true");
        CHECK(none.verdict("client-certificate-accepted") == "inconclusive");

        const auto with = result.endpoint("with");
        CHECK(with.get("/conversation/status") == "200");
        CHECK(with.get("/conversation/build") == "5.0.8308.866");

        const auto strange = result.endpoint("strange");
        CHECK(strange.get("/conversation/status") == "400");
        CHECK(
            strange.get("/conversation/refusal").find("does not accept ours") != std::string::npos
        );
        CHECK(with.get("/mutual_tls/accepted") == "true");
        CHECK(strange.get("/mutual_tls/accepted") == "false");
        CHECK(strange.verdict("client-certificate-accepted") == "fail");
    }
}

TEST_CASE("web: a stranger at the replica agent is told that this is as it should be") {
    const TemporaryFolder folder;
    const auto port = free_port();
    const Nginx nginx({{port, kHost, good_credentials(folder), {}, front_end_site()}});
    const auto endpoint = scan_one(
        {.name = "replica",
         .port = port,
         .probe = "replication",
         .more = "role: edge, use: Internal"}
    );
    CHECK(endpoint.get("/outcome") == "ok");
    CHECK(
        endpoint.list("/conversation/paths") == Lines{"GET /ReplicationWebService: 403 Forbidden"}
    );
    CHECK(endpoint.get("/conversation/refusal").find("as it should") != std::string::npos);
}

TEST_CASE("web: Autodiscover on two sites of one port, told apart by SNI") {
    const TemporaryFolder folder;
    const auto port = free_port();
    const Nginx nginx(
        {{port, kContoso, credentials_of(folder, kContoso), {}, autodiscover_site(port)},
         {port,
          kFabrikam,
          credentials_of(folder, kFabrikam),
          {},
          "return 302 https://m.contoso.example/Autodiscover;"}}
    );
    const auto result = scan(
        {{.name = "contoso", .port = port, .host = kContoso, .probe = "autodiscover"},
         {.name = "fabrikam", .port = port, .host = kFabrikam, .probe = "autodiscover"}}
    );
    const auto contoso_one = result.endpoint("contoso");
    CHECK(contoso_one.get("/outcome") == "ok");
    CHECK(contoso_one.verdict("host-name") == "pass");
    CHECK(
        contoso_one.list("/conversation/paths") ==
        Lines{
            "GET /: 404 Not Found", "GET " + kRootPath + ": 200 OK",
            "GET " + kRootPath + ": 200 OK", "GET " + kRootPath + "/domain: 200 OK"}
    );
    CHECK(contoso_one.get("/conversation/request") == "GET " + kRootPath);
    CHECK(contoso_one.get("/conversation/status") == "200");
    CHECK(contoso_one.get("/conversation/server_fqdn") == "FE01.contoso.example");
    CHECK(contoso_one.list("/conversation/formats") == Lines{"xml", "ucwa"});
    CHECK(contoso_one.get("/conversation/access_location") == "External");
    CHECK(contoso_one.list("/conversation/links").size() == 5);
    CHECK(
        contoso_one.list("/conversation/endpoints") ==
        Lines{
            fmt::format("Domain https://{}:{}", kContoso, port),
            "SipServerInternalAccess sip://pool01.contoso.example:5061",
            "SipClientExternalAccess sip://sip.contoso.example:443",
            "Internal/Autodiscover https://webint.contoso.example:443"}
    );

    const auto fabrikam = result.endpoint("fabrikam");
    CHECK(fabrikam.get("/outcome") == "ok");
    CHECK(fabrikam.get("/conversation/status") == "302");
    CHECK(fabrikam.get("/conversation/location") == "https://m.contoso.example/Autodiscover");
    CHECK(fabrikam.get("/conversation/redirect") == "https://m.contoso.example/Autodiscover");
    CHECK(fabrikam.get("/conversation/redirect_other_domain") == "true");
}

TEST_CASE("web: a proxy that leads to the internal site, and users sent to another domain") {
    const TemporaryFolder folder;
    const auto credentials = credentials_of(folder, kFabrikam);
    const auto document = [](const std::string& side, const std::string& host) {
        return location(
            "/", "200 " + in_quotes(fmt::format(
                              R"({{"AccessLocation":"{}","Root":{{"Links":[{{"token":"User",)"
                              R"("href":"https://{}/user"}}]}}}})",
                              side, host
                          ))
        );
    };
    const auto good = free_port(), astray = free_port(), away = free_port(), plain = free_port();
    const std::string type = "default_type application/json;";
    const std::string ours = "web.fabrikam.example";
    const Nginx nginx(
        {{good, kFabrikam, credentials, type, document("External", ours)},
         {astray, kFabrikam, credentials, type, document("Internal", ours)},
         {away, kFabrikam, credentials, type, document("External", "web.litware.example")},
         {plain, kFabrikam, credentials, type, document("internal", ours), true}}
    );
    const auto ask = [](const char* name, std::uint16_t port, const char* more) {
        return Question{
            .name = name, .port = port, .host = kFabrikam, .probe = "autodiscover", .more = more};
    };
    const char* kOutside = "role: reverse-proxy, side: external";
    const auto result = scan(
        {ask("good", good, kOutside), ask("astray", astray, kOutside), ask("away", away, kOutside),
         ask("plain", plain, "role: reverse-proxy, side: external, plain: yes"),
         ask("inside", astray, "side: internal, use: WebServicesInternal, sni: none")},
        {}, "sip_domains: [fabrikam.example, tailspin.example]\n"
    );
    CHECK(result.endpoint("good").verdict("autodiscover-location") == "pass");
    CHECK(result.endpoint("good").verdict("autodiscover-domain") == "pass");
    CHECK(result.endpoint("astray").verdict("autodiscover-location") == "fail");
    CHECK(result.endpoint("plain").verdict("autodiscover-location") == "fail");
    CHECK(result.endpoint("inside").verdict("autodiscover-location") == "pass");
    CHECK(result.endpoint("away").verdict("autodiscover-location") == "pass");
    CHECK(result.endpoint("away").verdict("autodiscover-domain") == "warn");
    CHECK(result.exit_code == 1);
}

TEST_CASE("web: Autodiscover as browsers get it, and a site that is none") {
    const TemporaryFolder folder;
    const auto json_port = free_port(), page_port = free_port();
    const std::string json =
        R"({"AccessLocation":"Internal","Root":{"Links":[{"href":"https:\/\/web.contoso.example\/d")"
        R"(,"token":"Domain"}]}})";
    const auto credentials = credentials_of(folder, kContoso);
    const Nginx nginx(
        {{json_port,
          kContoso,
          credentials,
          {},
          "default_type application/octet-stream;" + location("/", "200 " + in_quotes(json))},
         {page_port, kContoso, credentials, "default_type text/html;",
          "return 200 " + in_quotes("<!DOCTYPE html><html>IIS Windows Server</html>") + ";"}}
    );
    const auto result = scan(
        {{.name = "json", .port = json_port, .host = kContoso, .probe = "autodiscover"},
         {.name = "page", .port = page_port, .host = kContoso, .probe = "autodiscover"}}
    );
    const auto with_json = result.endpoint("json");
    CHECK(with_json.list("/conversation/formats") == Lines{"json"});
    CHECK(with_json.get("/conversation/access_location") == "Internal");
    CHECK(
        with_json.list("/conversation/endpoints") == Lines{"Domain https://web.contoso.example:443"}
    );
    CHECK(
        with_json.list("/conversation/paths").back() ==
        "GET " + kRootPath + "/domain: 404 Not Found"
    );
    const auto page = result.endpoint("page");
    CHECK(page.get("/outcome") == "ok");
    CHECK(page.get("/conversation/document_problem") == "GET /: it is a web page");
}

TEST_CASE("web: autodiscover over plain HTTP has no certificate by design, and its answer is judged"
) {
    const TemporaryFolder folder;
    const auto port = free_port(), away = free_port();
    const auto credentials = good_credentials(folder);
    const std::string document =
        "location / { default_type application/vnd.microsoft.rtc.autodiscover+xml; return 200 "
        "'<?xml version=\"1.0\"?><AutodiscoverResponse AccessLocation=\"External\"><Root><Link "
        "token=\"Redirect\" href=\"https://lyncweb.contoso.example/Autodiscover/"
        "AutodiscoverService.svc/root\"/></Root></AutodiscoverResponse>'; }";
    const Nginx nginx(
        {{port, kHost, credentials, "", document, true},
         {away, kHost, credentials, "",
          "location / { return 302 https://webdir.online.lync.com/Autodiscover/; }", true}}
    );
    const std::string more = "plain: yes, sip_domain: contoso.example, role: reverse-proxy";
    const auto result = scan(
        {{.name = "good", .port = port, .probe = "autodiscover", .more = more},
         {.name = "away", .port = away, .probe = "autodiscover", .more = more}}
    );
    const auto good = result.endpoint("good");
    CHECK(good.get("/outcome") == "ok");
    CHECK(good.get("/judged") == "true");
    CHECK(good.get("/tls") == "null");
    CHECK(good.list("/chain").empty());
    CHECK(good.get("/target/plain") == "true");
    CHECK(good.list("/conversation/formats").front() == "xml");
    CHECK(
        good.list("/conversation/endpoints") ==
        Lines{"Redirect https://lyncweb.contoso.example:443"}
    );
    CHECK(good.verdict("autodiscover-answer") == "pass");
    CHECK(result.endpoint("away").verdict("autodiscover-answer") == "fail");
}
