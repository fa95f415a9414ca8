// SPDX-License-Identifier: MIT
#include "probes/autodiscover.h"

#include "model/limits.h"
#include "probes/http_exchange.h"
#include "unit/probes/http_play.h"

using namespace lyncprobe;
using namespace lyncprobe::probes;
using lyncprobe::test::http;
using lyncprobe::test::play;
using Lines = std::vector<std::string>;
namespace keys = lyncprobe::probes::autodiscover_answer;

namespace {

Target target(const std::string& host = "lyncdiscover.contoso.com", std::uint16_t port = 443) {
    Target out;
    out.host = host;
    out.port = port;
    return out;
}

const std::string kRootPath = "/Autodiscover/AutodiscoverService.svc/root";

std::string a_link(const std::string& token, const std::string& href) {
    return "<Link token=\"" + token + "\" href=\"" + href + "\"/>";
}

std::string xml(const std::string& content, const std::string& resource = "Root") {
    return "<AutodiscoverResponse AccessLocation=\"External\"><" + resource + ">" + content + "</" +
           resource + "></AutodiscoverResponse>";
}

const std::string kIis = "Server: Microsoft-IIS/8.5\r\nX-MS-Server-Fqdn: FE01.contoso.com\r\n"
                         "Date: Tue, 01 Dec 2015 10:00:00 GMT\r\n";
const std::string kRoot = http(
    "200 OK",
    xml(a_link("Domain", "https://lyncdiscover.contoso.com/x/domain") +
        a_link("User", "https://web.contoso.com" + kRootPath + "/user")),
    kIis
);
const std::string kUcwa = http(
    "200 OK", R"({"_links":{"self":{"href":"https://web.contoso.com/root"},)"
              R"("user":{"href":"https://web.contoso.com/oauth/user"}}})"
);
const std::string kDomain = http(
    "200 OK", xml("<SipServerInternalAccess fqdn=\"pool01.contoso.com\" port=\"5061\"/>"
                  "<SipClientInternalAccess fqdn=\" Pool01.contoso.com\" port=\"5061\"/>"
                  "<SipClientExternalAccess fqdn=\"sip.contoso.com\" port=\"443\"/>" +
                      a_link("Internal/Autodiscover", "https://webint.contoso.net:4443/x") +
                      a_link("Ucwa", "https://web.contoso.com/ucwa"),
                  "Domain")
);
const std::string kNotFound = http("404 Not Found", "x", kIis);

} // namespace

TEST_CASE("autodiscover probe: root, JSON and domain document of a good server") {
    const auto played = play(autodiscover, target(), {kRoot, kUcwa, kDomain});
    CHECK(played.answer.conclusion == Conclusion::finished);
    CHECK(played.answer.detail == "answers GET / with 200 OK");
    CHECK(played.asked == Lines{"GET /", "GET /", "GET /x/domain"});
    CHECK(played.text(http_answer::kRequest) == "GET /");
    CHECK(played.number(http_answer::kStatus) == 200);
    CHECK(played.text(http_answer::kServer) == "Microsoft-IIS/8.5");
    CHECK(played.text(http_answer::kServerFqdn) == "FE01.contoso.com");
    CHECK(played.text(http_answer::kDate) == "Tue, 01 Dec 2015 10:00:00 GMT");
    CHECK(played.list(keys::kFormats) == Lines{"xml", "ucwa"});
    CHECK(played.text(keys::kAccessLocation) == "External");
    CHECK(
        played.list(keys::kLinks) ==
        Lines{
            "Domain https://lyncdiscover.contoso.com/x/domain",
            "User https://web.contoso.com/Autodiscover/AutodiscoverService.svc/root/user",
            "self https://web.contoso.com/root", "user https://web.contoso.com/oauth/user",
            "Internal/Autodiscover https://webint.contoso.net:4443/x",
            "Ucwa https://web.contoso.com/ucwa"}
    );
    CHECK(
        played.list(keys::kEndpoints) ==
        Lines{
            "Domain https://lyncdiscover.contoso.com:443", "User https://web.contoso.com:443",
            "SipServerInternalAccess sip://pool01.contoso.com:5061",
            "SipClientExternalAccess sip://sip.contoso.com:443",
            "Internal/Autodiscover https://webint.contoso.net:4443"}
    );
    CHECK_FALSE(played.has(keys::kRedirect));
    CHECK_FALSE(played.has(keys::kDocumentProblem));
    CHECK_FALSE(played.has(keys::kLeftOut));
    CHECK(
        played.requests.find("Accept: application/vnd.microsoft.rtc.autodiscover+xml;v=1\r\n") !=
        std::string::npos
    );
    CHECK(played.requests.find("Accept: application/json\r\n") != std::string::npos);
}

