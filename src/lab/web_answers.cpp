// SPDX-License-Identifier: MIT
// One request of a web site → headers and body. What the pages say is web_pages.cpp's.
#include "lab/web_answers.h"

#include "lab/web_pages.h"
#include "model/text/ascii.h"

#include <string>

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

using Site = WebBehaviour::Site;
using Certificate = WebClient::Certificate;

constexpr std::string_view kCertificateService = "/certprov/certprovisioningservice.svc";

// Request is the first line of a request taken apart, and who sent it.
struct Request {
    std::string_view method;
    std::string path; // lower case, because IIS does not care; without query and closing slash
    std::string_view target, host, accept;
    const WebClient& client;
};

Request parse(std::string_view request, const WebClient& client) {
    const auto line = first_line(request);
    const auto method = line.substr(0, line.find(' '));
    auto target = line.substr(std::min(line.size(), method.size() + 1));
    target = target.substr(0, target.find(' '));
    auto path = to_lower(target.substr(0, target.find('?')));
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return {method,
            std::move(path),
            target,
            header_value(request, "Host"),
            header_value(request, "Accept"),
            client};
}

// IIS tells by the substatus why: 403.7 = a certificate is required, 403.16 = it is not trusted.
WebPage certificate_refusal(Certificate certificate) {
    return certificate == Certificate::none
               ? error_page(403, "403.7 - Forbidden: SSL client certificate is required")
               : error_page(403, "403.16 - Forbidden: client certificate is not trusted");
}

WebPage lync_page(const Request& request, const WebBehaviour& web) {
    constexpr std::string_view kRoot = "/autodiscover/autodiscoverservice.svc/root";
    const std::string& path = request.path;
    // The published rule maps "/" of these names to the service.
    const bool asked_at_discover = request.host.starts_with("lyncdiscover");
    if (path == kRoot || (path == "/" && asked_at_discover)) {
        const auto format = autodiscover_format(request.accept);
        return request.client.tls ? autodiscover_root(web, format)
                                  : autodiscover_redirect(web, format);
    }
    if (path == "/") return start_page();
    if (path == std::string(kRoot) + "/domain")
        return autodiscover_domain(web, autodiscover_format(request.accept));
    if (path == std::string(kRoot) + "/user") return web_ticket_challenge(web);
    if (path == std::string(kRoot) + "/oauth/user" || path == "/ucwa/v1/applications")
        return oauth_challenge(web);
    if (path == "/meet" || path.starts_with("/meet/")) return join_page(web, request.client.now);
    if (path == "/dialin") return dial_in_page();
    if (path == "/metadata/json/1" && !web.oauth_certificate.empty()) return oauth_metadata(web);
    if (path == kCertificateService) {
        const auto certificate = request.client.certificate;
        // IIS asks for the certificate by URL, and refuses by page, not by alert.
        if (request.client.certificate_demanded && certificate != Certificate::accepted)
            return certificate_refusal(certificate);
        return service_page("CertProvisioningService");
    }
    if (path == "/groupexpansion/service.svc" || path == "/abs/handler") {
        WebPage page = error_page(401);
        page.headers = "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n";
        return page;
    }
    return error_page(404);
}

// The servers of the pool show each other certificates; whoever shows none learns no more.
WebPage conference_control_page(const Request& request) {
    if (!request.path.starts_with("/liveserver/")) return error_page(404);
    if (request.client.certificate != Certificate::accepted) return error_page(403);
    return {200, "text/xml", "<?xml version=\"1.0\" encoding=\"utf-8\"?><response/>", {}};
}

WebPage replication_page(const Request& request) {
    if (!request.path.starts_with("/replicationwebservice")) return error_page(404);
    if (request.client.certificate != Certificate::accepted) return error_page(403);
    return service_page("ReplicationWebService");
}

WebPage page_for(const Request& request, const WebBehaviour& web) {
    // A reverse proxy that sends every request elsewhere.
    if (!web.redirect.empty())
        return {302, "text/html", {}, fmt::format("Location: {}\r\n", web.redirect)};
    if (request.method != "GET") return {405, "text/html", {}, "Allow: GET\r\n"};
    switch (web.site) {
    case Site::start_page: return start_page();
    case Site::lync: return lync_page(request, web);
    case Site::office:
        return request.path == "/hosting/discovery" ? wopi_discovery(web.external_web)
                                                    : error_page(404);
    case Site::conference_control: return conference_control_page(request);
    case Site::replication: return replication_page(request);
    }
    return error_page(404);
}

std::string server_headers(const WebBehaviour& web) {
    if (web.site == Site::conference_control) return fmt::format("Server: {}\r\n", web.rtc_server);
    if (web.site == Site::replication) return "Server: Microsoft-HTTPAPI/2.0\r\n";
    std::string headers = "Server: Microsoft-IIS/8.5\r\n";
    if (web.site != Site::start_page) headers += "X-AspNet-Version: 4.0.30319\r\n";
    if (!web.server_fqdn.empty())
        headers += fmt::format("X-MS-Server-Fqdn: {}\r\n", web.server_fqdn);
    return headers + "X-Powered-By: ASP.NET\r\nX-Content-Type-Options: nosniff\r\n";
}

} // namespace

Reply web_answer(std::string_view request, const WebBehaviour& web, const WebClient& client) {
    if (first_line(request).find(" HTTP/1.") == std::string_view::npos) return {};
    const WebPage page = page_for(parse(request, client), web);
    // The probe says so with its last request.
    const bool close = equal_ignoring_case(header_value(request, "Connection"), "close");
    Reply reply;
    reply.text = fmt::format(
        "HTTP/1.1 {}\r\n"
        "Cache-Control: no-cache\r\n"
        "Content-Type: {}\r\n"
        "{}{}Date: {}\r\n"
        "{}Content-Length: {}\r\n\r\n{}",
        status_text(page.status), page.type, server_headers(web), page.headers,
        fixdate(client.now + web.clock_offset), close ? "Connection: close\r\n" : "",
        page.body.size(), page.body
    );
    if (close) reply.then = Reply::Then::close;
    return reply;
}

bool wants_client_certificate(std::string_view request) {
    return parse(request, {}).path.starts_with("/certprov");
}

} // namespace lyncprobe::lab
