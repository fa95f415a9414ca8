// SPDX-License-Identifier: MIT
#include "codec/raw_hello.h"

#include "codec/byte_reader.h"
#include "codec/cipher_suites.h"
#include "model/limits.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::codec {

namespace type = handshake_type;

namespace {

// Record types of RFC 8446 5.1 and RFC 5246 6.2.1.
constexpr std::uint8_t kAlert = 21, kHandshake = 22;
constexpr std::size_t kRecordHeader = 5, kMessageHeader = 4;
constexpr std::size_t kRecord = 16384; // RFC 8446 5.1

// As many in a row as OpenSSL takes before it gives up (MAX_WARN_ALERT_COUNT, MAX_EMPTY_RECORDS).
constexpr std::size_t kWarnings = 5, kEmptyRecords = 32;

// Alert codes and levels of RFC 8446 6.
constexpr char kWarning = 1, kFatal = 2, kCloseNotify = 0, kUserCanceled = 90;

// Extensions of the IANA registry.
constexpr std::uint16_t kServerName = 0, kStatusRequest = 5, kSupportedGroups = 10,
                        kPointFormats = 11, kSignatureAlgorithms = 13, kExtendedMasterSecret = 23,
                        kSessionTicket = 35, kSupportedVersions = 43, kPskModes = 45,
                        kPostHandshakeAuth = 49, kKeyShare = 51, kRenegotiationInfo = 0xff01;

// Signalling suite of RFC 5746 3.3, for SSL 3.0, which has no extensions.
constexpr std::uint16_t kEmptyRenegotiationInfo = 0x00ff;

constexpr std::uint16_t kX25519 = 29, kP256 = 23, kP384 = 24, kP521 = 25;
// Behind those that Lync supports all that a certificate's key may be on (secp192r1, secp224r1,
// secp256k1, three of Brainpool): a server shows such a certificate only to whom that curve says
// something (RFC 8422 5.1).
constexpr std::array<std::uint16_t, 10> kGroups{kX25519, kP256, kP384, kP521, 19,
                                                21,      22,    26,    27,    28};

// PKCS#1 for every hash next to PSS, SHA-1 too: Schannel holds the list against the chain it would
// send.
constexpr std::array<std::uint16_t, 21> kSchemes{
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b,
    0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0203, 0x0201, 0x0202, 0x0302, 0x0402};

// Cipher kinds of SSL 2.0, as every scanner offers them; the last is none at all.
constexpr std::array<std::uint32_t, 9> kSsl2Kinds{0x050080, 0x030080, 0x010080, 0x0700c0, 0x080080,
                                                  0x060040, 0x040080, 0x020080, 0x000000};
constexpr std::size_t kSsl2Challenge = 16;
// Messages of SSL 2.0.
constexpr std::uint8_t kSsl2Error = 0, kSsl2ClientHello = 1, kSsl2ServerHello = 4;

std::string number(std::uint64_t value, std::size_t size) {
    std::string out;
    for (std::size_t i = size; i > 0; --i)
        out += static_cast<char>(value >> 8 * (i - 1) & 0xff);
    return out;
}

// A vector with its length in front (RFC 8446 3.4).
std::string vector(std::size_t length_size, std::string_view content) {
    return number(content.size(), length_size).append(content);
}

std::string numbers(std::span<const std::uint16_t> list) {
    std::string out;
    for (const auto one : list)
        out += number(one, 2);
    return out;
}

std::string extension(std::uint16_t kind, std::string_view content) {
    return number(kind, 2) + vector(2, content);
}

std::string suites(std::uint16_t version) {
    std::string out;
    if (version >= kTls13) {
        for (const auto& suite : tls13_cipher_suites())
            out += number(suite.number, 2);
        return out;
    }
    for (const auto& suite : old_cipher_suites())
        if (version > kSsl3 || fits_ssl3(suite)) out += number(suite.number, 2);
    if (version == kSsl3) out += number(kEmptyRenegotiationInfo, 2);
    return out;
}

std::string extensions(const RawHello& hello) {
    std::string out;
    if (!hello.server_name.empty())
        out += extension(kServerName, vector(2, number(0, 1) + vector(2, hello.server_name)));
    out += extension(kSupportedGroups, vector(2, numbers(kGroups)));
    out += extension(kSignatureAlgorithms, vector(2, numbers(kSchemes)));
    out += extension(kStatusRequest, number(1, 1) + vector(2, {}) + vector(2, {}));
    if (hello.version >= kTls13) {
        // Any 32 bytes are a point of X25519 (RFC 7748 5): its secret is never needed.
        const auto share = number(kX25519, 2) + vector(2, hello.random.substr(64, 32));
        out += extension(kSupportedVersions, vector(1, number(kTls13, 2)));
        out += extension(kKeyShare, vector(2, share));
        return out;
    }
    out += extension(kPointFormats, vector(1, number(0, 1)));
    out += extension(kExtendedMasterSecret, {});
    out += extension(kSessionTicket, {});
    out += extension(kRenegotiationInfo, vector(1, {}));
    return out;
}

// Any 32 bytes are a point of X25519 (RFC 7748 5). On the curves of NIST it is their base point
// (SP 800-186 3.2.1), since a server may refuse what lies on no curve.
std::string key_share(std::uint16_t group, std::string_view random) {
    constexpr std::string_view kBase256 =
        "\x04\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\x77\x03\x7d\x81\x2d"
        "\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb"
        "\x4a\x7c\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";
    constexpr std::string_view kBase384 =
        "\x04\xaa\x87\xca\x22\xbe\x8b\x05\x37\x8e\xb1\xc7\x1e\xf3\x20\xad\x74\x6e\x1d\x3b\x62\x8b"
        "\xa7\x9b\x98\x59\xf7\x41\xe0\x82\x54\x2a\x38\x55\x02\xf2\x5d\xbf\x55\x29\x6c\x3a\x54\x5e"
        "\x38\x72\x76\x0a\xb7\x36\x17\xde\x4a\x96\x26\x2c\x6f\x5d\x9e\x98\xbf\x92\x92\xdc\x29\xf8"
        "\xf4\x1d\xbd\x28\x9a\x14\x7c\xe9\xda\x31\x13\xb5\xf0\xb8\xc0\x0a\x60\xb1\xce\x1d\x7e\x81"
        "\x9d\x7a\x43\x1d\x7c\x90\xea\x0e\x5f";
    const auto point = group == kX25519 ? random.substr(64, 32)
                       : group == kP256 ? kBase256
                                        : kBase384;
    return number(group, 2) + vector(2, point);
}

std::string profile_extension(
    std::uint16_t kind, const HelloProfile& profile, const RawHello& hello
) {
    const auto list = [](const auto& content) { return vector(2, numbers(content)); };
    std::string shares;
    switch (kind) {
    case kServerName:
        return hello.server_name.empty()
                   ? std::string()
                   : extension(kind, vector(2, number(0, 1) + vector(2, hello.server_name)));
    case kStatusRequest: return extension(kind, number(1, 1) + vector(2, {}) + vector(2, {}));
    case kSupportedGroups: return extension(kind, list(profile.groups));
    case kPointFormats: return extension(kind, vector(1, number(0, 1)));
    case kSignatureAlgorithms: return extension(kind, list(profile.signature_schemes));
    case kSupportedVersions: return extension(kind, vector(1, numbers(profile.versions)));
    case kPskModes: return extension(kind, vector(1, number(1, 1))); // RFC 8446 4.2.9
    case kKeyShare:
        for (const auto group : profile.groups)
            shares += key_share(group, hello.random);
        return extension(kind, vector(2, shares));
    case kRenegotiationInfo: return extension(kind, vector(1, {}));
    default: return extension(kind, {});
    }
}

std::string hello_as(const HelloProfile& profile, const RawHello& hello) {
    const auto highest = profile.versions.front();
    const auto stated = std::min(highest, kTls12);
    std::string body = number(stated, 2).append(hello.random.substr(0, 32));
    body += vector(1, highest >= kTls13 ? hello.random.substr(32, 32) : std::string_view());
    body += vector(2, numbers(profile.suites));
    body += vector(1, number(0, 1));
    std::string all;
    for (const auto kind : profile.extensions)
        all += profile_extension(kind, profile, hello);
    body += vector(2, all);
    return number(type::kClientHello, 1) + vector(3, body);
}

std::string record(std::uint8_t kind, std::uint16_t version, std::string_view content) {
    return number(kind, 1) + number(version, 2) + vector(2, content);
}

std::string ssl2_client_hello(std::string_view random) {
    std::string kinds;
    for (const auto kind : kSsl2Kinds)
        kinds += number(kind, 3);
    const auto message = number(kSsl2ClientHello, 1) + number(kSsl2, 2) + number(kinds.size(), 2) +
                         number(0, 2) + number(kSsl2Challenge, 2) + kinds +
                         std::string(random.substr(0, kSsl2Challenge));
    return number(0x8000 | message.size(), 2) + message;
}

// Where a message stands in the flight of TLS 1.2 and older (RFC 5246 7.3, RFC 6066 8); -1 where
// it does not belong there.
int rank(std::uint8_t kind) {
    constexpr std::array kOrder{type::kServerHello,        type::kCertificate,
                                type::kCertificateStatus,  type::kServerKeyExchange,
                                type::kCertificateRequest, type::kServerHelloDone};
    for (std::size_t i = 0; i < kOrder.size(); ++i)
        if (kOrder[i] == kind) return static_cast<int>(i);
    return -1;
}

} // namespace

