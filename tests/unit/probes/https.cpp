// SPDX-License-Identifier: MIT
#include "probes/https.h"

#include "model/limits.h"
#include "probes/http_exchange.h"
#include "unit/probes/http_play.h"

using namespace lyncprobe;
using namespace lyncprobe::probes;
using lyncprobe::test::http;
using lyncprobe::test::play;

namespace {

Target target(
    Role role = Role::front_end, CertificateUse use = CertificateUse::other,
    std::uint16_t port = 443
) {
    Target out;
    out.host = "web.contoso.com";
    out.role = role;
    out.use = use;
    out.port = port;
    return out;
}

const std::string kIis = "Server: Microsoft-IIS/8.5\r\nX-Powered-By: ASP.NET\r\n"
                         "X-AspNet-Version: 4.0.30319\r\nX-MS-Server-Fqdn: FE01.contoso.com\r\n"
                         "Date: Tue, 01 Dec 2015 10:00:00 GMT\r\n";

// The join page as its scripts hold it: the XML escaped, the machine's name without an end.
const std::string kPage =
    R"(<html><script> var escapedXML = "\x3cucwa-ext-url\x3ehttps\x3a\x2f\x2fweb.contoso.com)"
    R"(\x2fucwa\x2fv1\x3c\x2fucwa-ext-url\x3e\x3cucwa-int-url\x3ehttps\x3a\x2f\x2fWebInt.contoso.net)"
    R"(\x2fucwa\x2fv1\x2fapplications\x3c\x2fucwa-int-url\x3e"; var diagInfo = )"
    R"("Machine\x3aDC01-FE01Join attempted at\x28UTC\x29\x3a11\x2f19"; var resourceUrl = )"
    R"("/meet/JavaScriptResourceHandler.ashx?lcs_se_w15_msrc5.0.8308.866&language=";</script>)";

} // namespace

TEST_CASE("https probe: the join page of a Front End tells build, machine and names") {
    const auto played = play(
        https, target(),
        {http("200 OK", kPage, kIis),
         http("401 Unauthorized", "", "WWW-Authenticate: NTLM\r\nWWW-Authenticate: Negotiate\r\n"),
         http("404 Not Found")}
    );
    CHECK(played.answer.conclusion == Conclusion::finished);
    CHECK(played.answer.detail == "answers GET /meet/ with 200 OK");
    CHECK(
        played.asked ==
        std::vector<std::string>{
            "GET /meet/", "GET /CertProv/CertProvisioningService.svc", "GET /metadata/json/1"}
    );
    CHECK(played.text(https_answer::kOAuthMetadata) == "404");
    CHECK(played.text(http_answer::kRequest) == "GET /meet/");
    CHECK(played.number(http_answer::kStatus) == 200);
    CHECK(played.text(http_answer::kReason) == "OK");
    CHECK(played.text(http_answer::kServer) == "Microsoft-IIS/8.5");
    CHECK(played.text(http_answer::kServerFqdn) == "FE01.contoso.com");
    CHECK(played.text(http_answer::kPoweredBy) == "ASP.NET");
    CHECK(played.text(http_answer::kAspnetVersion) == "4.0.30319");
    CHECK(played.text(http_answer::kDate) == "Tue, 01 Dec 2015 10:00:00 GMT");
    CHECK(
        played.list(http_answer::kPaths) ==
        std::vector<std::string>{
            "GET /meet/: 200 OK", "GET /CertProv/CertProvisioningService.svc: 401 Unauthorized",
            "GET /metadata/json/1: 404 Not Found"}
    );
    CHECK(played.list(http_answer::kChallenges) == std::vector<std::string>{"NTLM", "Negotiate"});
    CHECK(played.text(https_answer::kBuild) == "5.0.8308.866");
    CHECK(played.text(http_answer::kProduct) == "Lync Server 2013");
    CHECK(played.text(https_answer::kMachine) == "DC01-FE01");
    CHECK(played.text(https_answer::kInternalWebFqdn) == "webint.contoso.net");
    CHECK(played.text(https_answer::kExternalWebFqdn) == "web.contoso.com");
    CHECK_FALSE(played.has(http_answer::kRefusal));
    CHECK_FALSE(played.has(http_answer::kLocation));
}

