// SPDX-License-Identifier: MIT
#include "codec/auth_metadata.h"

#include "model/limits.h"
#include "model/text/ascii.h"
#include "model/text/utf8.h"

#include <algorithm>
#include <utility>

#include <boost/beast/core/detail/base64.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace lyncprobe::codec {

namespace json = boost::json;

namespace {

const json::value* member(const json::object& object, std::string_view name) {
    for (const auto& entry : object)
        if (equal_ignoring_case(std::string_view(entry.key()), name)) return &entry.value();
    return nullptr;
}

std::string_view text_of(const json::value* value) {
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    return text != nullptr ? std::string_view(*text) : std::string_view();
}

// Empty where it is no base64. The alphabet of URLs is taken too, and so are line breaks.
std::string decoded(std::string_view text) {
    std::string packed;
    for (const char c : text)
        if (c != ' ' && c != '\r' && c != '\n' && c != '\t')
            packed += c == '-' ? '+' : c == '_' ? '/' : c;
    while (packed.ends_with('='))
        packed.pop_back();
    namespace base64 = boost::beast::detail::base64;
    std::string bytes(base64::decoded_size(packed.size() + 3), '\0');
    const auto [written, read] = base64::decode(bytes.data(), packed.data(), packed.size());
    if (read != packed.size()) return {};
    bytes.resize(written);
    return bytes;
}

void add_key(const json::object& key, AuthMetadata& out) {
    // {"keyValue": {"type": "x509Certificate", "value": "MII…"}}, or the value without a wrapping.
    const auto* wrapped = member(key, "keyValue");
    const auto* object = wrapped != nullptr ? wrapped->if_object() : nullptr;
    const auto value = object != nullptr    ? text_of(member(*object, "value"))
                       : wrapped != nullptr ? text_of(wrapped)
                                            : text_of(member(key, "value"));
    if (value.empty()) return;
    auto bytes = decoded(value);
    auto& kept = out.certificates;
    if (std::find(kept.begin(), kept.end(), bytes) != kept.end()) return;
    if (bytes.empty() || kept.size() == limits::kMetadataKeys)
        ++out.left_out;
    else
        kept.push_back(std::move(bytes));
}

std::string read(std::string_view body, AuthMetadata& out) {
    if (body.starts_with("\xef\xbb\xbf")) body.remove_prefix(3);
    body = trim(body);
    if (body.empty()) return "it is empty";
    if (body.front() == '<') return "it is a web page or XML";
    json::error_code error;
    json::parse_options options;
    options.max_depth = limits::kJsonDepth; // Boost.JSON recurses
    const auto value = json::parse({body.data(), body.size()}, error, {}, options);
    if (error) return fmt::format("its JSON cannot be read: {}", error.message());
    const auto* top = value.if_object();
    if (top == nullptr) return "its JSON is no object";
    const auto* keys = member(*top, "keys");
    const bool known = keys != nullptr || member(*top, "issuer") || member(*top, "serviceName") ||
                       member(*top, "endpoints");
    if (!known) return "its JSON has neither keys nor an issuer";
    for (const auto name : {"issuer", "id"})
        if (out.issuer.empty())
            out.issuer = valid_utf8(std::string(trim(text_of(member(*top, name))).substr(0, 512)));
    if (const auto* list = keys != nullptr ? keys->if_array() : nullptr)
        for (const auto& entry : *list)
            if (const auto* key = entry.if_object()) add_key(*key, out);
    if (const auto* only = keys != nullptr ? keys->if_object() : nullptr) add_key(*only, out);
    return {};
}

} // namespace

std::optional<AuthMetadata> read_auth_metadata(std::string_view body, std::string* problem) {
    AuthMetadata out;
    auto why = read(body, out);
    if (why.empty()) return out;
    if (problem != nullptr) *problem = std::move(why);
    return std::nullopt;
}

} // namespace lyncprobe::codec