std::string raw_client_hello(const RawHello& hello) {
    if (hello.profile != nullptr)
        return record(
            kHandshake, std::min(hello.profile->versions.front(), kTls12),
            hello_as(*hello.profile, hello)
        );
    if (hello.version == kSsl2) return ssl2_client_hello(hello.random);
    const auto stated = std::min(hello.version, kTls12); // RFC 8446 4.1.2
    // A session id of its own lets TLS 1.3 pass boxes that know only TLS 1.2 (RFC 8446 D.4).
    const auto session = hello.version >= kTls13 ? hello.random.substr(32, 32) : std::string_view();
    std::string body = number(stated, 2).append(hello.random.substr(0, 32));
    body += vector(1, session);
    body += vector(2, suites(hello.version));
    body += vector(1, number(0, 1)); // no compression
    if (hello.version > kSsl3) body += vector(2, extensions(hello));
    const auto message = number(type::kClientHello, 1) + vector(3, body);
    return record(kHandshake, std::min(hello.version, kTls10), message);
}

std::string_view hello_message(std::string_view record) {
    if (record.size() < kRecordHeader || record[0] != static_cast<char>(kHandshake)) return {};
    return record.substr(kRecordHeader);
}

std::string farewell(std::uint16_t version) {
    if (version == kSsl2) return {}; // has no alerts
    const auto stated = std::min(version, kTls12);
    return record(kAlert, stated, std::string{kWarning, kUserCanceled}) +
           record(kAlert, stated, std::string{kWarning, kCloseNotify});
}

