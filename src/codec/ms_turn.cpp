// SPDX-License-Identifier: MIT
#include "codec/ms_turn.h"

#include "codec/byte_reader.h"
#include "codec/pseudo_tls.h"
#include "model/limits.h"
#include "model/text/utf8.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view kRfcCookie = "\x21\x12\xa4\x42"sv;   // RFC 5389 6
constexpr std::string_view kMagicCookie = "\x72\xc6\x4b\xc6"sv; // [MS-TURN] 2.2.2, Magic Cookie
constexpr std::size_t kHeader = 20, kLengthAt = 2;
constexpr std::size_t kFrameHeader = 4;
constexpr std::uint32_t kControlFrame = 2;
constexpr std::uint32_t kIpv4 = 1, kIpv6 = 2;

// [MS-TURN] 2.2.2. Realm and nonce have each other's numbers in RFC 5389.
namespace attribute {
constexpr std::uint32_t kMappedAddress = 0x0001, kErrorCode = 0x0009, kAlternateServer = 0x000e,
                        kMagicCookie = 0x000f, kNonce = 0x0014, kRealm = 0x0015,
                        kMsVersion = 0x8008, kXorMappedAddress = 0x8020, kAlternateHost = 0x8032;
constexpr std::uint32_t kRfcRealm = 0x0014, kRfcNonce = 0x0015, kRfcXorMappedAddress = 0x0020,
                        kRfcSoftware = 0x8022, kRfcAlternateServer = 0x8023;
} // namespace attribute

struct Attribute {
    std::uint16_t type = 0;
    std::string_view value;
};

// The attributes of a message; `align`: the size to which each value is filled up. Nothing where
// their sizes do not end with the message.
std::optional<std::vector<Attribute>> read_attributes(std::string_view bytes, std::size_t align) {
    std::vector<Attribute> out;
    ByteReader reader(bytes);
    while (!reader.empty()) {
        Attribute one;
        one.type = static_cast<std::uint16_t>(reader.number(2));
        one.value = reader.vector(2);
        reader.take((align - one.value.size() % align) % align);
        if (!reader.good()) return std::nullopt;
        out.push_back(one);
    }
    return out;
}

// Plain, or with port and address XORed with the transaction id, of which the cookie is a part.
std::optional<TurnAddress> read_address(
    std::string_view value, const TurnTransaction* xored_with = nullptr
) {
    ByteReader reader(value);
    reader.take(1);
    const auto family = reader.number(1);
    TurnAddress out;
    out.port = static_cast<std::uint16_t>(reader.number(2));
    out.address.v6 = family == kIpv6;
    const auto bytes = reader.take(family == kIpv6 ? 16 : 4);
    if (!reader.good() || (family != kIpv4 && family != kIpv6)) return std::nullopt;
    std::copy(bytes.begin(), bytes.end(), out.address.bytes.begin());
    // XORed, so that routers which rewrite addresses in payloads do not find it (RFC 5389 15.2).
    if (xored_with != nullptr) {
        const auto& key = *xored_with;
        out.port = static_cast<std::uint16_t>(out.port ^ (key[0] << 8 | key[1]));
        for (std::size_t i = 0; i < bytes.size(); ++i)
            out.address.bytes[i] = static_cast<std::uint8_t>(out.address.bytes[i] ^ key[i]);
    }
    return out;
}

// RFC 5389 15.6: hundreds and rest, then the phrase.
void read_error(std::string_view value, TurnMessage& out) {
    ByteReader reader(value);
    reader.take(2);
    const auto hundreds = reader.number(1) & 7u, rest = reader.number(1);
    if (!reader.good()) return;
    out.error = static_cast<int>(hundreds * 100 + rest);
    out.reason = valid_utf8(std::string(value.substr(4)));
}

void keep_first(std::string& text, std::string_view value) {
    // A second attribute of a kind is ignored (RFC 5389 15).
    if (text.empty()) text = valid_utf8(std::string(value));
}

template <class T>
void keep_first(std::optional<T>& known, const std::optional<T>& value) {
    if (!known) known = value;
}

void take(const Attribute& one, TurnMessage& out) {
    const auto& [type, value] = one;
    switch (type) {
    case attribute::kErrorCode:
        if (!out.error) read_error(value, out);
        break;
    case attribute::kMsVersion: {
        ByteReader reader(value);
        const auto version = reader.number(4);
        if (reader.good()) keep_first(out.ms_version, std::optional(version));
        break;
    }
    case attribute::kMappedAddress: keep_first(out.mapped_address, read_address(value)); break;
    case attribute::kXorMappedAddress:
    case attribute::kRfcXorMappedAddress:
        keep_first(out.mapped_address, read_address(value, &out.transaction));
        break;
    case attribute::kAlternateServer:
    case attribute::kRfcAlternateServer:
        keep_first(out.alternate_server, read_address(value));
        break;
    case attribute::kAlternateHost: keep_first(out.alternate_host, value); break;
    case attribute::kRfcSoftware: keep_first(out.software, value); break;
    // The cookie has shown whose of the two numberings is meant.
    case attribute::kRealm: keep_first(out.microsoft ? out.realm : out.nonce, value); break;
    case attribute::kNonce: keep_first(out.microsoft ? out.nonce : out.realm, value); break;
    default: break;
    }
    static_assert(attribute::kRealm == attribute::kRfcNonce);
    static_assert(attribute::kNonce == attribute::kRfcRealm);
}

