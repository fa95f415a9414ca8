// SPDX-License-Identifier: MIT
#include "codec/xml.h"

#include "model/limits.h"
#include "model/text/utf8.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <pugixml.hpp>

namespace lyncprobe::codec {

namespace {

using namespace std::string_view_literals;

// A mistake and the offset in the text at which it stands.
struct Mistake {
    std::string what;
    std::size_t offset = 0;
};

std::string_view local(const char* name) {
    const std::string_view whole = name;
    const auto colon = whole.rfind(':');
    return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

pugi::xml_node node_of(void* node) {
    return pugi::xml_node(static_cast<pugi::xml_node_struct*>(node));
}

// The node itself or its first sibling behind it that is an element, of that name where one is
// given.
pugi::xml_node element_from(pugi::xml_node node, std::string_view name = {}) {
    while (node &&
           (node.type() != pugi::node_element || (!name.empty() && local(node.name()) != name)))
        node = node.next_sibling();
    return node;
}

pugi::xml_attribute find(const pugi::xml_node& node, std::string_view name) {
    for (const auto& attribute : node.attributes())
        if (local(attribute.name()) == name) return attribute;
    return {};
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// UTF-16 without its mark; nothing where it is none.
std::optional<std::string> utf16_to_utf8(std::string_view raw, bool big_endian) {
    if (raw.size() % 2 != 0) return std::nullopt;
    const auto unit = [&](std::size_t i) {
        const auto first = static_cast<std::uint8_t>(raw[i]);
        const auto second = static_cast<std::uint8_t>(raw[i + 1]);
        return static_cast<std::uint32_t>(big_endian ? first << 8 | second : second << 8 | first);
    };
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); i += 2) {
        std::uint32_t c = unit(i);
        if (c >= 0xd800 && c <= 0xdfff) { // RFC 2781 2.2
            if (c > 0xdbff || i + 3 >= raw.size()) return std::nullopt;
            const auto low = unit(i + 2);
            if (low < 0xdc00 || low > 0xdfff) return std::nullopt;
            c = 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff));
            i += 2;
        }
        append_utf8(out, c);
    }
    return out;
}

bool is_character(std::uint32_t c) { // XML 1.0, production 2
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c <= 0x10ffff && (c < 0xd800 || c > 0xdfff) && c != 0xfffe && c != 0xffff;
}

// The length of the character at the front of `text`; 0 where it is no UTF-8 (RFC 3629 4) or none
// that XML allows.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80) return is_character(lead) ? 1 : 0;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
    std::uint32_t c = lead & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
        c = c << 6 | (byte(i) & 0x3f);
    }
    const bool overlong = (length == 3 && c < 0x800) || (length == 4 && c < 0x10000);
    return !overlong && is_character(c) ? length : 0;
}

// A character reference ("&#x41;") must not smuggle in what may not be written plainly.
bool is_good_reference(std::string_view text) {
    text.remove_prefix(2);
    const bool hex = text.starts_with('x');
    if (hex) text.remove_prefix(1);
    std::uint32_t c = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), c, hex ? 16 : 10);
    return error == std::errc{} && end != text.data() + text.size() && *end == ';' &&
           is_character(c);
}

std::optional<Mistake> check_characters(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto length = character_length(text.substr(at));
        if (length == 0) return Mistake{"there is a byte that is no text (UTF-8)", at};
        if (text.compare(at, 2, "&#"sv) == 0 && !is_good_reference(text.substr(at)))
            return Mistake{"there is a reference to no character", at};
        at += length;
    }
    return std::nullopt;
}

// Whatever begins with "<!" and is neither comment nor CDATA declares something: a DTD or an
// entity. Nothing we read has one, and entities are how XML readers are attacked.
std::optional<Mistake> check_declarations(std::string_view text) {
    constexpr std::pair<std::string_view, std::string_view> kHarmless[] = {
        {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
        const auto rest = text.substr(at);
        const auto* harmless =
            std::find_if(std::begin(kHarmless), std::end(kHarmless), [&](const auto& pair) {
                return rest.starts_with(pair.first);
            });
        if (harmless != std::end(kHarmless)) {
            at = text.find(harmless->second, at + harmless->first.size());
            if (at == std::string_view::npos) return std::nullopt; // the parser's to complain of
        } else if (rest.starts_with("<!")) {
            return Mistake{"it declares a document type or an entity, which is not read", at};
        } else {
            ++at;
        }
    }
    return std::nullopt;
}

std::optional<Mistake> check_tree(const pugi::xml_document& document) {
    const auto root = element_from(document.first_child());
    if (!root) return Mistake{"it has no element", 0};
    const auto place = [](const pugi::xml_node& node) {
        return static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
    };
    if (const auto second = element_from(root.next_sibling()))
        return Mistake{"it has a second root element", place(second)};
    int depth = 1;
    for (auto node = root; node;) {
        if (depth > limits::kXmlDepth)
            return Mistake{
                fmt::format("its elements are nested deeper than {}", limits::kXmlDepth),
                place(node)};
        if (const auto child = element_from(node.first_child())) {
            node = child;
            ++depth;
            continue;
        }
        while (node && !element_from(node.next_sibling())) {
            node = node.parent();
            --depth;
        }
        if (node) node = element_from(node.next_sibling());
    }
    return std::nullopt;
}

} // namespace