Ssl2ServerHello read_ssl2_server_hello(std::string_view message) {
    Ssl2ServerHello out;
    ByteReader reader(message);
    const bool is_hello = reader.number(1) == kSsl2ServerHello;
    reader.number(1); // session id hit
    reader.number(1); // certificate type
    out.version = static_cast<std::uint16_t>(reader.number(2));
    const auto certificate = reader.number(2), ciphers = reader.number(2), id = reader.number(2);
    out.certificate = reader.take(certificate);
    ByteReader kinds(reader.take(ciphers));
    reader.take(id);
    out.well_formed = is_hello && reader.good() && out.version == kSsl2 && ciphers % 3 == 0;
    while (kinds.good() && !kinds.empty())
        if (const auto kind = kinds.number(3); kinds.good()) out.ciphers.push_back(kind);
    return out;
}

ServerFlight::State ServerFlight::receive(std::string_view bytes) {
    if (state_ != State::reading) return state_;
    input_ += bytes;
    while (state_ == State::reading && !rest().empty() && take_record()) {
    }
    input_.erase(0, taken_);
    taken_ = 0;
    // Nothing more is read, and thousands of these may wait for their connections to end.
    if (state_ != State::reading) std::string().swap(input_);
    return state_;
}

std::vector<ServerFlight::Piece> ServerFlight::take_pieces() { return std::exchange(pieces_, {}); }