// Numbers of neither [MS-TURN] nor RFC 3489, 5389 and 5766.
std::ptrdiff_t unknown_of(const std::vector<Attribute>& attributes) {
    return std::count_if(attributes.begin(), attributes.end(), [](const Attribute& one) {
        const bool known = (one.type >= 0x0001 && one.type <= 0x0022) ||
                           (one.type >= 0x8000 && one.type <= 0x80ff);
        return !known;
    });
}

bool is_magic_cookie(const Attribute& one) {
    return one.type == attribute::kMagicCookie && one.value == kMagicCookie;
}

void append_number(std::string& out, std::size_t value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
}

} // namespace

TurnTransaction turn_transaction(std::string_view seed) {
    // Other bytes than those of the hello, which are made of the same seed.
    const auto random = pseudo_random(seed);
    TurnTransaction out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(random[i] ^ random[random.size() - 1 - i]);
    return out;
}

TurnTransaction turn_transaction_of_both_kinds(std::string_view seed) {
    auto out = turn_transaction(seed);
    std::copy(kRfcCookie.begin(), kRfcCookie.end(), out.begin());
    return out;
}

std::string ms_turn_allocate(const TurnTransaction& transaction) {
    constexpr auto kAttributes =
        "\x00\x0f\x00\x04\x72\xc6\x4b\xc6" // magic cookie: always the first
        "\x80\x08\x00\x04\x00\x00\x00\x04"sv;
    std::string out;
    append_number(out, turn_type::kAllocate);
    append_number(out, kAttributes.size());
    out.append(transaction.begin(), transaction.end());
    out += kAttributes;
    return out;
}

std::string ms_turn_frame(std::string_view message) {
    std::string out{static_cast<char>(kControlFrame), '\0'};
    append_number(out, message.size());
    out += message;
    return out;
}

std::optional<TurnMessage> read_turn_message(std::string_view bytes) {
    ByteReader reader(bytes);
    TurnMessage out;
    out.type = static_cast<std::uint16_t>(reader.number(2));
    const auto length = reader.number(2);
    const auto transaction = reader.take(out.transaction.size());
    // The two highest bits of a message are never set.
    if (!reader.good() || out.type > 0x3fff || bytes.size() != kHeader + length ||
        length > limits::kTurnMessage)
        return std::nullopt;
    std::copy(transaction.begin(), transaction.end(), out.transaction.begin());

    // RFC 5389 15 fills every attribute up to four bytes, Microsoft's clients do not (libnice calls
    // that NO_ALIGNED_ATTRIBUTES). The reading that knows more of the attributes is the right one.
    const auto body = bytes.substr(kHeader);
    const auto aligned = read_attributes(body, 4), tight = read_attributes(body, 1);
    const bool both = aligned && tight;
    const auto& attributes = both ? (unknown_of(*tight) < unknown_of(*aligned) ? tight : aligned)
                                  : (aligned ? aligned : tight);
    if (!attributes) return std::nullopt;
    out.microsoft = std::any_of(attributes->begin(), attributes->end(), is_magic_cookie);
    for (const auto& one : *attributes) {
        out.attributes.push_back(one.type);
        take(one, out);
    }
    return out;
}

MsTurnReader::State MsTurnReader::feed(std::string_view bytes) {
    // What follows the first message is not ours to read.
    buffer_.append(bytes.substr(0, kFrameHeader + limits::kTurnMessage + 1 - buffer_.size()));
    if (buffer_.empty()) return State::need_more;
    ByteReader reader(buffer_);
    if (reader.number(1) != kControlFrame)
        return end(State::malformed, "what answers the Allocate is not framed as MS-TURN");
    if (buffer_.size() < kFrameHeader) return State::need_more;
    reader.take(1);
    const auto size = reader.number(2);
    if (size > limits::kTurnMessage)
        return end(
            State::too_large, fmt::format("a TURN message of {} bytes is more than is read", size)
        );
    if (size < kHeader)
        return end(State::malformed, fmt::format("a TURN message of {} bytes is too short", size));
    // The message's own length is known before its end: a lie is not waited for.
    const auto message = std::string_view(buffer_).substr(kFrameHeader, size);
    if (message.size() >= kLengthAt + 2) {
        ByteReader inner(message.substr(kLengthAt, 2));
        if (kHeader + inner.number(2) != size)
            return end(State::malformed, "the length of the TURN message is not that of its frame");
    }
    if (message.size() < size) return State::need_more;
    auto read = read_turn_message(message);
    if (!read)
        return end(State::malformed, "the attributes of the TURN message do not fit into it");
    message_ = std::move(*read);
    return State::have_message;
}

MsTurnReader::State MsTurnReader::end(State state, std::string problem) {
    problem_ = std::move(problem);
    return state;
}

} // namespace lyncprobe::codec
