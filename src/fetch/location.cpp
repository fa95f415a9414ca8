// SPDX-License-Identifier: MIT
// libcurl's own parser decides, so that the host which is judged is the one that is asked.
#include "fetch/location.h"

#include "fetch/curl_handles.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace lyncprobe::fetch {

namespace {

constexpr std::size_t kLongestUrl = 8192;

std::string scheme_of(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon > 16) return {};
    return to_lower(text.substr(0, colon));
}

// Certificates carry spaces and other letters as they are; everything else goes out verbatim, the
// '+' of a delta CRL's name above all.
std::optional<std::string> encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (is_control(c)) return std::nullopt;
        if (octet == ' ' || octet >= 0x80)
            out += fmt::format("%{:02X}", octet);
        else
            out += c;
    }
    if (out.size() > kLongestUrl) return std::nullopt;
    return out;
}

std::string part(CURLU* url, CURLUPart which, unsigned flags) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    std::string out(text);
    curl_free(text);
    return out;
}

LocationRead refused(FetchOutcome outcome, std::string detail) {
    return {.location = std::nullopt, .refusal = {outcome, std::move(detail)}};
}

} // namespace

LocationRead read_location(std::string_view text, const std::string& ldap_server) {
    const auto scheme = scheme_of(text);
    const bool ldap = scheme == "ldap" || scheme == "ldaps";
    if (!ldap && scheme != "http" && scheme != "https")
        return refused(
            FetchOutcome::unsupported,
            scheme.empty() ? "this is no URL" : fmt::format("{} locations are not fetched", scheme)
        );
    auto url = encoded(text);
    if (!url) return refused(FetchOutcome::unsupported, "this is no URL that can be asked for");

    Location location{.url = {}, .tls = scheme.ends_with('s')};
    if (ldap && url->compare(scheme.size(), 4, ":///") == 0) {
        // What a CA of Active Directory writes by default.
        if (ldap_server.empty())
            return refused(
                FetchOutcome::domain_member_only,
                "only a member of the domain can check this: the location names no host, which "
                "means any domain controller (--ldap-server names one)"
            );
        url->insert(scheme.size() + 3, ldap_server);
        location.by_operator = true;
    }
    const UrlPtr parsed(curl_url());
    // libcurl need not be built with LDAP: it only takes the URL apart.
    if (!parsed ||
        curl_url_set(parsed.get(), CURLUPART_URL, url->c_str(), CURLU_NON_SUPPORT_SCHEME) !=
            CURLUE_OK)
        return refused(FetchOutcome::unsupported, "this is no URL that can be asked for");
    // Whoever wrote the certificate could have us log in somewhere.
    if (!part(parsed.get(), CURLUPART_USER, 0).empty() ||
        !part(parsed.get(), CURLUPART_PASSWORD, 0).empty())
        return refused(FetchOutcome::unsupported, "the location names a user; it is not fetched");
    location.host = part(parsed.get(), CURLUPART_HOST, 0);
    if (location.host.starts_with('['))
        location.host = location.host.substr(1, location.host.size() - 2);
    const auto port = part(parsed.get(), CURLUPART_PORT, 0);
    location.port = ldap ? (location.tls ? 636 : 389) : (location.tls ? 443 : 80);
    if (!port.empty()) std::from_chars(port.data(), port.data() + port.size(), location.port);
    location.curl_host = location.host;
    location.literal = parse_address(location.host);
    if (!location.literal) {
        // In one spelling, so that one host is looked up and waited for once.
        const auto name = check_host_name(location.host);
        if (!name.reason.empty())
            return refused(
                FetchOutcome::unsupported, fmt::format("its host is no name: {}", name.reason)
            );
        location.host = name.name;
    }
    if (location.port == 0) return refused(FetchOutcome::unsupported, "its port cannot be");
    if (ldap) location.directory = codec::read_ldap_url(*url);
    if (ldap && !location.directory)
        return refused(
            FetchOutcome::unsupported,
            "it asks a directory for more than one entry, or with a filter that is not understood"
        );
    location.url = std::move(*url);
    return {.location = std::move(location)};
}

} // namespace lyncprobe::fetch