TEST_CASE("https probe: what is asked depends on role, use and port") {
    struct Row {
        Target target;
        std::string first;
    };
    for (const auto& row :
         {Row{target(Role::standard_edition), "GET /meet/"},
          Row{target(Role::director, CertificateUse::web_services_external, 4443), "GET /meet/"},
          Row{target(Role::reverse_proxy), "GET /meet/"},
          Row{target(Role::other, CertificateUse::web_services_internal), "GET /meet/"},
          Row{target(Role::front_end, CertificateUse::default_), "GET /meet/"},
          Row{target(Role::front_end, CertificateUse::default_, 444), "GET /LiveServer/Focus/"},
          Row{target(Role::sba, CertificateUse::default_, 10444), "GET /LiveServer/Focus/"},
          Row{target(Role::director, CertificateUse::other, 444), "GET /LiveServer/Focus/"},
          Row{target(Role::office_web_apps), "GET /hosting/discovery"},
          Row{target(Role::persistent_chat, CertificateUse::default_), "GET /"},
          Row{target(Role::other), "GET /"}}) {
        const auto played = play(https, row.target, {});
        CHECK(played.asked == std::vector<std::string>{row.first});
        CHECK(played.text(http_answer::kRequest) == row.first);
    }
    CHECK(https.late_certificate);
}

TEST_CASE("https probe: the certificates of the metadata document are handed over with their source"
) {
    const std::string document = R"({"issuer":"00000004@contoso.com","keys":[{"value":"b25l"}]})";
    const auto page = http("200 OK", kPage, kIis);
    const auto lync = play(https, target(), {page, page, http("200 OK", document)});
    CHECK(lync.answer.conclusion == Conclusion::finished);
    CHECK(lync.answer.certificates == std::vector<std::string>{"one"});
    CHECK(lync.answer.certificates_from == "GET /metadata/json/1");
    CHECK(lync.text(https_answer::kOAuthMetadata) == "read");
    CHECK(lync.text(https_answer::kOAuthIssuer) == "00000004@contoso.com");
    const auto exchange = play(https, target(Role::exchange_um), {page, http("200 OK", document)});
    CHECK(exchange.answer.certificates_from == "GET /autodiscover/metadata/json/1");
}

TEST_CASE("https probe: whatever answers for the metadata document does the rest no harm") {
    const auto page = http("200 OK", kPage, kIis);
    for (const auto& [answer, said] : std::vector<std::pair<std::string, std::string>>{
             {"", "not answered"},
             {"rubbish\r\n\r\n", "not answered"},
             {http("403 Forbidden"), "403"},
             {http("200 OK", "<html>"), "it is a web page or XML"},
             {http("200 OK", std::string(limits::kHttpBody + 1, 'x')), "not answered"}}) {
        const auto played = play(https, target(), {page, page, answer});
        CHECK(played.answer.conclusion == Conclusion::finished);
        CHECK(played.answer.detail == "answers GET /meet/ with 200 OK");
        CHECK(played.text(https_answer::kOAuthMetadata) == said);
        CHECK(played.answer.certificates.empty());
        CHECK_FALSE(played.has(http_answer::kRefusal));
    }
}

TEST_CASE("https probe: Host and SNI are the same name") {
    const auto host = [](Target target) {
        const auto played = play(https, target, {});
        const auto begin = played.requests.find("Host: ") + 6;
        return played.requests.substr(begin, played.requests.find("\r\n", begin) - begin);
    };
    auto it = target();
    CHECK(host(it) == "web.contoso.com");
    it.sni = "meet.contoso.com";
    CHECK(host(it) == "meet.contoso.com");
    it.sni = "";
    CHECK(host(it) == "web.contoso.com");
    it.host = "2001:db8::1";
    it.port = 4443;
    CHECK(host(it) == "[2001:db8::1]:4443");
    it.sni = "web.contoso.com";
    CHECK(host(it) == "web.contoso.com:4443");
}

TEST_CASE("https probe: a banner of the SIP stack names the product too") {
    const auto played = play(
        https, target(Role::front_end, CertificateUse::default_, 444),
        {http("403 Forbidden", "", "Server: RTC/6.0\r\n")}
    );
    CHECK(played.text(http_answer::kProduct) == "Skype for Business Server 2015");
    CHECK(played.text(http_answer::kRefusal).find("/LiveServer/Focus/") != std::string::npos);
}

TEST_CASE("https probe: cut at every byte, and in pieces of every size") {
    const auto first = http("200 OK", kPage, kIis), second = http("404 Not Found", "x");
    for (std::size_t size = 0; size < first.size(); ++size) {
        CAPTURE(size);
        const auto played = play(https, target(), {first.substr(0, size)});
        CHECK(played.answer.conclusion == Conclusion::unfinished);
        CHECK(played.asked.size() == 1);
        CHECK(played.has(http_answer::kStatus) == (size > first.find("\r\n\r\n") + 3));
    }
    // The second path is another service's, which then gives no answer.
    for (std::size_t size = 0; size < second.size(); ++size) {
        const auto played = play(https, target(), {first, second.substr(0, size)});
        CHECK(played.answer.conclusion == Conclusion::unfinished);
        CHECK(played.answer.unanswered == "GET /CertProv/CertProvisioningService.svc");
        CHECK(
            played.list(http_answer::kPaths).back() ==
            "GET /CertProv/CertProvisioningService.svc: closed without an answer"
        );
    }
    const auto whole = play(https, target(), {first, second}).answer.facts;
    for (const std::size_t piece : {1u, 2u, 3u, 7u, 100u})
        CHECK(play(https, target(), {first, second}, piece).answer.facts == whole);
}

