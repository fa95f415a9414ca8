// SPDX-License-Identifier: MIT
// What the lab's XMPP servers answer, before TLS, in TLS, and as text.
#include "lab/xmpp_answers.h"
#include "unit/lab/one_server.h"

#include <doctest/doctest.h>

using namespace lyncprobe::lab;
using namespace lyncprobe::lab::test;

namespace {

const std::string kOpen = "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
                          "xmlns:stream='http://etherx.jabber.org/streams' to='contoso.example' "
                          "from='fabrikam.example' version='1.0'>";
const std::string kStartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

ServerSpec xmpp_server(Xmpp xmpp) {
    ServerSpec spec = good_server();
    spec.speaks_sip = false;
    spec.xmpp = xmpp;
    spec.xmpp_domain = "contoso.example";
    return spec;
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("STARTTLS: features, proceed, TLS on the same connection, and a new stream in it") {
    for (const auto xmpp : {Xmpp::starttls_offered, Xmpp::starttls_required}) {
        One one(xmpp_server(xmpp));
        TlsPeer::Options options;
        options.in_clear_text = [&](Wire& wire) {
            wire.send(kOpen);
            const auto opened = wire.read_until("</stream:features>");
            CHECK(has(opened, "id='4B7A09E2' from='contoso.example' to='fabrikam.example'"));
            CHECK(has(opened, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"));
            const bool required = xmpp == Xmpp::starttls_required;
            CHECK(has(opened, "<required/>") == required);
            CHECK(has(opened, "<dialback ") != required);
            wire.send(kStartTls);
            CHECK(wire.read_until("/>") == "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        };
        TlsPeer peer(one.port, options);
        REQUIRE(peer.done());
        CHECK(sk_X509_num(SSL_get_peer_cert_chain(peer.ssl())) == 2);
        peer.send(kOpen);
        const auto features = peer.read_until("</stream:features>");
        CHECK(has(features, "<dialback xmlns='urn:xmpp:features:dialback'/>"));
        CHECK_FALSE(has(features, "starttls"));
        peer.send("</stream:stream>");
        CHECK(peer.read_some() == "</stream:stream>");
    }
}

TEST_CASE("a proxy that does no TLS offers none, and ends the stream where it is asked for") {
    One one(xmpp_server(Xmpp::no_tls));
    Wire wire(one.port);
    wire.send(kOpen);
    const auto opened = wire.read_until("</stream:features>");
    CHECK_FALSE(has(opened, "starttls"));
    CHECK(has(opened, "<dialback "));
    wire.send(kStartTls);
    CHECK(has(wire.read_all(), "</stream:error></stream:stream>"));
    CHECK(wire.error() == 0);
}

TEST_CASE("a domain that is not served is host-unknown") {
    One one(xmpp_server(Xmpp::starttls_offered));
    Wire wire(one.port);
    wire.send("<stream:stream to='adatum.example' from='fabrikam.example'>");
    const auto refused = wire.read_all();
    CHECK(has(refused, "from='adatum.example'"));
    CHECK(has(refused, "<host-unknown "));
    CHECK(refused.ends_with("</stream:stream>"));
}

TEST_CASE("a stream in pieces is answered once it is complete") {
    One one(xmpp_server(Xmpp::starttls_offered));
    Wire wire(one.port);
    wire.send(kOpen.substr(0, 40));
    CHECK(wire.read_all(std::chrono::milliseconds(100)).empty());
    wire.send(kOpen.substr(40) + "\n \n");
    CHECK(has(wire.read_all(std::chrono::milliseconds(100)), "</stream:features>"));
}

TEST_CASE("what came in clear text together with starttls is not for the stream in TLS") {
    std::string unread = kStartTls + "<presence/>";
    const Reply reply = xmpp_answer(unread, Xmpp::starttls_offered, {}, false);
    CHECK(reply.then == Reply::Then::start_tls);
    CHECK(unread.empty());
}

TEST_CASE("a second starttls and a stanza before sign-in end the stream") {
    std::string again = kStartTls, stanza = "<message>";
    CHECK(xmpp_answer(again, Xmpp::starttls_offered, {}, true).then == Reply::Then::close);
    CHECK(has(xmpp_answer(stanza, Xmpp::starttls_offered, {}, true).text, "<not-authorized "));
    std::string quoted = "<stream:stream to='a>b' from='c&d'>";
    CHECK(has(xmpp_answer(quoted, Xmpp::no_tls, {}, false).text, "from='' to=''"));
    CHECK(quoted.empty());
}
