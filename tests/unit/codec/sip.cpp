// SPDX-License-Identifier: MIT
#include "codec/sip.h"

#include "model/limits.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using State = codec::SipReader::State;

namespace {

// Shape of a Lync 2013 answer to NEGOTIATE.
const std::string kAnswer =
    "SIP/2.0 200 OK\r\n"
    "Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK1;ms-received-port=50000;ms-received-cid=100\r\n"
    "SERVER: RTC/5.0\r\n"
    "Subject: a\r\n folded\r\n"
    "l: 3\r\n\r\nabc";

} // namespace

TEST_CASE("sip: an answer is the same in one read and byte by byte") {
    codec::SipReader whole;
    REQUIRE(whole.feed(kAnswer) == State::have_response);
    codec::SipReader bytewise;
    for (std::size_t i = 0; i + 1 < kAnswer.size(); ++i)
        REQUIRE(bytewise.feed(kAnswer.substr(i, 1)) == State::need_more);
    REQUIRE(bytewise.feed(kAnswer.substr(kAnswer.size() - 1)) == State::have_response);
    for (const auto* reader : {&whole, &bytewise}) {
        CHECK(reader->response().status == 200);
        CHECK(reader->response().reason == "OK");
        CHECK(reader->response().header("server") == "RTC/5.0");
        CHECK(reader->response().header("Content-Length") == "3");
        CHECK(reader->response().header("Subject") == "a folded");
        CHECK(reader->response().body == "abc");
    }
}

TEST_CASE("sip: two answers in one read come one after the other") {
    codec::SipReader reader;
    REQUIRE(
        reader.feed("\r\n\r\nSIP/2.0 100 Trying\r\nContent-Length: 0\r\n\r\nSIP/2.0 405 No\n\n") ==
        State::have_response
    );
    CHECK(reader.response().status == 100);
    REQUIRE(reader.feed({}) == State::have_response);
    CHECK(reader.response().status == 405);
    CHECK(reader.feed({}) == State::need_more);
}

TEST_CASE("sip: what is no SIP is malformed at once") {
    for (const std::string text :
         {"HTTP/1.1 400 Bad\r\n\r\n", "SIP/3", "x", "SIP/2.0 99 Low\r\n\r\n",
          "SIP/2.0 2000 X\r\n\r\n", "SIP/2.0 200 OK\r\nno colon here\r\n\r\n",
          "SIP/2.0 200 OK\r\nContent-Length: -1\r\n\r\n",
          "SIP/2.0 200 OK\r\nContent-Length: 1x\r\n\r\n"}) {
        CAPTURE(text);
        codec::SipReader reader;
        CHECK(reader.feed(text) == State::malformed);
        CHECK_FALSE(reader.problem().empty());
    }
}

TEST_CASE("sip: headers and bodies end at their limits") {
    const std::string start = "SIP/2.0 200 OK\r\nX: ";
    const auto filler = [&](std::size_t head) {
        return start + std::string(head - start.size(), 'a');
    };
    codec::SipReader good;
    CHECK(good.feed(filler(limits::kSipHeaders) + "\r\n\r\n") == State::have_response);
    codec::SipReader long_head;
    CHECK(long_head.feed(filler(limits::kSipHeaders + 1) + "\r\n\r\n") == State::too_large);
    codec::SipReader endless;
    CHECK(endless.feed(filler(limits::kSipHeaders + 1)) == State::too_large);

    codec::SipReader body;
    CHECK(
        body.feed(
            "SIP/2.0 200 OK\r\nContent-Length: " + std::to_string(limits::kSipBody) + "\r\n\r\n"
        ) == State::need_more
    );
    codec::SipReader long_body;
    CHECK(
        long_body.feed(
            "SIP/2.0 200 OK\r\nContent-Length: " + std::to_string(limits::kSipBody + 1) + "\r\n\r\n"
        ) == State::too_large
    );
    codec::SipReader overflow;
    CHECK(
        overflow.feed("SIP/2.0 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n") ==
        State::too_large
    );
}

TEST_CASE("sip: NEGOTIATE names the server, no user, and asks no hop further") {
    const auto text = codec::encode(codec::SipNegotiate{
        .host = "::1", .port = 5061, .local_host = "::1", .seed = "ab"});
    CHECK(text.starts_with(
        "NEGOTIATE sip:[::1]:5061 SIP/2.0\r\nVia: SIP/2.0/TLS [::1];branch=z9hG4bKab\r\n"
    ));
    CHECK(text.find("Max-Forwards: 0\r\n") != std::string::npos);
    CHECK(text.find("Compression: LZ77-8K\r\n") != std::string::npos);
    CHECK(text.find('@') == std::string::npos);
    CHECK(text.ends_with("Content-Length: 0\r\n\r\n"));
}