std::string_view XmlElement::name() const { return local(node_of(node_).name()); }

bool XmlElement::has(std::string_view attribute) const {
    return !find(node_of(node_), attribute).empty();
}

std::string_view XmlElement::attribute(std::string_view name) const {
    return find(node_of(node_), name).value();
}

std::vector<std::pair<std::string_view, std::string_view>> XmlElement::attributes() const {
    std::vector<std::pair<std::string_view, std::string_view>> out;
    for (const auto& attribute : node_of(node_).attributes())
        out.emplace_back(local(attribute.name()), attribute.value());
    return out;
}

std::string XmlElement::text() const {
    std::string out;
    for (const auto& child : node_of(node_).children())
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
            out += child.value();
    const auto begin = std::find_if_not(out.begin(), out.end(), is_blank);
    const auto end = std::find_if_not(out.rbegin(), out.rend(), is_blank).base();
    return begin < end ? std::string(begin, end) : std::string();
}

XmlElement XmlElement::parent() const {
    const auto node = node_of(node_).parent();
    return node.type() == pugi::node_element ? XmlElement(node.internal_object()) : XmlElement();
}

XmlElement XmlElement::first() const { return first({}); }

XmlElement XmlElement::next() const { return next({}); }

XmlElement XmlElement::first(std::string_view name) const {
    return XmlElement(element_from(node_of(node_).first_child(), name).internal_object());
}

XmlElement XmlElement::next(std::string_view name) const {
    return XmlElement(element_from(node_of(node_).next_sibling(), name).internal_object());
}

XmlElement XmlElement::following() const {
    if (const auto child = first()) return child;
    for (auto up = *this; up; up = up.parent())
        if (const auto sibling = up.next()) return sibling;
    return {};
}

struct XmlDocument::Impl {
    std::string text; // parsed in place, so that the tree points into it
    std::vector<std::size_t> line_starts;
    pugi::xml_document document;

    std::pair<int, int> place(std::size_t offset) const;
};

// Line and column, counted from 1.
std::pair<int, int> XmlDocument::Impl::place(std::size_t offset) const {
    const auto behind = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
    const auto line = behind - line_starts.begin();
    return {static_cast<int>(line), static_cast<int>(offset - *(behind - 1)) + 1};
}

Result<XmlDocument> XmlDocument::read(std::string_view bytes, std::size_t size_limit) {
    if (bytes.size() > size_limit)
        return Problem{fmt::format("it is longer than {} bytes", size_limit)};
    auto impl = std::make_unique<Impl>();
    if (bytes.starts_with("\xff\xfe"sv) || bytes.starts_with("\xfe\xff"sv)) {
        auto text = utf16_to_utf8(bytes.substr(2), bytes.front() == '\xfe');
        if (!text) return Problem{"its UTF-16 is broken"};
        impl->text = std::move(*text);
    } else {
        impl->text = bytes.substr(bytes.starts_with("\xef\xbb\xbf"sv) ? 3 : 0);
    }
    impl->line_starts.push_back(0);
    for (std::size_t i = 0; i < impl->text.size(); ++i)
        if (impl->text[i] == '\n') impl->line_starts.push_back(i + 1);

    auto mistake = check_characters(impl->text);
    if (!mistake) mistake = check_declarations(impl->text);
    if (!mistake) {
        // The text is UTF-8 by now, whatever its XML declaration says.
        const auto parsed = impl->document.load_buffer_inplace(
            impl->text.data(), impl->text.size(), pugi::parse_default, pugi::encoding_utf8
        );
        if (parsed)
            mistake = check_tree(impl->document);
        else if (parsed.status == pugi::status_no_document_element)
            mistake = Mistake{"it has no element", 0};
        else
            mistake = Mistake{
                "it is not well-formed",
                static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0))};
    }
    if (!mistake) return XmlDocument(std::move(impl));
    const auto [line, column] = impl->place(mistake->offset);
    return Problem{std::move(mistake->what), {.line = line, .column = column}};
}

XmlDocument::XmlDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

XmlElement XmlDocument::root() const {
    return XmlElement(element_from(impl_->document.first_child()).internal_object());
}

int XmlDocument::line(XmlElement element) const {
    const auto offset = node_of(element.node_).offset_debug();
    return impl_->place(static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0))).first;
}

} // namespace lyncprobe::codec
