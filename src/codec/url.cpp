// SPDX-License-Identifier: MIT
#include "codec/url.h"

#include "model/host.h"
#include "model/text/ascii.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

constexpr std::size_t kLength = 2048; // no browser of the time took more

// These read one part each and say why it is none; nothing to say where it is good.
std::string read_host(std::string_view text, Url& out) {
    const bool bracketed = text.starts_with('[');
    // "[::1]" is an address with its brackets.
    if (const auto address = parse_address(text)) {
        out.host = to_text(*address);
        return {};
    }
    if (bracketed) return "its host is no IPv6 address";
    auto name = check_host_name(text);
    if (!name.reason.empty()) return "its host is no host name: " + name.reason;
    out.host = std::move(name.name);
    return {};
}

std::string read_port(std::string_view text, Url& out) {
    out.port = out.scheme == "https" ? 443 : 80;
    if (text.empty()) return {}; // RFC 3986 3.2.3 allows "host:"
    out.port = to_number<std::uint16_t>(text).value_or(0);
    if (out.port == 0) return "its port is no number from 1 to 65535";
    return {};
}

std::string check_characters(std::string_view text) {
    if (text.size() > kLength) return fmt::format("it is longer than {} characters", kLength);
    for (const char c : text) {
        if (c <= ' ' || c >= '\x7f')
            return "it has a blank, a control character or one beyond ASCII";
        if (c == '\\') return "it has a backslash"; // which some read as '/'
    }
    return {};
}

std::string read_authority(std::string_view text, Url& out) {
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        out.user_info = true;
        text.remove_prefix(at + 1);
    }
    // The colon before the port is the first one behind an IPv6 address.
    const auto host_end = text.starts_with('[') ? text.find(']') : 0;
    if (host_end == std::string_view::npos) return "its host is no IPv6 address";
    const auto colon = text.find(':', host_end);
    if (auto why = read_host(text.substr(0, colon), out); !why.empty()) return why;
    return read_port(
        colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1), out
    );
}

std::string read_url(std::string_view text, Url& out) {
    if (auto why = check_characters(text); !why.empty()) return why;
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) return "it has no scheme";
    out.scheme = to_lower(text.substr(0, scheme_end));
    if (out.scheme != "http" && out.scheme != "https")
        return "its scheme is neither http nor https";
    text.remove_prefix(scheme_end + 3);
    // RFC 9110 7.1: a fragment is never sent.
    text = text.substr(0, text.find('#'));
    const auto authority_end = std::min(text.find_first_of("/?"), text.size());
    out.path = text.substr(authority_end);
    if (!out.path.starts_with('/')) out.path.insert(0, "/");
    return read_authority(text.substr(0, authority_end), out);
}

} // namespace

std::optional<Url> parse_url(std::string_view text, std::string* problem) {
    Url out;
    auto why = read_url(text, out);
    if (why.empty()) return out;
    if (problem != nullptr) *problem = std::move(why);
    return std::nullopt;
}

std::string origin(const Url& url) {
    return fmt::format("{}://{}", url.scheme, host_and_port(url.host, url.port));
}

} // namespace lyncprobe::codec
