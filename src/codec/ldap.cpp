// SPDX-License-Identifier: MIT
// The subset of BER that LDAP uses (RFC 4511 5.1): definite lengths, tags of one byte.
#include "codec/ldap.h"

#include "model/text/ascii.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kOctets = 0x04, kEnumerated = 0x0a,
                       kSequence = 0x30, kSet = 0x31; // X.690 8.14
constexpr std::uint8_t kBindRequest = 0x60, kBindResponse = 0x61, kUnbindRequest = 0x42,
                       kSearchRequest = 0x63, kSearchEntry = 0x64, kSearchDone = 0x65,
                       kSearchReference = 0x73, kIntermediate = 0x79; // RFC 4511 appendix B
constexpr std::uint8_t kSimple = 0x80, kEquals = 0xa3, kPresent = 0x87;
constexpr char kBindId = 1, kSearchId = 2, kUnbindId = 3;

// Names, tags and lengths around the values, and references to other servers.
constexpr std::size_t kAround = 64u << 10;

std::string element(std::uint8_t tag, std::string_view content) {
    std::string length;
    if (content.size() < 0x80) {
        length = static_cast<char>(content.size());
    } else {
        for (auto rest = content.size(); rest > 0; rest >>= 8)
            length.insert(length.begin(), static_cast<char>(rest & 0xff));
        length.insert(length.begin(), static_cast<char>(0x80 | length.size()));
    }
    return static_cast<char>(tag) + length + std::string(content);
}

std::string small(std::uint8_t tag, char value) { return element(tag, {&value, 1}); }

std::string message(char id, const std::string& operation) {
    return element(kSequence, small(kInteger, id) + operation);
}

// Header is the beginning of an element.
struct Header {
    std::uint8_t tag = 0;
    std::size_t size = 0;   // of itself; 0 = it is not all there
    std::size_t length = 0; // of the content
    bool bad = false;
};

Header read_header(std::string_view bytes) {
    constexpr std::size_t kLengthBytes = 4; // more than enough for what is accepted
    Header out;
    if (bytes.size() < 2) return out;
    out.tag = static_cast<std::uint8_t>(bytes[0]);
    const auto first = static_cast<std::uint8_t>(bytes[1]);
    const std::size_t more = first < 0x80 ? 0 : first & 0x7fu;
    out.bad = first == 0x80 || more > kLengthBytes || (out.tag & 0x1f) == 0x1f;
    if (out.bad || bytes.size() < 2 + more) return out;
    out.size = 2 + more;
    out.length = first & (more == 0 ? 0x7fu : 0u);
    for (const char octet : bytes.substr(2, more))
        out.length = out.length << 8 | static_cast<std::uint8_t>(octet);
    return out;
}

// Takes the next element off `bytes`; nothing where it is not whole, or has another tag.
std::optional<std::string_view> take(std::string_view& bytes, std::uint8_t tag) {
    const auto header = read_header(bytes);
    if (header.bad || header.size == 0 || header.tag != tag ||
        bytes.size() - header.size < header.length)
        return std::nullopt;
    const auto content = bytes.substr(header.size, header.length);
    bytes.remove_prefix(header.size + header.length);
    return content;
}

std::optional<std::string> decoded(std::string_view text) { // RFC 3986 2.1
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        unsigned value = 0;
        for (const char digit : text.substr(i + 1, 2)) {
            const auto lower = to_lower(digit);
            if (!((lower >= '0' && lower <= '9') || (lower >= 'a' && lower <= 'f')))
                return std::nullopt;
            value =
                value * 16 + static_cast<unsigned>(lower <= '9' ? lower - '0' : lower - 'a' + 10);
        }
        if (i + 2 >= text.size()) return std::nullopt;
        out += static_cast<char>(value);
        i += 2;
    }
    return out;
}

std::string_view cut_at(std::string_view& rest, char separator) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto out = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return out;
}

bool read_filter(std::string_view text, LdapQuery& query) {
    if (text.starts_with('(') && text.ends_with(')')) text = text.substr(1, text.size() - 2);
    if (text.empty()) text = "objectClass=*"; // RFC 4516 3
    const auto attribute = cut_at(text, '=');
    query.filter_attribute = attribute;
    query.filter_value = text == "*" ? std::string_view() : text;
    const bool named = !attribute.empty() && std::ranges::all_of(attribute, [](char c) {
        return is_letter_or_digit(c) || c == '-' || c == '.' || c == ';';
    });
    return named && !text.empty() && text.find_first_of("()\\") == std::string_view::npos &&
           (text == "*" || text.find('*') == std::string_view::npos);
}

} // namespace

std::optional<LdapQuery> read_ldap_url(std::string_view url) {
    const auto host = url.find("://");
    if (host == std::string_view::npos) return std::nullopt;
    const auto path = url.find('/', host + 3);
    if (path == std::string_view::npos) return std::nullopt;
    auto rest = url.substr(path + 1);
    LdapQuery query;
    const auto base = decoded(cut_at(rest, '?'));
    const auto attributes = decoded(cut_at(rest, '?'));
    const auto scope = to_lower(cut_at(rest, '?'));
    const auto filter = decoded(cut_at(rest, '?'));
    if (!base || !attributes || !filter || !(scope.empty() || scope == "base") ||
        !read_filter(*filter, query))
        return std::nullopt;
    query.base = *base;
    for (std::string_view list = *attributes; !list.empty();)
        query.attributes.emplace_back(cut_at(list, ','));
    return query;
}

