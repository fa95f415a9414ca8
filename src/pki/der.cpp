// SPDX-License-Identifier: MIT
// Tag, length, value; integers, object identifiers, strings and times.
#include "pki/der.h"

#include "model/certificate.h"
#include "model/text/ascii.h"
#include "model/text/utf8.h"
#include "pki/ossl.h"

#include <algorithm>
#include <bit>

namespace lyncprobe::pki::der {

namespace {

// Header is the tag and the length of an element.
struct Header {
    std::uint8_t tag = 0;
    std::size_t size = 0; // of the header itself
    std::uint64_t length = 0;
};

std::optional<Header> read_header(std::string_view bytes);
std::optional<std::string> wide_text(std::string_view content, std::size_t width);
std::optional<std::chrono::minutes> offset(std::string_view text);

// Longest OID content that is looked at; real ones are below 40 octets.
constexpr std::size_t kOidOctets = 128;

} // namespace

// An element that reaches beyond its container makes all that follows worthless: the reader stops.
std::optional<Element> Reader::next() {
    if (!ok_ || rest_.empty()) return std::nullopt;
    const auto header = read_header(rest_);
    if (!header || header->length > rest_.size() - header->size) {
        ok_ = false;
        return std::nullopt;
    }
    const auto whole = rest_.substr(0, header->size + static_cast<std::size_t>(header->length));
    rest_.remove_prefix(whole.size());
    return Element{header->tag, whole.substr(header->size), whole};
}

// An optional field that is not there is no error.
std::optional<Element> Reader::next(std::uint8_t tag) {
    if (!ok_ || rest_.empty() || static_cast<std::uint8_t>(rest_.front()) != tag)
        return std::nullopt;
    return next();
}

std::optional<std::string> Reader::next_oid() {
    const auto object = next(kOid);
    return object ? oid(object->content) : std::nullopt;
}

std::optional<Element> only(std::string_view bytes) {
    Reader reader(bytes);
    const auto element = reader.next();
    return element && reader.finished() ? element : std::nullopt;
}

std::optional<Element> only(std::string_view bytes, std::uint8_t tag) {
    const auto element = only(bytes);
    return element && element->tag == tag ? element : std::nullopt;
}

std::optional<std::uint64_t> declared_size(std::string_view bytes) {
    const auto header = read_header(bytes);
    if (!header) return std::nullopt;
    return header->size + header->length;
}

std::optional<std::int64_t> integer(std::string_view content) {
    if (content.empty() || content.size() > 8) return std::nullopt;
    auto value = static_cast<std::uint64_t>(
        static_cast<std::int64_t>(static_cast<signed char>(content.front()))
    );
    for (const char octet : content.substr(1))
        value = (value << 8) | static_cast<std::uint8_t>(octet);
    return static_cast<std::int64_t>(value);
}

std::string integer_hex(std::string_view content) {
    if (content.empty()) return {};
    std::string magnitude(content);
    const bool negative = (content.front() & 0x80) != 0;
    if (negative) {
        // Two's complement: invert and add one.
        unsigned carry = 1;
        for (auto octet = magnitude.rbegin(); octet != magnitude.rend(); ++octet) {
            const unsigned sum = static_cast<std::uint8_t>(~*octet) + carry;
            *octet = static_cast<char>(sum & 0xff);
            carry = sum >> 8;
        }
    }
    std::string hex = to_hex(std::string_view(magnitude));
    hex.erase(0, std::min(hex.find_first_not_of('0'), hex.size() - 1));
    return negative ? "-" + hex : hex;
}

int bit_length(std::string_view content) {
    while (!content.empty() && content.front() == 0)
        content.remove_prefix(1);
    if (content.empty()) return 0;
    const int top = std::bit_width(static_cast<std::uint8_t>(content.front()));
    return static_cast<int>(content.size() - 1) * 8 + top;
}

std::optional<std::string_view> bits(std::string_view content) {
    if (content.empty() || static_cast<std::uint8_t>(content.front()) > 7) return std::nullopt;
    return content.substr(1);
}

std::optional<std::string> oid(std::string_view content) {
    if (content.empty() || content.size() > kOidOctets) return std::nullopt;
    std::string encoded{static_cast<char>(kOid)};
    // Above 127 octets the length takes a second octet.
    if (content.size() > 127) encoded += '\x81';
    encoded += static_cast<char>(content.size());
    encoded += content;
    const unsigned char* at = octets(encoded);
    const Asn1ObjectPtr object(d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(encoded.size())));
    if (!object) {
        ERR_clear_error();
        return std::nullopt;
    }
    char buffer[1024];
    const int size = OBJ_obj2txt(buffer, sizeof buffer, object.get(), 1);
    if (size <= 0 || size >= static_cast<int>(sizeof buffer)) return std::nullopt;
    return std::string(buffer, static_cast<std::size_t>(size));
}

