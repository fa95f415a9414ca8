// SPDX-License-Identifier: MIT
#include "codec/ms_turn.h"

#include "model/limits.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::codec;
using State = MsTurnReader::State;

namespace {

std::string bytes(std::initializer_list<int> values) {
    std::string out;
    for (const int value : values)
        out += static_cast<char>(value);
    return out;
}

std::string number(std::size_t value) {
    return bytes({static_cast<int>(value >> 8 & 255), static_cast<int>(value & 255)});
}

std::string attribute(std::size_t type, const std::string& value, bool filled_up = false) {
    const std::size_t missing = filled_up ? (4 - value.size() % 4) % 4 : 0;
    return number(type) + number(value.size()) + value + std::string(missing, '\0');
}

const std::string kId = "0123456789abcdef";
const std::string kCookie = attribute(0x000f, bytes({0x72, 0xc6, 0x4b, 0xc6}));

std::string message(std::size_t type, const std::string& attributes) {
    return number(type) + number(attributes.size()) + kId + attributes;
}

std::string frame(const std::string& text) { return bytes({2, 0}) + number(text.size()) + text; }

std::string edge_answer(bool filled_up) {
    return message(
        0x0113, kCookie + attribute(0x0009, bytes({0, 0, 4, 1}) + "Unauthorized", filled_up) +
                    attribute(0x0015, "\"rtcmedia\"", filled_up) +
                    attribute(0x0014, "a nonce of odd size", filled_up) +
                    attribute(0x8008, bytes({0, 0, 0, 4})) +
                    attribute(0x000e, bytes({0, 1, 0x0d, 0x96, 192, 0, 2, 7})) +
                    attribute(0x8032, "edge01.contoso.com", filled_up)
    );
}

} // namespace

TEST_CASE("ms-turn: the request is the captured one with MS-Version 4") {
    TurnTransaction id{};
    std::copy(kId.begin(), kId.end(), id.begin());
    const auto request = ms_turn_allocate(id);
    CHECK(
        request == bytes({0, 3, 0, 0x10}) + kId +
                       bytes(
                           {0x00, 0x0f, 0x00, 0x04, 0x72, 0xc6, 0x4b, 0xc6, //
                            0x80, 0x08, 0x00, 0x04, 0x00, 0x00, 0x00, 0x04}
                       )
    );
    CHECK(request.size() == 36);
    CHECK(ms_turn_frame(request) == bytes({2, 0, 0, 0x24}) + request);
    const auto read = read_turn_message(request);
    REQUIRE(read);
    CHECK(read->type == turn_type::kAllocate);
    CHECK(read->microsoft);
}

TEST_CASE("ms-turn: ids differ by seed, and one of both kinds has the cookie of RFC 5389") {
    CHECK(turn_transaction("1") != turn_transaction("2"));
    CHECK(turn_transaction("1") == turn_transaction("1"));
    const auto both = turn_transaction_of_both_kinds("1"),
               other = turn_transaction_of_both_kinds("2");
    CHECK(std::string(both.begin(), both.begin() + 4) == bytes({0x21, 0x12, 0xa4, 0x42}));
    CHECK(both != other);
}

TEST_CASE("ms-turn: an Edge's refusal is read, with and without fill bytes") {
    for (const bool filled_up : {false, true}) {
        CAPTURE(filled_up);
        const auto read = read_turn_message(edge_answer(filled_up));
        REQUIRE(read);
        CHECK(read->type == turn_type::kAllocateError);
        CHECK(std::string(read->transaction.begin(), read->transaction.end()) == kId);
        CHECK(read->microsoft);
        CHECK(read->error == 401);
        CHECK(read->reason == "Unauthorized");
        CHECK(read->realm == "\"rtcmedia\"");
        CHECK(read->nonce == "a nonce of odd size");
        CHECK(read->ms_version == 4u);
        REQUIRE(read->alternate_server);
        CHECK(to_text(read->alternate_server->address) == "192.0.2.7");
        CHECK(read->alternate_server->port == 3478);
        CHECK(read->alternate_host == "edge01.contoso.com");
        CHECK(read->attributes.size() == 7);
        CHECK(read->attributes.front() == 0x000f);
    }
}

TEST_CASE("ms-turn: a server of RFC 5766 has realm and nonce the other way round") {
    const auto read = read_turn_message(message(
        0x0113, attribute(0x0009, bytes({0, 0, 4, 1}) + "Unauthorized", true) +
                    attribute(0x0015, "aNonce", true) + attribute(0x0014, "turn.example", true) +
                    attribute(0x8022, "Coturn-4.6.1 'Gorst'", true)
    ));
    REQUIRE(read);
    CHECK_FALSE(read->microsoft);
    CHECK(read->realm == "turn.example");
    CHECK(read->nonce == "aNonce");
    CHECK(read->software == "Coturn-4.6.1 'Gorst'");
    CHECK_FALSE(read->ms_version);
}

TEST_CASE("ms-turn: mapped addresses, plain and XORed, of both families") {
    const auto plain = read_turn_message(
        message(0x0103, kCookie + attribute(0x0001, bytes({0, 1, 0x1f, 0x90, 203, 0, 113, 5})))
    );
    REQUIRE(plain);
    CHECK(to_text(plain->mapped_address->address) == "203.0.113.5");
    CHECK(plain->mapped_address->port == 8080);

    std::string xored =
        bytes({0, 1, 0x1f ^ '0', 0x90 ^ '1', 203 ^ '0', 0 ^ '1', 113 ^ '2', 5 ^ '3'});
    const auto hidden = read_turn_message(message(0x0103, kCookie + attribute(0x8020, xored)));
    REQUIRE(hidden);
    CHECK(to_text(hidden->mapped_address->address) == "203.0.113.5");
    CHECK(hidden->mapped_address->port == 8080);

    std::string six = bytes({0, 2, 0x1f ^ '0', 0x90 ^ '1'}) + kId;
    six[4] = static_cast<char>(0x20 ^ '0');
    six[5] = static_cast<char>(0x01 ^ '1');
    const auto v6 = read_turn_message(message(0x0103, kCookie + attribute(0x8020, six)));
    REQUIRE(v6);
    CHECK(to_text(v6->mapped_address->address) == "2001::");
}