LdapSearch::LdapSearch(LdapQuery query, std::size_t limit)
    : query_(std::move(query)), limit_(limit) {}

std::string LdapSearch::begin() const { // RFC 4511 4.2, version 3 without name and password
    return message(
        kBindId,
        element(kBindRequest, small(kInteger, 3) + element(kOctets, {}) + element(kSimple, {}))
    );
}

std::string LdapSearch::receive(std::string_view bytes) {
    std::string reply;
    buffer_ += bytes;
    while (end_ == End::open) {
        const auto header = read_header(buffer_);
        if (header.bad || (header.size > 0 && header.tag != kSequence))
            return finish(End::malformed);
        if (header.size == 0) break;
        // Decided when a message is announced, before it is kept.
        const auto size = header.size + header.length;
        if (size > limit_ + kAround - received_) return finish(End::too_large);
        if (buffer_.size() < size) {
            buffer_.reserve(size);
            break;
        }
        received_ += size;
        reply += take_message(std::string_view(buffer_).substr(header.size, header.length));
        buffer_.erase(0, size);
    }
    return reply;
}

std::string LdapSearch::take_message(std::string_view content) {
    const auto id = take(content, kInteger);
    const auto operation = read_header(content);
    const auto body = take(content, operation.tag);
    if (!id || !body || *id != std::string_view(bound_ ? &kSearchId : &kBindId, 1))
        return finish(End::malformed);
    switch (operation.tag) {
    case kBindResponse:
        if (bound_) return finish(End::malformed);
        take_result(*body);
        if (end_ != End::open) return finish(end_);
        if (result_ != 0) return finish(End::refused);
        bound_ = true;
        break;
    case kSearchEntry: take_entry(*body); return end_ == End::open ? std::string() : finish(end_);
    case kSearchDone:
        take_result(*body);
        if (end_ != End::open) return finish(end_);
        return finish(result_ == 0 && !values_.empty() ? End::values : End::refused);
    case kSearchReference:
    case kIntermediate: return {};
    default: return finish(End::malformed);
    }
    // RFC 4511 4.5.1: one entry, aliases as they are, no limit of time, values too.
    std::string attributes;
    for (const auto& attribute : query_.attributes)
        attributes += element(kOctets, attribute);
    const auto filter = query_.filter_value.empty()
                            ? element(kPresent, query_.filter_attribute)
                            : element(
                                  kEquals, element(kOctets, query_.filter_attribute) +
                                               element(kOctets, query_.filter_value)
                              );
    return message(
        kSearchId,
        element(
            kSearchRequest, element(kOctets, query_.base) + small(kEnumerated, 0) +
                                small(kEnumerated, 0) + small(kInteger, 1) + small(kInteger, 0) +
                                small(kBoolean, 0) + filter + element(kSequence, attributes)
        )
    );
}

// RFC 4511 4.5.2. Which attribute a value is of does not matter: only those that were asked for
// come, some servers name them in another way.
void LdapSearch::take_entry(std::string_view entry) {
    const auto name = take(entry, kOctets);
    auto attributes = take(entry, kSequence);
    if (!name || !attributes || !bound_) {
        end_ = End::malformed;
        return;
    }
    while (!attributes->empty()) {
        auto attribute = take(*attributes, kSequence);
        const auto type = attribute ? take(*attribute, kOctets) : std::nullopt;
        auto values = type ? take(*attribute, kSet) : std::nullopt;
        if (!values) {
            end_ = End::malformed;
            return;
        }
        while (!values->empty()) {
            const auto value = take(*values, kOctets);
            end_ = !value                                  ? End::malformed
                   : value_bytes_ + value->size() > limit_ ? End::too_large
                                                           : End::open;
            if (end_ != End::open) return;
            if (value->empty()) continue;
            value_bytes_ += value->size();
            values_.emplace_back(*value);
        }
    }
}

void LdapSearch::take_result(std::string_view result) {
    const auto code = take(result, kEnumerated);
    if (!code || code->size() != 1) {
        end_ = End::malformed;
        return;
    }
    result_ = static_cast<std::uint8_t>(code->front());
}

std::string LdapSearch::finish(End how) {
    end_ = how;
    std::string().swap(buffer_);
    if (how != End::values) values_.clear();
    return message(kUnbindId, element(kUnbindRequest, {})); // RFC 4511 4.3
}

std::string LdapSearch::detail() const {
    constexpr std::uint32_t kReferral = 10, kBusy = 51, kUnavailable = 52;
    if (result_ == 0) return "the directory shows nothing there to a reader who has not logged in";
    if (result_ == kReferral) return "the directory refers to another one, which is not asked";
    if (result_ == kBusy || result_ == kUnavailable)
        return fmt::format("the directory cannot answer now (result code {})", result_);
    return fmt::format(
        "the directory has no such entry for a reader who has not logged in (result code {})",
        result_
    );
}

} // namespace lyncprobe::codec