std::optional<std::string> text(const Element& element) {
    switch (element.tag) {
    case kUtf8String:
    case kPrintableString:
    case kIa5String:
    case kVisibleString:
    case 0x12: // NumericString
    case 0x19: // GraphicString
    case 0x1b: // GeneralString
        return valid_utf8(std::string(element.content));
    case kT61String: return wide_text(element.content, 1);
    case kBmpString: return wide_text(element.content, 2);
    case kUniversalString: return wide_text(element.content, 4);
    default: return std::nullopt;
    }
}

std::optional<Time> time(const Element& element) {
    auto rest = element.content;
    if (element.tag != kUtcTime && element.tag != kGeneralizedTime) return std::nullopt;
    const auto year = take_digits(rest, element.tag == kUtcTime ? 2 : 4);
    const auto month = take_digits(rest, 2), day = take_digits(rest, 2),
               hour = take_digits(rest, 2);
    const auto minute = take_digits(rest, 2);
    if (!year || !month || !day || !hour || !minute) return std::nullopt;
    // RFC 5280 4.1.2.5.1: two digits from 50 on are of the twentieth century.
    const int full_year = element.tag != kUtcTime ? *year
                          : *year >= 50           ? 1900 + *year
                                                  : 2000 + *year;
    const auto second = take_digits(rest, 2);
    if (second && rest.starts_with('.')) {
        rest.remove_prefix(1);
        rest.remove_prefix(std::min(rest.find_first_not_of("0123456789"), rest.size()));
    }
    const auto shift = offset(rest);
    const std::chrono::year_month_day date{
        std::chrono::year(full_year), std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(*day))};
    if (!shift || !date.ok() || *hour > 23 || *minute > 59 || second.value_or(0) > 60)
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(second.value_or(0)) - *shift;
}

namespace {

std::optional<Header> read_header(std::string_view bytes) {
    if (bytes.size() < 2) return std::nullopt;
    Header header{.tag = static_cast<std::uint8_t>(bytes[0])};
    if ((header.tag & 0x1f) == 0x1f)
        return std::nullopt; // high tag numbers stand in no certificate
    const auto first = static_cast<std::uint8_t>(bytes[1]);
    if (first < 0x80) return Header{header.tag, 2, first};
    const std::size_t count = first & 0x7fu;
    if (count == 0 || count > 4 || bytes.size() < 2 + count) return std::nullopt;
    for (const char octet : bytes.substr(2, count))
        header.length = (header.length << 8) | static_cast<std::uint8_t>(octet);
    header.size = 2 + count;
    return header;
}

// Big-endian characters of a fixed width. What no code point is becomes U+FFFD.
std::optional<std::string> wide_text(std::string_view content, std::size_t width) {
    if (content.size() % width != 0) return std::nullopt;
    // BMPString has no surrogates by the standard; Windows writes them all the same.
    if (width == 2) return utf16_to_utf8(content, true);
    std::string out;
    for (std::size_t at = 0; at < content.size(); at += width) {
        std::uint32_t unit = 0;
        for (const char octet : content.substr(at, width))
            unit = (unit << 8) | static_cast<std::uint8_t>(octet);
        if (unit > 0x10ffff || (unit >= 0xd800 && unit < 0xe000)) unit = kReplacementCharacter;
        append_utf8(out, unit);
    }
    return out;
}

// "Z", "+0100" or "-0100".
std::optional<std::chrono::minutes> offset(std::string_view text) {
    if (text == "Z") return std::chrono::minutes(0);
    if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    auto rest = text.substr(1);
    const auto hours = take_digits(rest, 2), minutes = take_digits(rest, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes shift(*hours * 60 + *minutes);
    return text[0] == '-' ? -shift : shift;
}

} // namespace

} // namespace lyncprobe::pki::der