TEST_CASE("autodiscover probe: where the name alone is no document, the service is asked") {
    const auto played = play(autodiscover, target(), {kNotFound, kRoot, kUcwa, kDomain});
    CHECK(played.asked == Lines{"GET /", "GET " + kRootPath, "GET " + kRootPath, "GET /x/domain"});
    CHECK(played.text(http_answer::kRequest) == "GET " + kRootPath);
    CHECK(played.number(http_answer::kStatus) == 200);
    CHECK(played.list(http_answer::kPaths).front() == "GET /: 404 Not Found");
    // A web server's own name is asked for the service at once.
    const auto web = play(autodiscover, target("web.contoso.com", 4443), {kRoot, kUcwa, kDomain});
    CHECK(
        web.asked == Lines{"GET " + kRootPath, "GET " + kRootPath, "GET " + kRootPath + "/domain"}
    );
}

TEST_CASE("autodiscover probe: a domain link elsewhere is not followed") {
    for (const std::string where :
         {"https://web.contoso.com/x/domain", "https://lyncdiscover.contoso.com:4443/x/domain",
          "http://lyncdiscover.contoso.com/x/domain", "https://u@lyncdiscover.contoso.com/x/domain",
          "file:///x/domain", "/x/domain"}) {
        const auto played = play(
            autodiscover, target(),
            {http("200 OK", xml(a_link("Domain", where))), http("406 Not Acceptable"), kDomain}
        );
        CAPTURE(where);
        CHECK(played.asked == Lines{"GET /", "GET /", "GET " + kRootPath + "/domain"});
        CHECK(played.list(keys::kEndpoints).size() >= 4);
    }
}

TEST_CASE("autodiscover probe: JSON alone is enough") {
    const auto json = http(
        "200 OK", R"({"Root":{"Links":[{"token":"User","href":"https:\/\/web.contoso.com\/u"}]}})",
        "Content-Type: application/octet-stream\r\n"
    );
    const auto played = play(autodiscover, target(), {kNotFound, kNotFound, json, kNotFound});
    CHECK(played.answer.conclusion == Conclusion::finished);
    CHECK(played.list(keys::kFormats) == Lines{"json"});
    CHECK(played.asked.size() == 4);
    CHECK(played.list(keys::kEndpoints) == Lines{"User https://web.contoso.com:443"});
}

TEST_CASE("autodiscover probe: plain HTTP redirects in its body, and that is all") {
    auto plain = target("lyncdiscover.contoso.com", 80);
    plain.plain = true;
    const auto played = play(
        autodiscover, plain,
        {http("200 OK", xml(a_link("Redirect", "https://web.contoso.com" + kRootPath)))}
    );
    CHECK(played.answer.conclusion == Conclusion::finished);
    CHECK(played.asked == Lines{"GET /"});
    CHECK(played.requests.find("Host: lyncdiscover.contoso.com\r\n") != std::string::npos);
    CHECK(played.text(keys::kRedirect) == "https://web.contoso.com" + kRootPath);
    CHECK(std::get<bool>(*played.answer.facts.find(keys::kRedirectOtherDomain)) == false);
    CHECK(played.list(keys::kEndpoints) == Lines{"Redirect https://web.contoso.com:443"});
}