TEST_CASE("https probe: a server that closes after each answer is asked no more") {
    const auto closing = play(https, target(), {http("200 OK", "x", "Connection: close\r\n")});
    CHECK(closing.answer.conclusion == Conclusion::finished);
    CHECK(closing.asked.size() == 1);
    const auto endless = play(https, target(), {"HTTP/1.0 200 OK\r\n\r\n" + kPage});
    CHECK(endless.answer.conclusion == Conclusion::finished);
    CHECK(endless.text(https_answer::kMachine) == "DC01-FE01");
}

TEST_CASE("https probe: redirects are reported as sent and not followed, in loops neither") {
    for (const std::string where :
         {"https://web.contoso.com/meet/", "http://web.contoso.com/", "file:///etc/passwd",
          "http://169.254.169.254/latest/meta-data/", "/meet/", "//evil.example/",
          "https://x/\xc2\x9b[31m<script>"}) {
        CAPTURE(where);
        const auto redirect = http("302 Found", "", "Location: " + where + "\r\n");
        const auto played = play(https, target(), {redirect, redirect, redirect});
        CHECK(played.answer.conclusion == Conclusion::finished);
        CHECK(played.text(http_answer::kLocation) == where);
        CHECK(played.asked.size() == 3);
        CHECK(played.requests.find("evil") == std::string::npos);
        CHECK(played.requests.find("Host: web.contoso.com\r\n") != std::string::npos);
    }
    // Control characters make no header (RFC 9110 5.5).
    CHECK(
        play(https, target(), {http("302 Found", "", "Location: https://x/\x1b[31m\r\n")})
            .answer.conclusion == Conclusion::protocol_error
    );
    // A line break in a header ends it, whatever it was meant to be.
    const auto split = play(
        https, target(), {http("302 Found", "", "Location: https://x/\r\nServer: forged\r\n")}
    );
    CHECK(split.text(http_answer::kLocation) == "https://x/");
}

TEST_CASE("https probe: refusals are explained") {
    struct Row {
        std::string answer, refusal, remedy;
        bool identity = false;
    };
    const std::string iis = "<h2>HTTP Error 403.7 - Forbidden</h2>The page you are attempting to "
                            "access requires your browser to have a certificate.";
    for (const auto& row :
         {Row{http("403 Forbidden", iis), "wants a client certificate and got none (IIS 403.7)",
              "give the target an identity"},
          Row{http("403 Forbidden", iis), "IIS 403.7", "look for a proxy in between", true},
          Row{http("403 Forbidden", "403.16 - Client certificate is untrusted or invalid"),
              "does not trust our certificate", "KB 2795828", true},
          Row{http("403 Forbidden", "HTTP Error 403.13"), "revoked", "CRL", true},
          Row{http("403 Forbidden", "Your client certificate has expired or is not yet valid."),
              "expired", "clock", true},
          Row{http("403 Forbidden", "<h2>403 - Forbidden: Access is denied.</h2>"),
              "forbids /meet/ to us and does not say why", "give the target an identity"},
          Row{http("403 Forbidden", ""), "does not say why", "IIS 403.16", true},
          Row{http("403 Forbidden ( The page requires a client certificate as part of the "
                   "authentication process. )"),
              "IIS 403.7", "give the target an identity"},
          Row{http("400 Bad Request", "<center>No required SSL certificate was sent</center>"),
              "wants a client certificate and got none", "give the target an identity"},
          Row{http("400 Bad Request", "<h2>Bad Request - Invalid Hostname</h2>"),
              "no web site of this server has the name", "bindings"},
          Row{http("400 Bad Request", "<center>The SSL certificate error</center>"),
              "does not accept ours", "trusted CAs", true}}) {
        CAPTURE(row.answer);
        const auto played =
            play(https, target(), {row.answer, http("200 OK")}, std::string::npos, row.identity);
        CHECK(played.answer.conclusion == Conclusion::finished);
        CHECK(played.text(http_answer::kRefusal).find(row.refusal) != std::string::npos);
        CHECK(played.text(http_answer::kRemedy).find(row.remedy) != std::string::npos);
        // About the certificate itself, or about something else.
        const auto refusal = played.text(http_answer::kRefusal);
        const bool missing = refusal.find("got none") != std::string::npos;
        const bool other = refusal.find("does not say why") != std::string::npos ||
                           refusal.find("no web site") != std::string::npos;
        CHECK(played.answer.certificate_missing == missing);
        CHECK(played.answer.certificate_refusal.empty() == (missing || other));
    }
    for (const auto& harmless :
         {http("400 Bad Request", "Bad Request"), http("401 Unauthorized", "403.7"),
          http("404 Not Found", "client certificate is required"), http("200 OK", "403.16")})
        CHECK_FALSE(play(https, target(), {harmless, harmless}).has(http_answer::kRefusal));
}

