// SPDX-License-Identifier: MIT
// The faults that answer a request.
#include "support/bad_answers.h"
#include "unit/lab/one_server.h"

#include <chrono>

#include <doctest/doctest.h>

using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::string kGet = "GET /meet/ HTTP/1.1\r\nHost: fe01\r\n\r\n";
const std::string kOpen = "<stream:stream to='a.example' from='b.example' version='1.0'>";

ServerSpec web_server(const Faults& faults) {
    ServerSpec spec = One::with(faults);
    spec.speaks_sip = false;
    spec.speaks_http = true;
    return spec;
}

ServerSpec xmpp_server(const Faults& faults) {
    ServerSpec spec = One::with(faults);
    spec.speaks_sip = false;
    spec.xmpp = Xmpp::starttls_offered;
    return spec;
}

std::string web_answer_of(const Faults& faults, std::size_t at_least = 1) {
    One one(web_server(faults));
    TlsPeer peer(one.port);
    peer.send(kGet);
    std::string all, more;
    while (all.size() < at_least && !(more = peer.read_some()).empty())
        all += more;
    return all;
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t number = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++number;
    return number;
}

bool has(const std::string& text, std::string_view part) { return count(text, part) > 0; }

} // namespace

TEST_CASE("fault: provisional SIP answers without end, each complete") {
    One one(answering(BadAnswer::sip_provisional_flood));
    TlsPeer peer(one.port);
    peer.send(kNegotiate);
    std::string all;
    while (all.size() < 300'000) {
        const auto more = peer.read_some();
        REQUIRE_FALSE(more.empty());
        all += more;
    }
    CHECK(all.starts_with("SIP/2.0 100 Trying\r\nFrom: <sip:a@b>;tag=1\r\n"));
    CHECK(count(all, "SIP/2.0 100 Trying\r\n") > 1000);
    CHECK(count(all, "\r\nCall-ID: c1\r\n") > 1000);
    CHECK_FALSE(has(all, "200 OK"));
}

TEST_CASE("fault: NUL and escape sequences in SIP headers") {
    One one(answering(BadAnswer::sip_controls_in_headers));
    TlsPeer peer(one.port);
    const auto answer = peer.ask(kNegotiate);
    CHECK(has(answer, "\r\nServer: RTC/5.0\0\x1b[2Jgone\r\n"s));
    CHECK(has(answer, "\x1b]0;owned"));
}