TEST_CASE("ms-turn: of an attribute that stands there twice the first one counts") {
    const auto read = read_turn_message(message(
        0x0113, kCookie + attribute(0x0009, bytes({0, 0, 4, 1})) +
                    attribute(0x0009, bytes({0, 0, 4, 0x20})) + attribute(0x0015, "one") +
                    attribute(0x0015, "two") + attribute(0x8008, bytes({0, 0, 0, 3})) +
                    attribute(0x8008, bytes({0, 0, 0, 4}))
    ));
    REQUIRE(read);
    CHECK(read->error == 401);
    CHECK(read->reason.empty());
    CHECK(read->realm == "one");
    CHECK(read->ms_version == 3u);
    CHECK(read->attributes.size() == 7);
}

TEST_CASE("ms-turn: values that are too short for what they are called say nothing") {
    const auto read = read_turn_message(message(
        0x0113, attribute(0x000f, "abcd") + attribute(0x0009, bytes({0, 0, 4})) +
                    attribute(0x8008, bytes({0, 0, 4})) +
                    attribute(0x000e, bytes({0, 1, 0, 80, 1})) +
                    attribute(0x0001, bytes({0, 9, 0, 80, 1, 2, 3, 4}))
    ));
    REQUIRE(read);
    CHECK_FALSE(read->microsoft);
    CHECK_FALSE(read->error);
    CHECK_FALSE(read->ms_version);
    CHECK_FALSE(read->alternate_server);
    CHECK_FALSE(read->mapped_address);
}

TEST_CASE("ms-turn: a datagram that is no whole message is none") {
    const auto good = edge_answer(false);
    for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(read_turn_message(good.substr(0, size)));
    }
    CHECK_FALSE(read_turn_message(good + "x"));
    CHECK_FALSE(read_turn_message("HTTP/1.1 400 Bad Request\r\n\r\n"));
    auto high = good;
    high[0] = '\x81';
    CHECK_FALSE(read_turn_message(high));
    // An attribute that reaches over the end.
    CHECK_FALSE(read_turn_message(message(0x0113, bytes({0, 9, 0, 200, 1, 2, 3, 4}))));
    CHECK(read_turn_message(message(0x0113, "")));
}

TEST_CASE("ms-turn: on TCP a message is read wherever its bytes are split") {
    const auto stream = frame(edge_answer(false));
    for (std::size_t split = 0; split <= stream.size(); ++split) {
        CAPTURE(split);
        MsTurnReader reader;
        CHECK(reader.empty());
        const auto first = reader.feed(stream.substr(0, split));
        CHECK(first == (split == stream.size() ? State::have_message : State::need_more));
        if (split < stream.size()) CHECK(reader.feed(stream.substr(split)) == State::have_message);
        CHECK(reader.message().error == 401);
    }
    MsTurnReader byte_by_byte;
    auto state = State::need_more;
    for (const char byte : stream + "the next one")
        if (state == State::need_more) state = byte_by_byte.feed({&byte, 1});
    CHECK(state == State::have_message);
    CHECK(MsTurnReader().feed(stream + stream) == State::have_message);
}

TEST_CASE("ms-turn: lengths that lie are not waited for") {
    const auto state_of = [](const std::string& stream) {
        MsTurnReader reader;
        const auto state = reader.feed(stream);
        CHECK((state == State::need_more || !reader.problem().empty()));
        return state;
    };
    CHECK(state_of(bytes({3, 0, 0, 36})) == State::malformed);      // data, not control
    CHECK(state_of(bytes({1, 0x13, 0, 0x50})) == State::malformed); // no frame
    CHECK(state_of("H") == State::malformed);
    CHECK(state_of(bytes({2, 0, 0, 19})) == State::malformed); // shorter than a header
    CHECK(state_of(bytes({2, 0, 0xff, 0xff})) == State::too_large);
    CHECK(state_of(bytes({2, 0}) + number(limits::kTurnMessage + 1)) == State::too_large);
    CHECK(state_of(bytes({2, 0}) + number(limits::kTurnMessage)) == State::need_more);
    // The inner length against the outer one.
    CHECK(state_of(bytes({2, 0, 0, 36, 1, 0x13, 0, 17})) == State::malformed);
    CHECK(state_of(bytes({2, 0, 0, 36, 1, 0x13, 0, 16})) == State::need_more);
    // Attributes that do not end with the message.
    CHECK(state_of(frame(message(0x0113, bytes({0, 9, 0, 9, 0})))) == State::malformed);
}

TEST_CASE("ms-turn: the largest message that is accepted, and one byte more") {
    const std::size_t room = limits::kTurnMessage - 20 - kCookie.size() - 4;
    const auto at_edge = [&](std::size_t size) {
        return MsTurnReader().feed(
            frame(message(0x0113, kCookie + attribute(0x0015, std::string(size, 'r'))))
        );
    };
    CHECK(at_edge(room) == State::have_message);
    CHECK(at_edge(room + 1) == State::too_large);
}
