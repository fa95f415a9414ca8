// SPDX-License-Identifier: MIT
// Hellos of our own and the reader of the answer, with flights made by hand: whole, cut, lying.
#include "codec/raw_hello.h"

#include "codec/byte_reader.h"
#include "codec/cipher_suites.h"
#include "model/limits.h"

#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::codec;
using State = ServerFlight::State;

namespace {

const std::string kRandom(kHelloRandom, '\x5a');

std::string number(std::size_t value, std::size_t size) {
    std::string out;
    for (std::size_t i = size; i > 0; --i)
        out += static_cast<char>(value >> 8 * (i - 1) & 0xff);
    return out;
}
std::string vector(std::size_t size, const std::string& content) {
    return number(content.size(), size) + content;
}
std::string record(int type, const std::string& content, int version = 0x0303) {
    return number(static_cast<std::size_t>(type), 1) +
           number(static_cast<std::size_t>(version), 2) + vector(2, content);
}
std::string message(int type, const std::string& body) {
    return number(static_cast<std::size_t>(type), 1) + vector(3, body);
}

// Parts of a server's flight.
std::string server_hello(int version = 0x0303, int cipher = 0x0005) {
    return message(
        2, number(static_cast<std::size_t>(version), 2) + std::string(32, 'r') + vector(1, {}) +
               number(static_cast<std::size_t>(cipher), 2) + number(0, 1)
    );
}
std::string certificates(const std::vector<std::string>& entries) {
    std::string list;
    for (const auto& entry : entries)
        list += vector(3, entry);
    return message(11, vector(3, list));
}
std::string request() {
    return message(13, vector(1, "\x01\x40") + vector(2, number(0x0401, 2)) + vector(2, {}));
}
std::string hello_done() { return message(14, {}); }
std::string whole_flight() {
    return server_hello() + certificates({"leaf", "issuer"}) + request() + hello_done();
}

State read(const std::string& bytes, std::uint16_t offered = kTls12) {
    return ServerFlight(offered).receive(bytes);
}

std::vector<std::string> messages_of(ServerFlight& flight) {
    std::vector<std::string> out;
    for (const auto& piece : flight.take_pieces())
        if (!piece.alert) out.push_back(piece.bytes);
    return out;
}

std::set<std::uint32_t> extensions_of(const std::string& hello) {
    ByteReader reader(hello_message(hello));
    reader.take(4 + 2 + 32);
    reader.vector(1);
    reader.vector(2);
    reader.vector(1);
    std::set<std::uint32_t> out;
    if (reader.empty()) return out;
    for (ByteReader list(reader.vector(2)); list.good() && !list.empty();) {
        out.insert(list.number(2));
        list.vector(2);
        CHECK(list.good());
    }
    CHECK(reader.empty());
    return out;
}

} // namespace

TEST_CASE("raw hello: the record and the version stated are those of the version offered") {
    struct Case {
        std::uint16_t version;
        std::string record, stated;
    };
    for (const auto& [version, stated_in_record, stated] :
         {Case{kSsl3, {"\x03\x00", 2}, {"\x03\x00", 2}}, Case{kTls10, "\x03\x01", "\x03\x01"},
          Case{kTls11, "\x03\x01", "\x03\x02"}, Case{kTls12, "\x03\x01", "\x03\x03"},
          Case{kTls13, "\x03\x01", "\x03\x03"}}) {
        CAPTURE(version);
        const auto hello =
            raw_client_hello({.version = version, .server_name = "a.example", .random = kRandom});
        CHECK(hello[0] == 22);
        CHECK(hello.substr(1, 2) == stated_in_record);
        CHECK(hello.substr(9, 2) == stated);
        CHECK(hello.size() == 5 + ByteReader(hello.substr(3)).number(2));
        CHECK(hello_message(hello).size() + 5 == hello.size());
        CHECK((hello.find("a.example") == std::string::npos) == (version == kSsl3));
    }
}

TEST_CASE("raw hello: offers the curves that a certificate may be on, beside those Lync supports") {
    using namespace std::string_view_literals;
    // x25519, P-256, P-384, P-521, secp192r1, secp224r1, secp256k1, brainpool
    constexpr auto kGroups = "\0\x0a\0\x16\0\x14"
                             "\0\x1d\0\x17\0\x18\0\x19\0\x13\0\x15\0\x16\0\x1a\0\x1b\0\x1c"sv;
    const auto hello = raw_client_hello({.version = kTls12, .server_name = "", .random = kRandom});
    CHECK(hello.find(kGroups) != std::string::npos);
}

