// SPDX-License-Identifier: MIT
#include "codec/autodiscover.h"

#include "model/limits.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::codec;

namespace {

using Link = AutodiscoverDocument::Link;
using SipAccess = AutodiscoverDocument::SipAccess;

const std::string kXml = R"(<?xml version="1.0" encoding="utf-8"?>
<AutodiscoverResponse AccessLocation="External"><Root>
 <Link token="Domain" href="https://web.contoso.com/Autodiscover/AutodiscoverService.svc/root/domain"/>
 <Link token="User" href="https://web.contoso.com/Autodiscover/AutodiscoverService.svc/root/user"/>
</Root></AutodiscoverResponse>)";

const std::string kJson =
    R"({"AccessLocation":"External","Root":{"Links":[)"
    R"({"href":"https:\/\/web.contoso.com\/Autodiscover\/AutodiscoverService.svc\/root\/domain","token":"Domain"},)"
    R"({"href":"https:\/\/web.contoso.com\/Autodiscover\/AutodiscoverService.svc\/root\/user","token":"User"}]}})";

const std::string kUcwa =
    R"({"_links":{"self":{"href":"https://web.contoso.com/Autodiscover/AutodiscoverService.svc/root?originalDomain=contoso.com"},)"
    R"("user":{"href":"https://web.contoso.com/Autodiscover/AutodiscoverService.svc/root/oauth/user"},)"
    R"("xframe":{"href":"https://web.contoso.com/Autodiscover/XFrame/XFrame.html"}}})";

const std::string kDomainXml = R"(<AutodiscoverResponse AccessLocation="Internal"><Domain>
 <SipServerInternalAccess fqdn="pool01.contoso.com" port="5061"/>
 <SipClientInternalAccess fqdn=" pool01.contoso.com" port="443"/>
 <SipServerExternalAccess fqdn="sip.contoso.com" port="5061"/>
 <SipClientExternalAccess fqdn="sip.contoso.com " port="443"/>
 <Link token="Internal/Autodiscover" href="https://webint.contoso.net/Autodiscover/AutodiscoverService.svc/root"/>
 <Link token="External/Autodiscover" href="https://web.contoso.com/Autodiscover/AutodiscoverService.svc/root"/>
 <Link token="Internal/AuthBroker" href="https://webint.contoso.net/Reach/sip.svc"/>
 <Link token="Ucwa" href="https://web.contoso.com/ucwa/v1/applications"/>
</Domain></AutodiscoverResponse>)";

const std::string kDomainJson =
    R"({"AccessLocation":"Internal","Root":null,"Domain":{)"
    R"("SipServerInternalAccess":{"fqdn":"pool01.contoso.com","port":5061},)"
    R"("SipClientExternalAccess":{"fqdn":"sip.contoso.com","port":"443"},)"
    R"("Links":[{"token":"Ucwa","href":"https://web.contoso.com/ucwa/v1/applications"}]}})";

AutodiscoverDocument good(const std::string& body, const std::string& type = {}) {
    std::string problem;
    auto document = read_autodiscover(body, type, &problem);
    REQUIRE_MESSAGE(document.has_value(), problem);
    return *document;
}

std::string problem_of(const std::string& body, const std::string& type = {}) {
    std::string problem;
    CHECK_FALSE(read_autodiscover(body, type, &problem).has_value());
    return problem;
}

} // namespace

TEST_CASE("autodiscover: the root document in its three formats") {
    const auto xml = good(kXml, "application/vnd.microsoft.rtc.autodiscover+xml;v=1");
    CHECK(to_text(xml.format) == "xml");
    CHECK(xml.access_location == "External");
    REQUIRE(xml.links.size() == 2);
    const auto json = good(kJson);
    CHECK(to_text(json.format) == "json");
    CHECK(json.access_location == "External");
    CHECK(json.links == xml.links);
    REQUIRE(json.link("domain") != nullptr);
    CHECK(
        json.link("domain")->href ==
        "https://web.contoso.com/Autodiscover/AutodiscoverService.svc/root/domain"
    );
    CHECK(json.link("Redirect") == nullptr);
    const auto ucwa = good(kUcwa, "application/json");
    CHECK(to_text(ucwa.format) == "ucwa");
    CHECK(ucwa.links.size() == 3);
    CHECK(ucwa.link("user") != nullptr);
    CHECK(ucwa.sip_access.empty());
}

