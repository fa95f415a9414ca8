// SPDX-License-Identifier: MIT
#include "lab/web_pages.h"

#include "lab/answers.h"

#include <array>
#include <vector>

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

constexpr std::string_view kXmlHead = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
constexpr std::string_view kXmlType = "application/vnd.microsoft.rtc.autodiscover+xml; v=1";
constexpr std::string_view kJsonType = "application/vnd.microsoft.rtc.autodiscover+json; v=1";

struct Link {
    std::string_view token;
    std::string href;
};
// Access is one of the four elements that tell where a SIP server is.
struct Access {
    std::string_view element;
    std::string_view fqdn;
    std::uint16_t port = 0;
};

// The web services as whoever asks reaches them.
const std::string& own_web(const WebBehaviour& web) {
    return web.external ? web.external_web : web.internal_web;
}

std::string_view location(const WebBehaviour& web) {
    return web.external ? "External" : "Internal";
}

std::string root_url(const WebBehaviour& web) {
    return fmt::format("https://{}/Autodiscover/AutodiscoverService.svc/root", own_web(web));
}

// The JSON writer of .NET escapes slashes.
std::string with_escaped_slashes(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '/') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

WebPage document(
    const WebBehaviour& web, AutodiscoverFormat format, std::string_view element,
    const std::vector<Access>& accesses, const std::vector<Link>& links
) {
    std::string inside;
    if (format == AutodiscoverFormat::xml) {
        for (const auto& [name, fqdn, port] : accesses)
            inside += fmt::format("<{} fqdn=\"{}\" port=\"{}\"/>", name, fqdn, port);
        for (const auto& [token, href] : links)
            inside += fmt::format("<Link token=\"{}\" href=\"{}\"/>", token, href);
        return {
            200, std::string(kXmlType),
            fmt::format(
                "{}<AutodiscoverResponse xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                "AccessLocation=\"{}\"><{}>{}</{}></AutodiscoverResponse>",
                kXmlHead, location(web), element, inside, element
            )};
    }
    for (const auto& [name, fqdn, port] : accesses)
        inside += fmt::format(R"("{}":{{"fqdn":"{}","port":"{}"}},)", name, fqdn, port);
    inside += R"("Links":[)";
    for (const auto& [token, href] : links)
        inside += fmt::format(
            R"({}{{"href":"{}","token":"{}"}})", inside.ends_with('[') ? "" : ",",
            with_escaped_slashes(href), with_escaped_slashes(token)
        );
    return {
        200, std::string(kJsonType),
        fmt::format(R"({{"AccessLocation":"{}","{}":{{{}]}}}})", location(web), element, inside)};
}

std::string linked(const WebBehaviour& web) {
    const std::string root = root_url(web);
    return fmt::format(
        R"({{"_links":{{"self":{{"href":"{0}"}},"user":{{"href":"{0}/oauth/user"}},)"
        R"("xframe":{{"href":"https://{1}/Autodiscover/XFrame/XFrame.html"}}}}}})",
        root, own_web(web)
    );
}

} // namespace

WebPage start_page() {
    return {200, "text/html", "<!DOCTYPE html><title>IIS Windows Server</title>", {}};
}

WebPage error_page(int status, std::string_view reason) {
    const std::string text = reason.empty() ? status_text(status) : std::string(reason);
    return {
        status,
        "text/html",
        fmt::format("<!DOCTYPE html><title>{0}</title><h1>{0}</h1>", text),
        {}};
}

WebPage service_page(std::string_view service) {
    return {
        200,
        "text/html; charset=UTF-8",
        fmt::format(
            "<!DOCTYPE html><title>{0} Service</title><h1>{0} Service</h1><p>A service is here: "
            "svcutil.exe {0}.svc?wsdl",
            service
        ),
        {}};
}

WebPage join_page(const WebBehaviour& web, std::time_t now) {
    return {
        200,
        "text/html; charset=utf-8",
        fmt::format(
            "<!DOCTYPE html><title>Meeting</title><script>\r\n"
            "var resourceUrl = \"/meet/JavaScriptResourceHandler.ashx?{}&language=\";\r\n"
            "var diagInfo = \"Machine:{} UTC time:{} Correlation id:1467392104\";\r\n"
            "</script>\r\n"
            "<conf-info "
            "xmlns=\"http://schemas.microsoft.com/rtc/2009/05/"
            "simplejoinconfdoc\"><ucwa-ext-url>https://{}/ucwa/v1/applications</"
            "ucwa-ext-url><ucwa-int-url>https://{}/ucwa/v1/applications</ucwa-int-url></"
            "conf-info>\r\n",
            web.build, web.server_fqdn, fixdate(now + web.clock_offset), web.external_web,
            web.internal_web
        ),
        {}};
}