TEST_CASE("raw hello: SSL 3.0 has no extensions, TLS has those that old servers need") {
    const auto of = [](std::uint16_t version, std::string_view name) {
        return extensions_of(
            raw_client_hello({.version = version, .server_name = name, .random = kRandom})
        );
    };
    CHECK(of(kSsl3, "a.example").empty());
    CHECK(of(kTls12, "a.example") == std::set<std::uint32_t>{0, 5, 10, 11, 13, 23, 35, 0xff01});
    CHECK(of(kTls10, "") == std::set<std::uint32_t>{5, 10, 11, 13, 23, 35, 0xff01});
    CHECK(of(kTls13, "a.example") == std::set<std::uint32_t>{0, 5, 10, 13, 43, 51});
}

TEST_CASE("raw hello: the suites are about fifty, each once, and none is anonymous") {
    std::set<std::uint16_t> numbers;
    for (const auto& suite : old_cipher_suites()) {
        numbers.insert(suite.number);
        CHECK(suite.name.find("_anon_") == std::string_view::npos);
        CHECK(cipher_suite_name(suite.number) == suite.name);
        if (fits_ssl3(suite)) CHECK(suite.name.find("EC") != 4);
    }
    CHECK(numbers.size() == old_cipher_suites().size());
    CHECK(numbers.size() > 40);
    CHECK(numbers.size() < 64); // some Schannel stacks fail beyond
    for (const int old : {0x0004, 0x0005, 0x000a, 0x0009, 0x0003, 0x0001, 0xc011})
        CHECK(numbers.count(static_cast<std::uint16_t>(old)) == 1);
    CHECK(cipher_suite_name(0x0018) == "TLS_DH_anon_WITH_RC4_128_MD5");
    CHECK(cipher_suite_name(0x5600).empty());
}

TEST_CASE("raw hello: the hello of SSL 2.0 is the one every scanner sends") {
    const auto hello = raw_client_hello({.version = kSsl2, .server_name = "x", .random = kRandom});
    CHECK(hello.size() == 54);
    CHECK(hello.substr(0, 11) == std::string("\x80\x34\x01\x00\x02\x00\x1b\x00\x00\x00\x10", 11));
    CHECK(hello.substr(38) == std::string(16, '\x5a'));
    CHECK(hello_message(hello).empty());
    CHECK(farewell(kSsl2).empty());
    CHECK(
        farewell(kTls10) == std::string("\x15\x03\x01\0\x02\x01\x5a\x15\x03\x01\0\x02\x01\0", 14)
    );
}

TEST_CASE("raw hello: a flight is read whole, byte by byte, and at every cut") {
    const auto flight = whole_flight();
    const std::string joined = record(22, flight);
    std::string split; // messages over records
    for (std::size_t at = 0; at < flight.size(); at += 7)
        split += record(22, flight.substr(at, 7));
    const std::vector<std::string> expected{
        server_hello(), certificates({"leaf", "issuer"}), request(), hello_done()};
    for (const auto& bytes : {joined, split}) {
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
            ServerFlight reader(kTls12);
            const auto before = reader.receive(bytes.substr(0, cut));
            CHECK((before == State::done) == (cut == bytes.size()));
            CHECK(reader.receive(bytes.substr(cut)) == State::done);
            CHECK(messages_of(reader) == expected);
            CHECK(reader.hello()->cipher == 0x0005);
        }
        ServerFlight reader(kTls12);
        std::vector<std::string> messages;
        for (const char byte : bytes) {
            reader.receive({&byte, 1});
            for (auto& one : messages_of(reader))
                messages.push_back(one);
        }
        CHECK(reader.state() == State::done);
        CHECK(messages == expected);
    }
}

TEST_CASE("raw hello: a server may answer with a lower version, never with a higher one") {
    CHECK(read(record(22, server_hello(0x0301) + hello_done(), 0x0301)) == State::done);
    CHECK(read(record(22, server_hello(0x0303)), kTls10) == State::malformed);
    CHECK(read(record(22, server_hello(0x0002))) == State::malformed);
    CHECK(read(record(22, server_hello(0x0300) + hello_done()), kSsl3) == State::done);
}

TEST_CASE("raw hello: the ServerHello of TLS 1.3 and its retry request end the flight") {
    const auto of = [](const std::string& random) {
        const auto share = number(51, 2) + vector(2, number(23, 2));
        const auto version = number(43, 2) + vector(2, number(0x0304, 2));
        return record(
            22, message(
                    2, number(0x0303, 2) + random + vector(1, std::string(32, 's')) +
                           number(0x1301, 2) + number(0, 1) + vector(2, share + version)
                )
        );
    };
    const std::string retry = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
                              "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";
    for (const auto& random : {std::string(32, 'r'), retry}) {
        ServerFlight flight(kTls13);
        CHECK(flight.receive(of(random) + std::string("\x14\x03\x03\0\x01\x01", 6)) == State::done);
        CHECK(flight.hello()->version == kTls13);
        CHECK(flight.hello()->key_share_group == 23);
    }
    CHECK(read(of(retry)) == State::malformed); // not offered
}