TEST_CASE("fault: web headers without end, or one of a megabyte") {
    const auto endless = web_answer_of(answering(BadAnswer::http_endless_headers), 300'000);
    CHECK(endless.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK_FALSE(has(endless, "\r\n\r\n"));
    const auto huge = web_answer_of(answering(BadAnswer::http_huge_headers), (1u << 20) + 70);
    CHECK(has(huge, "\r\nX-Filler: xxxx"));
    CHECK(huge.size() > 1u << 20);
}

TEST_CASE("fault: lengths that are none, chunks without end") {
    CHECK(
        has(web_answer_of(answering(BadAnswer::http_negative_length)), "\r\nContent-Length: -1\r\n")
    );
    CHECK(
        has(web_answer_of(answering(BadAnswer::http_huge_length)),
            "\r\nContent-Length: 18446744073709551616\r\n")
    );
    const auto chunks = web_answer_of(answering(BadAnswer::http_endless_chunks), 300'000);
    CHECK(has(chunks, "\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nand on, \r\n8\r\n"));
    CHECK_FALSE(has(chunks, "\r\n0\r\n"));
}

TEST_CASE("fault: a compressed page that unpacks to far more") {
    const auto page = web_answer_of(answering(BadAnswer::http_gzip_bomb), (400u << 10) + 90);
    CHECK(has(page, "\r\nContent-Encoding: gzip\r\n"));
    const auto body = page.substr(page.find("\r\n\r\n") + 4);
    CHECK(body.size() >= 400u << 10);
    CHECK(body.starts_with("\x1f\x8b\x08"));
    // Behind the first bytes the same 13 come again and again.
    CHECK(body.substr(100, 13) == body.substr(113, 13));
    CHECK(body.substr(100, 1300) == body.substr(100 + 13 * 1000, 1300));
}

TEST_CASE("fault: redirects to itself, and with control characters") {
    CHECK(has(web_answer_of(answering(BadAnswer::http_redirect_loop)), "\r\nLocation: /meet/\r\n"));
    const auto controls = web_answer_of(answering(BadAnswer::http_controls_in_location));
    CHECK(controls.starts_with("HTTP/1.1 302 Found\r\nLocation: https://contoso.example/\r\x1b]0;")
    );
    CHECK(has(controls, "%0d%0aSet-Cookie"));
}

TEST_CASE("fault: a page that drips") {
    One one(web_server(answering(BadAnswer::http_drip)));
    TlsPeer peer(one.port);
    peer.send(kGet);
    CHECK(has(peer.read_some(), "\r\nContent-Length: 1000000\r\n\r\n"));
    const auto start = std::chrono::steady_clock::now();
    CHECK(peer.read_some() == "x");
    CHECK(peer.read_some() == "x");
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took > 250ms);
    CHECK(took < 2s);
}

TEST_CASE("fault: autodiscover documents that harm a parser") {
    const auto bomb = web_answer_of(answering(BadAnswer::xml_entity_bomb));
    CHECK(has(bomb, "<!ENTITY a9 \"&a8;&a8;&a8;&a8;&a8;&a8;&a8;&a8;&a8;&a8;\">]>"));
    CHECK(has(bomb, "<Link token=\"&a9;\""));
    const auto deep = web_answer_of(answering(BadAnswer::json_deep), 400'000);
    CHECK(has(deep, std::string(200'000, '[')));
}

TEST_CASE("fault: the same without TLS") {
    ServerSpec spec = web_server(answering(BadAnswer::http_redirect_loop));
    spec.plain = true;
    One one(spec);
    Wire wire(one.port);
    wire.send(kGet);
    CHECK(has(wire.read_until("\r\n\r\n"), "\r\nLocation: /meet/\r\n"));
}

TEST_CASE("fault: an XMPP stream that never ends") {
    One drips(xmpp_server(answering(BadAnswer::xmpp_never_closes)));
    Wire slow(drips.port);
    slow.send(kOpen);
    const auto opened = slow.read_all(100ms);
    CHECK(opened.ends_with("version='1.0'>"));
    slow.send("</stream:stream>");
    CHECK(slow.read_until("  ") == "  "); // and no farewell

    One endless(xmpp_server(answering(BadAnswer::xmpp_endless_features)));
    Wire fast(endless.port);
    fast.send(kOpen);
    std::string all;
    while (all.size() < 300'000)
        all += fast.read_until("/>");
    CHECK(has(all, "<stream:features><feature "));
    CHECK_FALSE(has(all, "</stream:features>"));
}

TEST_CASE("fault: an XMPP server that offers TLS and then has none") {
    ServerSpec spec = xmpp_server({});
    spec.xmpp = Xmpp::starttls_refused;
    One one(spec);
    Wire wire(one.port);
    wire.send(kOpen);
    CHECK(has(wire.read_until("</stream:features>"), "<starttls "));
    wire.send("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
    CHECK(wire.read_all() == "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>");
}

TEST_CASE("a listener without TLS keeps the faults of its connection") {
    ServerSpec silent = web_server({.silent = true});
    silent.plain = true;
    One one(silent);
    Wire wire(one.port);
    wire.send(kGet);
    CHECK(wire.read_all(100ms).empty());
    CHECK(wire.error() == EAGAIN);
    ServerSpec mute = web_server({.silent_after_handshake = true});
    mute.plain = true;
    One other(mute);
    Wire second(other.port);
    second.send(kGet);
    CHECK(second.read_all(100ms).empty());
}
