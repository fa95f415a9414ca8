// SPDX-License-Identifier: MIT
#include "support/bad_handshakes.h"

#include "lab/connection.h"

#include <algorithm>
#include <random>

namespace lyncprobe::lab {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr std::chrono::milliseconds kDrip = 100ms;
constexpr std::size_t kFloodChunk = 16u << 10; // one write of what has no end
constexpr std::size_t kRecordHeader = 5;       // RFC 8446 5.1
constexpr std::size_t kRecordContent = 16384;
constexpr std::uint8_t kChangeCipherRecord = 20, kAlertRecord = 21, kHandshakeRecord = 22,
                       kDataRecord = 23, kHeartbeatRecord = 24; // RFC 8446 B.1, RFC 6520 3
constexpr std::uint8_t kServerHello = 2, kCertificate = 11, kServerKeyExchange = 12,
                       kServerHelloDone = 14, kFinished = 20,
                       kCertificateStatus = 22; // RFC 8446 B.3, RFC 5246 7.4
constexpr std::size_t kAes128GcmDheRsa = 0x009e, kAes128GcmEcdheRsa = 0xc02f, kAes128Gcm = 0x1301;
constexpr std::size_t kP384 = 24; // RFC 8446 4.2.7: not the group that clients try first

std::string number(std::size_t value, std::size_t size) { // big endian
    std::string out(size, '\0');
    for (; size > 0; value >>= 8)
        out[--size] = static_cast<char>(value & 0xff);
    return out;
}

std::string vector(std::string_view content, std::size_t length_size) { // RFC 8446 3.4
    return number(content.size(), length_size) + std::string(content);
}

// In as many records as it needs.
std::string records(
    std::uint8_t kind, std::string_view content, std::size_t at_most = kRecordContent
) {
    std::string out;
    for (; !content.empty(); content.remove_prefix(std::min(at_most, content.size())))
        out += static_cast<char>(kind) + "\x03\x03"s + vector(content.substr(0, at_most), 2);
    return out;
}

std::string handshake(std::uint8_t kind, std::string_view body) {
    return static_cast<char>(kind) + vector(body, 3);
}

std::string warning(std::uint8_t code) {
    return records(kAlertRecord, "\x01"s + static_cast<char>(code));
}

std::string extension(std::size_t kind, std::string_view content) {
    return number(kind, 2) + vector(content, 2);
}

std::string server_hello(
    std::string_view random, std::string_view session, std::size_t cipher,
    std::string_view extensions
) {
    return handshake(
        kServerHello, "\x03\x03"s + std::string(random) + vector(session, 1) + number(cipher, 2) +
                          '\0' + vector(extensions, 2)
    );
}

const std::string kServerRandom(32, 'r');

std::string tls12_hello(const std::string& more = {}, std::size_t cipher = kAes128GcmDheRsa) {
    return server_hello(
        kServerRandom, {}, cipher, extension(0xff01, "\0"s) + more // RFC 5746 3.2
    );
}

// RFC 8446 4.1.4. The session id of the hello comes back (4.1.3).
std::string retry_request(std::string_view hello_record, std::size_t cookie_size) {
    constexpr std::string_view kRandom =
        "\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91"
        "\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C";
    constexpr std::size_t kSession = kRecordHeader + 4 + 2 + 32; // behind version and random
    const auto session =
        hello_record.size() > kSession
            ? hello_record.substr(kSession + 1, static_cast<std::uint8_t>(hello_record[kSession]))
            : std::string_view();
    std::string extensions = extension(43, "\x03\x04"); // supported_versions
    if (cookie_size > 0)
        extensions += extension(44, vector(std::string(cookie_size, 'c'), 2));
    else
        extensions += extension(51, number(kP384, 2)); // key_share
    return server_hello(kRandom, session, kAes128Gcm, extensions);
}

std::string certificate_message(const std::vector<std::string>& chain_der) {
    std::string list;
    for (const auto& certificate : chain_der)
        list += vector(certificate, 3);
    return handshake(kCertificate, vector(list, 3));
}

// ServerHello, Certificate, and a ServerKeyExchange with a prime of this size (RFC 5246 7.4.3).
std::string diffie_hellman(
    std::size_t bits, const std::vector<std::string>& chain_der,
    const std::function<std::string(std::string_view)>& signature
) {
    const std::string prime(bits / 8, '\xff'); // odd is all that is looked for
    const std::string share(bits / 8, '\x7f');
    const auto parameters = vector(prime, 2) + vector("\x02", 2) + vector(share, 2);
    const auto exchange = parameters + "\x04\x01"s + vector(signature(parameters), 2);
    return records(
        kHandshakeRecord, tls12_hello() + certificate_message(chain_der) +
                              handshake(kServerKeyExchange, exchange) +
                              handshake(kServerHelloDone, {})
    );
}

// ECDHE over X25519 (RFC 8422 5.4), signed as RSA with SHA-256 of a key of this size would.
std::string signed_falsely(std::size_t bits, const std::vector<std::string>& chain_der) {
    const auto exchange = "\x03\0\x1d"s + vector(std::string(32, 'p'), 1) + "\x04\x01"s +
                          vector(std::string(bits / 8, 's'), 2);
    return records(
        kHandshakeRecord, tls12_hello({}, kAes128GcmEcdheRsa) + certificate_message(chain_der) +
                              handshake(kServerKeyExchange, exchange) +
                              handshake(kServerHelloDone, {})
    );
}

// RFC 6066 8
std::string empty_staple_flight(const std::vector<std::string>& chain_der) {
    return records(
        kHandshakeRecord, tls12_hello(extension(5, {})) + certificate_message(chain_der) +
                              handshake(kCertificateStatus, "\x01" + vector({}, 3))
    );
}

std::string random_bytes(std::size_t size) {
    std::minstd_rand random(1); // the same in every run
    std::string out(size, '\0');
    std::ranges::generate(out, [&random] { return static_cast<char>(random() >> 8); });
    return out;
}

Reply flood(std::string_view again, std::string first = {}) {
    return {.text = std::move(first), .endless = repeated(again, kFloodChunk)};
}

Reply drip(std::string_view again, std::string first = {}) {
    return {.text = std::move(first), .endless = std::string(again), .pause = kDrip};
}

std::size_t value_of(std::string_view bytes) { // big endian
    std::size_t value = 0;
    for (const char byte : bytes)
        value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

// Where each record of a flight begins.
std::vector<std::size_t> beginnings(std::string_view flight) {
    std::vector<std::size_t> out;
    for (std::size_t at = 0; at + kRecordHeader <= flight.size();
         at += kRecordHeader + value_of(flight.substr(at + 3, 2)))
        out.push_back(at);
    return out;
}

std::string in_one_byte_records(std::string_view flight) {
    std::string out;
    for (const auto at : beginnings(flight)) {
        const auto content = flight.substr(at + kRecordHeader, value_of(flight.substr(at + 3, 2)));
        out += records(static_cast<std::uint8_t>(flight[at]), content, 1);
    }
    return out;
}

std::string with_empty_records(std::string_view flight) {
    std::string out;
    for (const auto at : beginnings(flight)) {
        out += std::string(flight.substr(at, 3)) + "\0\0"s;
        out += flight.substr(at, kRecordHeader + value_of(flight.substr(at + 3, 2)));
    }
    return out;
}

void spoil_key_exchange(std::string& flight) {
    for (const auto at : beginnings(flight)) {
        const auto end = at + kRecordHeader + value_of(std::string_view(flight).substr(at + 3, 2));
        if (flight[at] == kHandshakeRecord && flight[at + kRecordHeader] == kServerKeyExchange)
            flight[end - 1] = static_cast<char>(flight[end - 1] ^ 1);
    }
}

} // namespace

Reply bad_hello_answer(
    BadHello kind, std::string_view record, const std::vector<std::string>& chain_der,
    const SignWithRsa& sign
) {
    using enum BadHello;
    const auto no_signature = [](std::string_view) { return std::string(256, 's'); };
    const auto good_signature = [&](std::string_view parameters) { // RFC 5246 7.4.3
        constexpr std::size_t kClientRandom = kRecordHeader + 4 + 2;
        return sign(
            std::string(record.substr(std::min(kClientRandom, record.size()), 32)) + kServerRandom +
            std::string(parameters)
        );
    };
    const auto close = [](std::string text) {
        return Reply{.text = std::move(text), .then = Reply::Then::close};
    };
    const auto one = [](std::uint8_t record_type, const std::string& content) {
        return Reply{.text = records(record_type, content)};
    };
    switch (kind) {
    case ssh: return close("SSH-2.0-OpenSSH_9.2p1\r\n");
    case smtp: return close("220 mail.contoso.example ESMTP\r\n");
    case rdp: return close("\x03\0\0\x13\x0e\xd0\0\0\x12\x34\0\x02\x01\x08\0\0\0\0\0"s);
    case sslv2: return close("\x80\x03\0\0\x01"s);
    case echo: return {.text = std::string(record)};
    case random_flood: return flood(random_bytes(kFloodChunk));
    case zero_flood: return flood("\0"s);
    case garbage_drip: return drip("?");
    case header_drip: return drip("\x02", "\x16\x03\x03\x40\0"s);
    case alert_then_reset:
        return {.text = records(kAlertRecord, "\x02\x28"), .then = Reply::Then::reset};
    case warning_flood: return flood(warning(90)); // user_canceled
    case warning_drip: return drip(warning(90));
    case record_too_long: return flood("x", "\x16\x03\x03\xff\xff"s);
    case record_unknown_type: return close("\x63\x03\x03\0\x01x"s);
    case record_bad_version: return close("\x16\x09\x09\0\x04\x02\0\0\0"s);
    case empty_records: return flood("\x16\x03\x03\0\0"s);
    case change_cipher_flood: return flood(records(kChangeCipherRecord, "\x01"));
    case heartbeat: return one(kHeartbeatRecord, "\x01\x40\0"s);
    case early_data: return one(kDataRecord, "too early");
    case hello_request_flood: return flood(records(kHandshakeRecord, handshake(0, {})));
    case finished_first: return one(kHandshakeRecord, handshake(kFinished, std::string(12, 'f')));
    case hello_16_mb:
        return flood(
            records(kHandshakeRecord, std::string(kRecordContent, '\x03')),
            records(kHandshakeRecord, "\x02\xff\xff\xff")
        );
    case certificate_16_mb:
        return flood(
            records(kHandshakeRecord, std::string(kRecordContent, '\0')),
            records(kHandshakeRecord, tls12_hello() + "\x0b\xff\xff\xff\xff\xff\xfc")
        );
    case lying_length:
        return one(
            kHandshakeRecord, handshake(kServerHello, "\x03\x03"s + std::string(32, 'r') + "\xff"s)
        );
    case retry_loop: return one(kHandshakeRecord, retry_request(record, 0));
    case retry_cookie_60_kb: return one(kHandshakeRecord, retry_request(record, 60'000));
    case dh_512_bits: return {.text = diffie_hellman(512, chain_der, no_signature)};
    case dh_10000_bits: return {.text = diffie_hellman(10'000, chain_der, good_signature)};
    case dh_65528_bits: return {.text = diffie_hellman(65'528, chain_der, no_signature)};
    case false_signature: return {.text = signed_falsely(16'384, chain_der)};
    case empty_staple: return {.text = empty_staple_flight(chain_der)};
    }
    return {};
}

Reply spoiled(BadFlight kind, std::string flight, bool finished) {
    using enum BadFlight;
    Reply out;
    switch (kind) {
    case one_byte_records: // what is encrypted stays whole
        if (!finished) flight = in_one_byte_records(flight);
        break;
    case empty_records_between:
        if (!finished) flight = with_empty_records(flight);
        break;
    case warning_first:
        if (!finished) flight.insert(0, warning(112));
        break;
    case reset_after_1200_bytes:
        flight.resize(std::min<std::size_t>(flight.size(), 1200));
        out.then = Reply::Then::reset;
        break;
    case silent_after_certificate: flight.resize(up_to_certificate(flight).size()); break;
    case bad_key_exchange: spoil_key_exchange(flight); break;
    case bad_finished:
        if (finished) flight.back() = static_cast<char>(flight.back() ^ 1);
        break;
    case no_finished:
        if (finished) flight.resize(beginnings(flight).back());
        break;
    }
    out.text = std::move(flight);
    return out;
}

} // namespace lyncprobe::lab