TEST_CASE("raw hello: alerts end the flight where they are fatal or a goodbye, in any record") {
    for (const int version : {0x0300, 0x0301, 0x0303}) {
        ServerFlight flight(kTls12);
        CHECK(flight.receive(record(21, std::string("\x02\x28", 2), version)) == State::alert);
        const auto pieces = flight.take_pieces();
        REQUIRE(pieces.size() == 1);
        CHECK(pieces[0].alert);
        CHECK(pieces[0].bytes == "\x02\x28");
    }
    CHECK(read(record(21, std::string("\x01\0", 2))) == State::alert);
    const auto warning = record(21, "\x01\x70");
    CHECK(read(warning + record(22, whole_flight())) == State::done);
    CHECK(read(record(21, "\x02") + record(21, "\x28")) == State::alert);
    std::string flood;
    for (int i = 0; i < 6; ++i)
        flood += warning;
    CHECK(read(flood) == State::malformed);
}

TEST_CASE("raw hello: what is no TLS, no flight or too much of one is told apart") {
    CHECK(read("HTTP/1.1 400 Bad Request") == State::not_tls);
    CHECK(read("SSH-2.0-x", kSsl2) == State::not_tls);
    CHECK(read(record(23, "data")) == State::malformed);
    CHECK(read(record(22, server_hello()) + record(20, "\x01")) == State::malformed);
    CHECK(read(record(22, server_hello()) + record(22, "x", 0x0403)) == State::malformed);
    CHECK(read(record(22, certificates({"leaf"}))) == State::malformed);
    CHECK(read(record(22, server_hello() + server_hello())) == State::malformed);
    CHECK(read(record(22, server_hello() + request() + certificates({}))) == State::malformed);
    CHECK(read(record(22, server_hello() + message(20, "finished"))) == State::malformed);
    CHECK(read(record(22, message(2, "short"))) == State::malformed);
    std::string empty;
    for (int i = 0; i < 33; ++i)
        empty += record(22, {});
    CHECK(read(empty) == State::malformed);
}

TEST_CASE("raw hello: records and messages are taken up to their limits and not beyond") {
    const std::string hello = record(22, server_hello());
    const std::string full = std::string("\x16\x03\x03\x40\x00", 5) + std::string(16384, '\x0b');
    const auto monstrous = record(22, std::string(4, '\x7f'));
    CHECK(read(hello + full) == State::reading);        // a Certificate of 0x0b0b0b bytes
    CHECK(read(hello + monstrous) == State::too_large); // of 0x7f7f7f bytes
    CHECK(read(hello + std::string("\x16\x03\x03\x40\x01", 5)) == State::too_large);

    const auto of_size = [&](std::size_t size) {
        std::string bytes = hello;
        const auto whole = number(11, 1) + number(size, 3) + std::string(size, 'c') + hello_done();
        for (std::size_t at = 0; at < whole.size(); at += 16384)
            bytes += record(22, whole.substr(at, 16384));
        return read(bytes);
    };
    CHECK(of_size(limits::kCertificateList) == State::done);
    CHECK(of_size(limits::kCertificateList + 1) == State::too_large);
}

TEST_CASE("raw hello: the ServerHello of SSL 2.0 has everything in one message") {
    const std::string der = "certificate";
    const auto body = [&](const std::string& version, std::size_t size) {
        return std::string("\x04\0\x01", 3) + version + number(size, 2) + number(6, 2) +
               number(4, 2) + der + std::string("\x01\0\x80\x07\0\xc0", 6) + "conn";
    };
    const auto good = body(std::string("\0\x02", 2), der.size());
    const auto bytes = number(0x8000 | good.size(), 2) + good;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        ServerFlight flight(kSsl2);
        CHECK(flight.receive(bytes.substr(0, cut)) == State::reading);
        CHECK(flight.receive(bytes.substr(cut)) == State::done);
        CHECK(flight.ssl2_hello()->certificate == der);
        CHECK(flight.ssl2_hello()->ciphers == std::vector<std::uint32_t>{0x010080, 0x0700c0});
    }
    CHECK(read(bytes) == State::not_tls); // to a hello of TLS
    const auto lying = body(std::string("\0\x02", 2), 4000);
    CHECK(read(number(0x8000 | lying.size(), 2) + lying, kSsl2) == State::malformed);
    const auto other = body("\x03\x01", der.size());
    CHECK(read(number(0x8000 | other.size(), 2) + other, kSsl2) == State::malformed);
    CHECK(read(std::string("\x80\x03\0\0\x01", 5), kSsl2) == State::alert);
    CHECK(read(record(21, "\x02\x46", 0x0301), kSsl2) == State::alert);
    CHECK(ssl2_cipher_name(0x010080) == "SSL_CK_RC4_128_WITH_MD5");
    CHECK(ssl2_cipher_name(0).empty());
}