TEST_CASE("https probe: diagnostics and unasked-for compression are kept as sent") {
    const auto played = play(
        https, target(),
        {http("200 OK", "\x1f\x8b wrong gzip", "Content-Encoding: gzip\r\n"),
         http("401 Unauthorized", "", "X-Ms-diagnostics: 28020;source=\"fe01\";reason=\"x\"\r\n")}
    );
    CHECK(played.text(http_answer::kContentEncoding) == "gzip");
    CHECK(
        played.list(http_answer::kDiagnostics) ==
        std::vector<std::string>{"28020;source=\"fe01\";reason=\"x\""}
    );
    CHECK_FALSE(played.has(https_answer::kBuild));
    CHECK_FALSE(play(https, target(), {http("200 OK", "", "Content-Encoding: identity\r\n")})
                    .has(http_answer::kContentEncoding));
}

TEST_CASE("https probe: garbage is a protocol error, too much a limit, and what was seen is kept") {
    CHECK(play(https, target(), {"SSH-2.0-x\r\n"}).answer.conclusion == Conclusion::protocol_error);
    const auto header =
        play(https, target(), {"HTTP/1.1 200 OK\r\nA: " + std::string(1u << 20, 'a')}, 1000);
    CHECK(header.answer.conclusion == Conclusion::limit_exceeded);
    const auto body = play(
        https, target(), {http("200 OK", std::string(limits::kHttpBody + 1, 'x'), kIis)}, 10000
    );
    CHECK(body.answer.conclusion == Conclusion::limit_exceeded);
    CHECK(body.answer.detail == "its HTTP body is longer than 1048576 bytes");
    CHECK(body.number(http_answer::kStatus) == 200);
    CHECK(body.text(http_answer::kServerFqdn) == "FE01.contoso.com");
    const auto second = play(https, target(), {http("200 OK", kPage, kIis), "garbage"});
    CHECK(second.answer.conclusion == Conclusion::protocol_error);
    CHECK(second.text(https_answer::kBuild) == "5.0.8308.866");
}

TEST_CASE("https probe: pages that are not quite the join page") {
    CHECK(read_join_page("").build.empty());
    CHECK(read_join_page("lcs_se_w16_msrc6.0.9319.88").build == "6.0.9319.88");
    CHECK(read_join_page("lcs_se_w16_msrc").build.empty());
    CHECK(read_join_page("ucwa-int-url>https://a.example/x<").internal_web_fqdn == "a.example");
    CHECK(
        read_join_page("ucwa-int-url&gt;https:\\/\\/a.example/x&lt;").internal_web_fqdn ==
        "a.example"
    );
    CHECK(
        read_join_page("ucwa-int-url%3ehttps%3a%2f%2fa.example%2f%3c").internal_web_fqdn ==
        "a.example"
    );
    CHECK(
        read_join_page("ucwa-int-url\\u003ehttps\\u003a//[::1]:8443/<").internal_web_fqdn == "::1"
    );
    CHECK(read_join_page("ucwa-int-url>https://u@a.example/<").internal_web_fqdn.empty());
    CHECK(read_join_page("ucwa-int-url>javascript:alert(1)<").internal_web_fqdn.empty());
    CHECK(read_join_page("ucwa-int-url>https://\\x1b[31m/<").internal_web_fqdn.empty());
    CHECK(read_join_page("diagInfo = 'Machine: FE02.contoso.com'").machine == "FE02.contoso.com");
    CHECK(read_join_page("diagInfo = 'Machine&#58;FE03&#x3c;'").machine == "FE03");
    CHECK(read_join_page("diagInfo = 'Machine").machine.empty());
    CHECK(read_join_page("diagInfo Machine:" + std::string(5000, 'x')).machine.size() <= 253);
    CHECK(product_of_build("7.0.2046.0") == Product::skype_2019);
    CHECK(product_of_build("4.0.7577.0") == Product::lync_2010);
    CHECK(product_of_build("50.1") == Product::unknown);
    CHECK(product_of_build("") == Product::unknown);
    for (std::size_t size = 0; size < kPage.size(); ++size)
        (void)read_join_page(std::string_view(kPage).substr(0, size));
}