WebPage dial_in_page() {
    return {200, "text/html", "<!DOCTYPE html><title>Dial-in conferencing</title>", {}};
}

WebPage wopi_discovery(std::string_view host) {
    std::string zones;
    for (const std::string_view zone : {"internal-https", "external-https"})
        zones += fmt::format(
            "<net-zone name=\"{0}\"><app name=\"PowerPoint\"><action name=\"present\" ext=\"pptx\" "
            "urlsrc=\"https://{1}/m/Presenter.aspx?\"/><action name=\"attend\" ext=\"pptx\" "
            "urlsrc=\"https://{1}/m/ParticipantFrame.aspx?\"/></app></net-zone>",
            zone, host
        );
    return {
        200, "text/xml", fmt::format("{}<wopi-discovery>{}</wopi-discovery>", kXmlHead, zones), {}};
}

AutodiscoverFormat autodiscover_format(std::string_view accept) {
    if (accept.find("autodiscover+xml") != std::string_view::npos) return AutodiscoverFormat::xml;
    if (accept.find("application/json") != std::string_view::npos)
        return AutodiscoverFormat::linked_json;
    return AutodiscoverFormat::json;
}

WebPage autodiscover_root(const WebBehaviour& web, AutodiscoverFormat format) {
    if (format == AutodiscoverFormat::linked_json)
        return {200, "application/json; charset=utf-8", linked(web), {}};
    const std::string root = root_url(web);
    return document(
        web, format, "Root", {},
        {{"Domain", root + "/domain"}, {"User", root + "/user"}, {"OAuth", root + "/oauth/user"}}
    );
}

WebPage autodiscover_redirect(const WebBehaviour& web, AutodiscoverFormat format) {
    if (format == AutodiscoverFormat::linked_json)
        return {
            200,
            "application/json; charset=utf-8",
            fmt::format(R"({{"_links":{{"redirect":{{"href":"{}"}}}}}})", root_url(web)),
            {}};
    return document(web, format, "Root", {}, {{"Redirect", root_url(web)}});
}

WebPage autodiscover_domain(const WebBehaviour& web, AutodiscoverFormat format) {
    const auto service = [](const std::string& host, std::string_view path) {
        return fmt::format("https://{}{}", host, path);
    };
    constexpr std::string_view kDiscover = "/Autodiscover/AutodiscoverService.svc/root";
    constexpr std::string_view kBroker = "/Reach/sip.svc", kUcwa = "/ucwa/v1/applications";
    // There is no third format of this document: UCWA does not ask for it.
    if (format == AutodiscoverFormat::linked_json) format = AutodiscoverFormat::json;
    return document(
        web, format, "Domain",
        {{"SipServerInternalAccess", web.internal_sip, web.internal_sip_port},
         {"SipClientInternalAccess", web.internal_sip, web.internal_sip_port},
         {"SipServerExternalAccess", web.external_sip, web.federation_port},
         {"SipClientExternalAccess", web.external_sip, web.access_port}},
        {{"Internal/Autodiscover", service(web.internal_web, kDiscover)},
         {"Internal/AuthBroker", service(web.internal_web, kBroker)},
         {"External/Autodiscover", service(web.external_web, kDiscover)},
         {"External/AuthBroker", service(web.external_web, kBroker)},
         {"Internal/Ucwa", service(web.internal_web, kUcwa)},
         {"External/Ucwa", service(web.external_web, kUcwa)}}
    );
}

WebPage web_ticket_challenge(const WebBehaviour& web) {
    WebPage page = error_page(401);
    page.headers = fmt::format(
        "X-MS-WebTicketURL: https://{}/WebTicket/WebTicketService.svc\r\n"
        "X-MS-WebTicketSupported: cwt,saml\r\n",
        own_web(web)
    );
    return page;
}

WebPage oauth_challenge(const WebBehaviour& web) {
    WebPage page = error_page(401);
    page.headers = fmt::format(
        "WWW-Authenticate: MsRtcOAuth "
        "href=\"https://{}/WebTicket/"
        "oauthtoken\",grant_type=\"urn:microsoft.rtc:windows,urn:microsoft.rtc:anonmeeting,"
        "password\"\r\n",
        own_web(web)
    );
    return page;
}

WebPage oauth_metadata(const WebBehaviour& web) {
    constexpr std::string_view kLync = "00000004-0000-0ff1-ce00-000000000000";
    return {
        .type = "application/json",
        .body = fmt::format(
            R"({{"serviceName":"{0}","id":"{0}@contoso.example","issuer":"{0}@contoso.example",)"
            R"("keys":[{{"usage":"signing","keyValue":{{"type":"x509Certificate","value":"{1}"}}}}]}})",
            kLync, web.oauth_certificate
        )};
}

} // namespace lyncprobe::lab