// True where a whole record was taken and there may be another.
bool ServerFlight::take_record() {
    if (!anything_ && !looks_like_tls(rest())) {
        // A record of SSL 2.0 has its highest bit set and no type.
        if (offered_ == kSsl2 && (rest()[0] & 0x80) != 0) return take_ssl2_message();
        end(State::not_tls);
        return false;
    }
    ByteReader reader(rest());
    const auto kind = reader.number(1), version = reader.number(2), size = reader.number(2);
    if (!reader.good()) return false;
    if (version >> 8 != 3 || (kind != kHandshake && kind != kAlert)) {
        end(State::malformed,
            fmt::format("a record of type {} and version 0x{:04x}", kind, version));
        return false;
    }
    if (size > kRecord) {
        end(State::too_large, fmt::format("a record of {} bytes", size));
        return false;
    }
    const auto content = reader.take(size);
    if (!reader.good()) return false;
    anything_ = true;
    taken_ += kRecordHeader + size;
    empty_records_ = size == 0 ? empty_records_ + 1 : 0;
    if (empty_records_ > kEmptyRecords) end(State::malformed, "one empty record after another");
    if (kind == kHandshake)
        handshake_bytes(content);
    else
        alert_bytes(content);
    return true;
}

bool ServerFlight::take_ssl2_message() {
    ByteReader reader(rest());
    // SSL 2.0: two bytes, of which the highest bit says that there is no padding.
    const auto message = reader.take(reader.number(2) & 0x7fff);
    if (!reader.good()) return false;
    if (!message.empty() && message[0] == static_cast<char>(kSsl2Error)) {
        end(State::alert, "an error of SSL 2.0");
        return false;
    }
    ssl2_hello_ = read_ssl2_server_hello(message);
    if (ssl2_hello_->well_formed)
        end(State::done);
    else
        end(State::malformed, "a message of SSL 2.0 that is no ServerHello");
    return false;
}

void ServerFlight::handshake_bytes(std::string_view content) {
    handshake_ += content;
    std::size_t taken = 0;
    while (state_ == State::reading && handshake_.size() - taken >= kMessageHeader) {
        ByteReader reader(std::string_view(handshake_).substr(taken));
        const auto kind = reader.number(1);
        const auto size = reader.number(3);
        // Before its bytes are waited for.
        if (size > limits::kCertificateList)
            return end(
                State::too_large, fmt::format("a handshake message {} of {} bytes", kind, size)
            );
        if (handshake_.size() - taken - kMessageHeader < size) break;
        message(handshake_.substr(taken, kMessageHeader + size));
        taken += kMessageHeader + size;
    }
    handshake_.erase(0, taken);
}

// Up to TLS 1.2 an alert may be cut in two or stand next to another (RFC 5246 6.2.1).
void ServerFlight::alert_bytes(std::string_view content) {
    alert_ += content;
    while (state_ == State::reading && alert_.size() >= 2) {
        const bool last = alert_[0] == kFatal || alert_[1] == kCloseNotify;
        pieces_.push_back({true, alert_.substr(0, 2)});
        alert_.erase(0, 2);
        if (last)
            end(State::alert);
        else if (++warnings_ > kWarnings)
            end(State::malformed, "one warning after another");
    }
}

void ServerFlight::message(std::string whole) {
    const auto kind = static_cast<std::uint8_t>(whole[0]);
    if (++messages_ > limits::kHandshakeMessages)
        return end(State::too_large, "more handshake messages than are accepted");
    // The raw hello believes what it reads, so it reads strictly.
    if (!in_order(kind))
        return end(
            State::malformed, fmt::format("a handshake message {} where it does not belong", kind)
        );
    if (kind == type::kServerHello) server_hello(std::string_view(whole).substr(kMessageHeader));
    pieces_.push_back({false, std::move(whole)});
    if (kind == type::kServerHelloDone && state_ == State::reading) end(State::done);
}

bool ServerFlight::in_order(std::uint8_t kind) {
    const int place = rank(kind);
    const bool good = hello_ ? place > last_rank_ : place == 0;
    last_rank_ = place;
    return good;
}

void ServerFlight::server_hello(std::string_view body) {
    hello_ = read_server_hello(body);
    if (!hello_->well_formed) return end(State::malformed, "a ServerHello that cannot be read");
    if (hello_->version < kSsl3 || hello_->version > std::max(offered_, kSsl3))
        return end(
            State::malformed,
            fmt::format("a ServerHello of version 0x{:04x}, which was not offered", hello_->version)
        );
    // The rest of its flight is encrypted.
    if (hello_->version >= kTls13) end(State::done);
}

void ServerFlight::end(State state, std::string reason) {
    if (state_ != State::reading) return;
    state_ = state;
    reason_ = std::move(reason);
}

} // namespace lyncprobe::codec
