// SPDX-License-Identifier: MIT
#include "codec/autodiscover.h"

#include "codec/xml.h"
#include "model/limits.h"
#include "model/text/ascii.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace lyncprobe::codec {

namespace json = boost::json;

namespace {

using Document = AutodiscoverDocument;

// [MS-OCDISCWS] 3.1.5.4; the Server pair is documented as reserved, and sent.
constexpr std::array<std::string_view, 4> kSipAccess{
    "SipServerInternalAccess", "SipClientInternalAccess", "SipServerExternalAccess",
    "SipClientExternalAccess"};

// Where links and SIP servers stand, in XML as elements, in JSON as members.
constexpr std::array<std::string_view, 3> kResources{"Root", "Domain", "User"};

void add_link(Document& out, std::string_view token, std::string_view href) {
    href = trim(href);
    if (href.empty()) return;
    Document::Link link{std::string(trim(token)), std::string(href)};
    // The resources may repeat a link.
    if (std::find(out.links.begin(), out.links.end(), link) != out.links.end()) return;
    if (out.links.size() < limits::kLearntKept)
        out.links.push_back(std::move(link));
    else
        ++out.left_out;
}

// Microsoft's own example has blanks inside the quotes of fqdn.
void add_sip_access(
    Document& out, std::string_view token, std::string_view host, std::string_view port
) {
    host = trim(host);
    port = trim(port);
    Document::SipAccess access{std::string(token), std::string(host)};
    access.port = to_number<std::uint16_t>(port).value_or(0);
    if (host.empty() || access.port == 0) return;
    if (std::find(out.sip_access.begin(), out.sip_access.end(), access) != out.sip_access.end())
        return;
    if (out.sip_access.size() < limits::kLearntKept)
        out.sip_access.push_back(std::move(access));
    else
        ++out.left_out;
}

// These return what is wrong, in one clause; empty where nothing is.
std::string read_xml(std::string_view body, Document& out) {
    out.format = AutodiscoverFormat::xml;
    const auto document = XmlDocument::read(body, limits::kHttpBody);
    if (!document)
        return fmt::format(
            "its XML cannot be read: {}{}", document.error().what,
            document.error().where.line > 0 ? fmt::format(" (line {})", document.error().where.line)
                                            : std::string()
        );
    const auto root = document->root();
    if (root.name() != "AutodiscoverResponse")
        return equal_ignoring_case(root.name(), "html")
                   ? "it is a web page"
                   : fmt::format("its XML is no AutodiscoverResponse but '{}'", root.name());
    out.access_location = trim(root.attribute("AccessLocation"));
    // Wherever they stand: the resources differ by version, the names of links do not.
    for (auto element = root.first(); element; element = element.following()) {
        if (element.name() == "Link")
            add_link(out, element.attribute("token"), element.attribute("href"));
        for (const auto token : kSipAccess)
            if (element.name() == token)
                add_sip_access(out, token, element.attribute("fqdn"), element.attribute("port"));
    }
    return {};
}

const json::value* member(const json::object& object, std::string_view name) {
    for (const auto& entry : object)
        if (equal_ignoring_case(std::string_view(entry.key()), name)) return &entry.value();
    return nullptr;
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = member(object, name);
    if (value == nullptr) return {};
    const auto* text = value->if_string();
    return text != nullptr ? std::string(*text) : std::string();
}

// A port comes as a number or as text.
std::string port_of(const json::object& object) {
    const auto* value = member(object, "port");
    const auto* number = value != nullptr ? value->if_int64() : nullptr;
    return number != nullptr ? std::to_string(*number) : text_of(object, "port");
}

void read_links(const json::object& from, Document& out) {
    const auto* value = member(from, "Links");
    const auto* links = value != nullptr ? value->if_array() : nullptr;
    if (links == nullptr) return;
    for (const auto& entry : *links)
        if (const auto* link = entry.if_object())
            add_link(out, text_of(*link, "token"), text_of(*link, "href"));
}

void read_sip_access(const json::object& from, Document& out) {
    for (const auto token : kSipAccess) {
        const auto* value = member(from, token);
        if (const auto* access = value != nullptr ? value->if_object() : nullptr)
            add_sip_access(out, token, text_of(*access, "fqdn"), port_of(*access));
    }
}

std::string read_json(std::string_view body, Document& out) {
    json::error_code error;
    json::parse_options options;
    // Boost.JSON recurses.
    options.max_depth = limits::kJsonDepth;
    const auto value = json::parse({body.data(), body.size()}, error, {}, options);
    if (error) return fmt::format("its JSON cannot be read: {}", error.message());
    const auto* top = value.if_object();
    if (top == nullptr) return "its JSON is no object";
    out.access_location = trim(text_of(*top, "AccessLocation"));

    const auto* links = member(*top, "_links");
    // UCWA: links by name, and nothing else that is looked for here.
    if (const auto* by_name = links != nullptr ? links->if_object() : nullptr) {
        out.format = AutodiscoverFormat::ucwa;
        for (const auto& entry : *by_name)
            if (const auto* link = entry.value().if_object())
                add_link(out, std::string_view(entry.key()), text_of(*link, "href"));
        return {};
    }
    out.format = AutodiscoverFormat::json;
    bool known = false;
    for (const auto name : kResources) {
        const auto* resource = member(*top, name);
        known = known || resource != nullptr;
        if (const auto* object = resource != nullptr ? resource->if_object() : nullptr) {
            read_links(*object, out);
            read_sip_access(*object, out);
        }
    }
    return known ? std::string() : "its JSON has neither links nor a Root, Domain or User";
}

std::string read(std::string_view body, std::string_view content_type, Document& out) {
    auto begin = body;
    if (begin.starts_with("\xef\xbb\xbf")) begin.remove_prefix(3);
    begin = trim(begin);
    if (begin.empty()) return "it is empty";
    // What it is called is believed only where it cannot be seen: servers send documents as
    // octet-stream, and error pages as anything.
    const bool utf16 = body.starts_with("\xff\xfe") || body.starts_with("\xfe\xff");
    if (begin.front() == '{' || begin.front() == '[') return read_json(begin, out);
    const auto start = begin.substr(0, 64);
    if (contains_ignoring_case(start, "<!doctype html") || contains_ignoring_case(start, "<html"))
        return "it is a web page";
    if (begin.front() == '<' || utf16) return read_xml(body, out);
    if (contains_ignoring_case(content_type, "json")) return read_json(begin, out);
    return "it is neither XML nor JSON";
}

} // namespace

std::string_view to_text(AutodiscoverFormat format) {
    switch (format) {
    case AutodiscoverFormat::xml: return "xml";
    case AutodiscoverFormat::json: return "json";
    case AutodiscoverFormat::ucwa: return "ucwa";
    }
    return "?";
}

const AutodiscoverDocument::Link* AutodiscoverDocument::link(std::string_view token) const {
    for (const auto& link : links)
        if (equal_ignoring_case(link.token, token)) return &link;
    return nullptr;
}

std::optional<AutodiscoverDocument> read_autodiscover(
    std::string_view body, std::string_view content_type, std::string* problem
) {
    AutodiscoverDocument out;
    auto why = read(body, content_type, out);
    if (why.empty()) return out;
    if (problem != nullptr) *problem = std::move(why);
    return std::nullopt;
}

} // namespace lyncprobe::codec