TEST_CASE("autodiscover probe: redirects are reported, judged by domain and never followed") {
    struct Row {
        std::string location;
        int other_domain; // -1: cannot be said
    };
    auto of_contoso = target();
    of_contoso.sip_domain = "contoso.com";
    for (const auto& row :
         {Row{"https://web.contoso.com/x", 0}, Row{"https://lyncdiscover.contoso.com/", 0},
          Row{"/Autodiscover", 0}, Row{"https://web.fabrikam.com/", 1},
          Row{"https://webdir.online.lync.com/", 1}, Row{"https://contoso.com.evil.example/", 1},
          Row{"http://169.254.169.254/", 1}, Row{"javascript:alert(1)", -1},
          Row{"//evil.example/", 1}, Row{"https://x\xc2\x9b[31m/", -1}}) {
        CAPTURE(row.location);
        const auto redirect = http("302 Found", "", "Location: " + row.location + "\r\n");
        const auto played =
            play(autodiscover, of_contoso, {redirect, redirect, redirect, redirect, redirect});
        CHECK(played.answer.conclusion == Conclusion::finished);
        CHECK(played.asked == Lines{"GET /", "GET " + kRootPath});
        CHECK(played.number(http_answer::kStatus) == 302);
        CHECK(played.text(http_answer::kLocation) == row.location);
        CHECK(played.text(keys::kRedirect) == row.location);
        const auto* other = played.answer.facts.find(keys::kRedirectOtherDomain);
        CHECK((other == nullptr) == (row.other_domain < 0));
        if (other != nullptr) CHECK(std::get<bool>(*other) == (row.other_domain == 1));
    }
}

TEST_CASE("autodiscover probe: a place told for both sides is no secret of the inside") {
    const auto shared = http(
        "200 OK", xml("<SipServerInternalAccess fqdn='sip.contoso.com' port='5061'/>"
                      "<SipServerExternalAccess fqdn='sip.contoso.com' port='5061'/>"
                      "<SipClientInternalAccess fqdn='pool.contoso.com' port='5061'/>")
    );
    const auto played = play(autodiscover, target(), {shared});
    CHECK(
        played.list(keys::kEndpoints) ==
        Lines{
            "SipServerExternalAccess sip://sip.contoso.com:5061",
            "SipClientInternalAccess sip://pool.contoso.com:5061"}
    );
    CHECK(is_for_inside({"Internal/Ucwa", "https", "web.contoso.com", 443}));
    CHECK_FALSE(is_for_inside({"External/Ucwa", "https", "web.contoso.com", 443}));
}

TEST_CASE("autodiscover probe: documents that disagree about the side are both kept") {
    const auto from = [](const std::string& side) {
        return http(
            "200 OK", "<AutodiscoverResponse AccessLocation='" + side +
                          "'><Root><Link token='User' href='https://w.contoso.com/'/></Root>"
                          "</AutodiscoverResponse>"
        );
    };
    const auto same = play(autodiscover, target(), {from("External"), from("external")});
    CHECK(same.text(keys::kAccessLocation) == "External");
    CHECK_FALSE(same.has(keys::kOtherAccessLocation));
    const auto mixed = play(autodiscover, target(), {from("External"), from("Internal")});
    CHECK(mixed.text(keys::kAccessLocation) == "External");
    CHECK(mixed.text(keys::kOtherAccessLocation) == "Internal");
}

TEST_CASE("autodiscover probe: domains that are the same, and that are not") {
    CHECK(same_domain("web.contoso.com", "contoso.com"));
    CHECK(same_domain("web.contoso.com", "lyncdiscover.eu.contoso.com"));
    CHECK_FALSE(same_domain("contoso.net", "contoso.com"));
    CHECK_FALSE(same_domain("mycontoso.com", "contoso.com"));
    CHECK(same_domain("web.contoso.co.uk", "sip.contoso.co.uk"));
    CHECK_FALSE(same_domain("web.fabrikam.co.uk", "sip.contoso.co.uk"));
    CHECK(same_domain("web.contoso.de", "contoso.de"));
    CHECK_FALSE(same_domain("web.contoso.de", "fabrikam.de"));
    CHECK(same_domain("localhost", "localhost"));
    CHECK(same_domain("192.0.2.7", "192.0.2.7"));
    CHECK_FALSE(same_domain("192.0.2.7", "198.51.2.7"));
    CHECK_FALSE(same_domain("192.0.2.7", "contoso.com"));
    CHECK_FALSE(same_domain("", "contoso.com"));
}

