// SPDX-License-Identifier: MIT
#include "codec/pseudo_tls.h"

#include "codec/byte_reader.h"
#include "codec/tls_messages.h"

#include <algorithm>

namespace lyncprobe::codec {

namespace {

using namespace std::string_view_literals;

constexpr std::uint32_t kAlertRecord = 21; // RFC 5246 6.2.1
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kAlertSize = 7;
constexpr std::uint32_t kFatal = 2;

// Record of TLS 1.0 with a ClientHello: one cipher suite, TLS_DH_anon_WITH_RC4_128_MD5, which no
// TLS server of today has; no session, no compression, no extension.
constexpr std::string_view kHelloBeforeRandom = "\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01"sv;
constexpr std::string_view kHelloAfterRandom = "\x00\x00\x02\x00\x18\x01\x00"sv;

// ServerHello and ServerHelloDone in one record; 32 bytes of random and of session id vary.
constexpr std::string_view kAnswerBeforeRandom = "\x16\x03\x01\x00\x4e\x02\x00\x00\x46\x03\x01"sv;
constexpr std::string_view kAnswerBeforeSession = "\x20"sv;
constexpr std::string_view kAnswerAfterSession = "\x00\x18\x00\x0e\x00\x00\x00"sv;
constexpr std::size_t kSessionId = 32;
static_assert(
    kHelloBeforeRandom.size() + PseudoRandom().size() + kHelloAfterRandom.size() == kPseudoHelloSize
);
static_assert(
    kAnswerBeforeRandom.size() + PseudoRandom().size() + kAnswerBeforeSession.size() + kSessionId +
        kAnswerAfterSession.size() ==
    kPseudoAnswerSize
);

// Takes one fixed part off the front; false where what is there contradicts it.
bool take_part(std::string_view& bytes, std::string_view part) {
    const auto here = std::min(bytes.size(), part.size());
    if (bytes.substr(0, here) != part.substr(0, here)) return false;
    bytes.remove_prefix(here);
    return true;
}

void take_any(std::string_view& bytes, std::size_t size) {
    bytes.remove_prefix(std::min(bytes.size(), size));
}

bool can_be_canned_answer(std::string_view bytes) {
    if (!take_part(bytes, kAnswerBeforeRandom)) return false;
    take_any(bytes, PseudoRandom().size());
    if (!take_part(bytes, kAnswerBeforeSession)) return false;
    take_any(bytes, kSessionId);
    return take_part(bytes, kAnswerAfterSession);
}

std::uint64_t number_of(std::string_view hex) {
    std::uint64_t value = 0;
    for (const char c : hex) {
        const bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
        value = value << 4 | static_cast<std::uint64_t>(
                                 digit    ? c - '0'
                                 : letter ? c - 'a' + 10
                                          : 0
                             );
    }
    return value;
}

} // namespace

// SplitMix64 spreads the seed over all bytes; nothing here is a secret.
PseudoRandom pseudo_random(std::string_view seed) {
    PseudoRandom out{};
    std::uint64_t state = number_of(seed), mixed = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (i % sizeof mixed == 0) {
            state += 0x9e3779b97f4a7c15;
            mixed = (state ^ state >> 30) * 0xbf58476d1ce4e5b9;
            mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
            mixed ^= mixed >> 31;
        }
        out[i] = static_cast<std::uint8_t>(mixed >> 8 * (i % sizeof mixed));
    }
    return out;
}

PseudoRandom constant_pseudo_random() {
    return {0xc1, 0xfc, 0xd5, 0xa3, 0x6d, 0x93, 0xdd, 0x7e, 0x0b, 0x45, 0x67,
            0x3f, 0xec, 0x79, 0x85, 0xfb, 0xbc, 0x3f, 0xd6, 0x60, 0xc2, 0xce,
            0x84, 0x85, 0x08, 0x1b, 0x81, 0x21, 0xbc, 0xaa, 0x10, 0xfb};
}

std::string pseudo_client_hello(const PseudoRandom& random) {
    std::string out(kHelloBeforeRandom);
    out.append(random.begin(), random.end());
    out += kHelloAfterRandom;
    return out;
}

PseudoAnswer classify_pseudo_answer(std::string_view first_bytes) {
    using Kind = PseudoAnswer::Kind;
    const auto bytes = first_bytes.substr(0, kPseudoAnswerSize);
    if (bytes.empty()) return {};
    // So far it fits; the rest decides.
    if (can_be_canned_answer(bytes)) {
        if (bytes.size() < kPseudoAnswerSize) return {};
        return {.kind = Kind::pseudo_tls, .size = kPseudoAnswerSize};
    }
    // A real TLS server answers a hello of its own kind, or refuses it with an alert.
    if (!looks_like_tls(bytes)) return {.kind = Kind::not_tls};
    ByteReader reader(bytes);
    if (reader.number(1) != kAlertRecord)
        return {.kind = bytes.size() < kRecordHeader ? Kind::need_more : Kind::other_tls};
    if (bytes.size() < kAlertSize) return {};
    reader.take(kRecordHeader - 1);
    const bool fatal = reader.number(1) == kFatal;
    return {
        .kind = Kind::tls_alert,
        .fatal = fatal,
        .alert = static_cast<std::uint8_t>(reader.number(1))};
}

} // namespace lyncprobe::codec
