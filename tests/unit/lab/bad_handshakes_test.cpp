// SPDX-License-Identifier: MIT
// The faults of TLS itself.
#include "support/bad_handshakes.h"
#include "unit/lab/one_server.h"

#include <doctest/doctest.h>

using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;
using namespace std::string_literals;

namespace {

// A ServerHello, a Certificate, a ServerKeyExchange and something encrypted, a record each.
const std::string kHello = "\x16\x03\x03\0\x05\x02\0\0\x01h"s;
const std::string kChain = "\x16\x03\x03\0\x06\x0b\0\0\x02"s + "cc";
const std::string kExchange = "\x16\x03\x03\0\x05\x0c\0\0\x01"s + "e";
const std::string kFinished = "\x16\x03\x03\0\x03"s + "fff";
const std::string kFlight = kHello + kChain + kExchange;

std::string no_signature(std::string_view) { return {}; }

std::string answer(BadHello kind) {
    return bad_hello_answer(kind, "\x16\x03\x01\0\x01x"s, {leaf().certificate_der}, no_signature)
        .text;
}

std::string spoilt(BadFlight kind, const std::string& flight, bool finished) {
    return spoiled(kind, flight, finished).text;
}

} // namespace

TEST_CASE("fault: a flight is spoiled at its place and nowhere else") {
    CHECK(spoilt(BadFlight::silent_after_certificate, kFlight, false) == kHello + kChain);
    CHECK(
        spoilt(BadFlight::bad_key_exchange, kFlight, false) ==
        kHello + kChain + kExchange.substr(0, kExchange.size() - 1) + "d"
    );
    CHECK(spoilt(BadFlight::bad_finished, kFlight, false) == kFlight);
    CHECK(spoilt(BadFlight::bad_finished, kFlight + kFinished, true).ends_with("ffg"));
    CHECK(spoilt(BadFlight::no_finished, kFlight + kFinished, true) == kFlight);
    CHECK(
        spoilt(BadFlight::warning_first, kFlight, false) == "\x15\x03\x03\0\x02\x01\x70"s + kFlight
    );
    CHECK(
        spoilt(BadFlight::one_byte_records, kHello, false) ==
        "\x16\x03\x03\0\x01\x02\x16\x03\x03\0\x01\0\x16\x03\x03\0\x01\0"s +
            "\x16\x03\x03\0\x01\x01\x16\x03\x03\0\x01h"s
    );
    CHECK(spoilt(BadFlight::reset_after_1200_bytes, std::string(5000, 'x'), false).size() == 1200);
}

TEST_CASE("fault: answers to a hello that are no handshake") {
    CHECK(answer(BadHello::ssh).starts_with("SSH-2.0"));
    CHECK(answer(BadHello::echo) == "\x16\x03\x01\0\x01x"s);
    CHECK(answer(BadHello::hello_16_mb) == "\x16\x03\x03\0\x04\x02\xff\xff\xff"s);
    // A message of 60 KB takes four records.
    CHECK(answer(BadHello::retry_cookie_60_kb).size() > 60'000 + 4 * 5);
    CHECK(answer(BadHello::dh_65528_bits).find(leaf().certificate_der) != std::string::npos);
    CHECK(
        bad_hello_answer(BadHello::alert_then_reset, {}, {}, no_signature).then ==
        Reply::Then::reset
    );
    CHECK(bad_hello_answer(BadHello::warning_drip, {}, {}, no_signature).pause.count() > 0);
    CHECK(bad_hello_answer(BadHello::empty_records, {}, {}, no_signature).endless.size() >= 16'384);
}

TEST_CASE("fault: a flood behind the handshake goes on") {
    for (const auto kind : {Flood::data, Flood::one_byte_records}) {
        One one(Faults{.flood = kind});
        TlsPeer peer(one.port);
        std::size_t read = 0;
        while (read < 100'000) {
            const auto more = peer.read_some();
            REQUIRE_FALSE(more.empty());
            read += more.size();
        }
    }
}