TEST_CASE("autodiscover probe: a page of 200 that is no document is explained") {
    const auto page = http("200 OK", "<!DOCTYPE html><html>IIS</html>");
    const auto played = play(autodiscover, target(), {page, page, page, page});
    CHECK(played.answer.conclusion == Conclusion::finished);
    CHECK(played.asked.size() == 3);
    CHECK(played.text(keys::kDocumentProblem) == "GET /: it is a web page");
    CHECK_FALSE(played.has(keys::kFormats));
    std::string bomb = "<!DOCTYPE l [<!ENTITY a \"&b;&b;\">]><AutodiscoverResponse/>";
    CHECK(
        play(autodiscover, target(), {http("200 OK", bomb)})
            .text(keys::kDocumentProblem)
            .find("declares a document type") != std::string::npos
    );
    CHECK(
        play(autodiscover, target(), {http("200 OK", std::string(200'000, '['))})
            .text(keys::kDocumentProblem)
            .find("its JSON cannot be read") != std::string::npos
    );
}

TEST_CASE("autodiscover probe: what is learnt is bounded, and the rest counted") {
    std::string many;
    for (std::size_t i = 0; i < limits::kLearntKept + 3; ++i)
        many += a_link("User", "https://h" + std::to_string(i) + ".contoso.com/") +
                "<SipClientExternalAccess fqdn='s" + std::to_string(i) + ".contoso.com' port='1'/>";
    const auto played = play(autodiscover, target(), {http("200 OK", xml(many))});
    CHECK(played.list(keys::kLinks).size() == limits::kLearntKept);
    CHECK(played.list(keys::kEndpoints).size() == limits::kLearntKept);
    CHECK(played.number(keys::kLeftOut) == 6 + std::int64_t{limits::kLearntKept});
}

TEST_CASE("autodiscover probe: foreign tokens and hosts stay within their line") {
    const auto played = play(
        autodiscover, target(),
        {http(
            "200 OK", xml(a_link("a b&#10;c", "https://web.contoso.com/") +
                          a_link("", "https://[2001:db8::1]/x") + a_link("x", "http://a.example/") +
                          "<SipClientExternalAccess fqdn='bad host' port='443'/>"
                          "<SipClientInternalAccess fqdn='192.0.2.9' port='5061'/>")
        )}
    );
    const Lines expected{
        "SipClientInternalAccess sip://192.0.2.9:5061", "a_b_c https://web.contoso.com:443",
        "_ https://[2001:db8::1]:443"};
    CHECK(played.list(keys::kEndpoints) == expected);
    for (const auto& line : expected) {
        const auto endpoint = read_learnt_endpoint(line);
        REQUIRE(endpoint.has_value());
        CHECK(to_text(*endpoint) == line);
    }
    CHECK(
        read_learnt_endpoint("Ucwa https://[2001:db8::1]:4443") ==
        LearntEndpoint{"Ucwa", "https", "2001:db8::1", 4443}
    );
    for (const auto* bad :
         {"", "Ucwa", " https://a:1", "Ucwa http://a:1", "Ucwa https://a", "Ucwa https://a:0",
          "Ucwa https://a:65536", "Ucwa https://a:1x", "Ucwa https://:1", "Ucwa https://a b:1",
          "Ucwa https://2001:db8::1:443", "Ucwa  https://a:1", "Ucwa https://a/b:1"})
        CHECK_FALSE(read_learnt_endpoint(bad).has_value());
}

TEST_CASE("autodiscover probe: cut at every byte, and in pieces of every size") {
    for (std::size_t size = 0; size < kRoot.size(); ++size)
        CHECK(
            play(autodiscover, target(), {kRoot.substr(0, size)}).answer.conclusion ==
            Conclusion::unfinished
        );
    for (std::size_t size = 0; size < kDomain.size(); ++size)
        CHECK(
            play(autodiscover, target(), {kRoot, kUcwa, kDomain.substr(0, size)})
                .answer.conclusion == Conclusion::finished
        );
    const auto whole = play(autodiscover, target(), {kRoot, kUcwa, kDomain}).answer.facts;
    for (const std::size_t piece : {1u, 2u, 5u, 64u})
        CHECK(play(autodiscover, target(), {kRoot, kUcwa, kDomain}, piece).answer.facts == whole);
    CHECK(
        play(autodiscover, target(), {"\x15\x03\x03"}).answer.conclusion ==
        Conclusion::protocol_error
    );
    CHECK(
        play(
            autodiscover, target(),
            {"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\n\r\n"}
        )
            .answer.conclusion == Conclusion::limit_exceeded
    );
}