TEST_CASE("autodiscover: the domain document in both formats") {
    const auto xml = good(kDomainXml);
    CHECK(xml.access_location == "Internal");
    CHECK(
        xml.sip_access ==
        std::vector<SipAccess>{
            {"SipServerInternalAccess", "pool01.contoso.com", 5061},
            {"SipClientInternalAccess", "pool01.contoso.com", 443},
            {"SipServerExternalAccess", "sip.contoso.com", 5061},
            {"SipClientExternalAccess", "sip.contoso.com", 443}}
    );
    CHECK(xml.links.size() == 4);
    CHECK(xml.link("Internal/AuthBroker")->href == "https://webint.contoso.net/Reach/sip.svc");
    const auto json = good(kDomainJson);
    CHECK(
        json.sip_access ==
        std::vector<SipAccess>{
            {"SipServerInternalAccess", "pool01.contoso.com", 5061},
            {"SipClientExternalAccess", "sip.contoso.com", 443}}
    );
    CHECK(
        json.links == std::vector<Link>{{"Ucwa", "https://web.contoso.com/ucwa/v1/applications"}}
    );
}

TEST_CASE("autodiscover: the content is believed, not what it is called") {
    for (const auto* type : {"application/octet-stream", "text/html", "text/xml", ""}) {
        CHECK(to_text(good(kXml, type).format) == "xml");
        CHECK(to_text(good("\xef\xbb\xbf  " + kJson, type).format) == "json");
    }
}

TEST_CASE("autodiscover: why something is no document") {
    CHECK(problem_of("") == "it is empty");
    CHECK(problem_of(" \r\n ") == "it is empty");
    CHECK(problem_of("hello") == "it is neither XML nor JSON");
    CHECK(problem_of("<!DOCTYPE html><html></html>", "text/html") == "it is a web page");
    CHECK(problem_of("<HTML><body>IIS</body>") == "it is a web page");
    CHECK(
        problem_of("<?xml version='1.0'?><wopi-discovery/>") ==
        "its XML is no AutodiscoverResponse but 'wopi-discovery'"
    );
    CHECK(
        problem_of("<AutodiscoverResponse>\n<Root>") ==
        "its XML cannot be read: it is not well-formed: it ends before its outermost element "
        "does (line 2)"
    );
    CHECK(problem_of("[]") == "its JSON is no object");
    CHECK(problem_of("{}") == "its JSON has neither links nor a Root, Domain or User");
    CHECK(problem_of("{\"Root\":").starts_with("its JSON cannot be read: "));
    CHECK(problem_of("true", "application/json") == "its JSON is no object");
    CHECK(
        problem_of("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><AutodiscoverResponse/>")
            .find("declares a document type") != std::string::npos
    );
}

TEST_CASE("autodiscover: depth and count are bounded") {
    CHECK(problem_of(std::string(200'000, '[')).starts_with("its JSON cannot be read: "));
    CHECK(problem_of("{\"Root\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}")
              .starts_with("its JSON cannot be read: "));
    std::string objects;
    for (int i = 0; i < 200'000; ++i)
        objects += "{\"a\":";
    CHECK(problem_of(objects).starts_with("its JSON cannot be read: "));

    std::string links, accesses;
    for (std::size_t i = 0; i < limits::kLearntKept + 5; ++i) {
        links += "<Link token='t' href='https://h" + std::to_string(i) + "/'/>";
        accesses += "<SipClientExternalAccess fqdn='h" + std::to_string(i) + "' port='1'/>";
    }
    const auto many =
        good("<AutodiscoverResponse><Root>" + links + accesses + "</Root></AutodiscoverResponse>");
    CHECK(many.links.size() == limits::kLearntKept);
    CHECK(many.sip_access.size() == limits::kLearntKept);
    CHECK(many.left_out == 10);
}

TEST_CASE("autodiscover: odd members are passed over") {
    const auto document = good(
        R"({"Root":{"Links":[1,null,{"token":5},{"token":"A","href":7},{"token":"B","href":""},)"
        R"({"href":"x"}],"SipClientExternalAccess":{"fqdn":"a","port":70000},)"
        R"("SipServerExternalAccess":[1],"SipServerInternalAccess":{"fqdn":"a","port":-1},)"
        R"("SipClientInternalAccess":{"port":5061}},"User":[]})"
    );
    CHECK(document.links == std::vector<Link>{{"", "x"}});
    CHECK(document.sip_access.empty());
    CHECK(good(R"({"_links":{"a":1,"b":{"href":"y"},"c":{}}})").links.size() == 1);
}

TEST_CASE("autodiscover: cut at every byte it is no document") {
    for (const auto& whole : {kXml, kJson, kUcwa, kDomainXml, kDomainJson})
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            CHECK_FALSE(read_autodiscover(whole.substr(0, size), {}).has_value());
        }
}
