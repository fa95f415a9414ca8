// SPDX-License-Identifier: MIT
#include "lab/xmpp_answers.h"

#include <doctest/doctest.h>

using namespace lyncprobe::lab;

namespace {

const std::string kStarttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const std::string kProceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

std::string opening(const std::string& to, const std::string& space = "jabber:server") {
    return "<?xml version='1.0'?>\n<stream:stream xmlns='" + space +
           "' xmlns:stream='http://etherx.jabber.org/streams' to=\"" + to +
           "\" from='fabrikam.example' version='1.0'>";
}
bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("lab xmpp: header and features, STARTTLS, and the same again in TLS") {
    for (const bool bytewise : {false, true}) {
        CAPTURE(bytewise);
        XmppServer server({.external = true});
        const auto say = [&](const std::string& text, bool tls) {
            if (!bytewise) return server.on(text, tls);
            std::string out;
            for (const char c : text)
                out += server.on(std::string(1, c), tls);
            return out;
        };
        const auto first = say(opening("contoso.example"), false);
        CHECK(has(first, " from='contoso.example'"));
        CHECK(has(first, " version='1.0'"));
        CHECK(has(first, "xmlns:db='jabber:server:dialback'"));
        CHECK(has(first, "<required/>"));
        CHECK_FALSE(has(first, "EXTERNAL"));
        CHECK_FALSE(server.wants_tls());
        CHECK(say(kStarttls, false) == kProceed);
        CHECK(server.wants_tls());
        const auto second = say(opening("contoso.example"), true);
        CHECK_FALSE(server.wants_tls());
        CHECK_FALSE(has(second, "starttls"));
        CHECK(has(second, "EXTERNAL"));
        CHECK(has(second, "urn:xmpp:features:dialback"));
        CHECK(say("</stream:stream>", true) == "</stream:stream>");
        CHECK(server.closed());
        CHECK(say("more", true).empty());
    }
}

TEST_CASE("lab xmpp: TLS optional, not supported, refused; and a server of old") {
    XmppServer optional({.tls = XmppTls::optional});
    CHECK(has(optional.on(opening("contoso.example"), false), "</starttls>"));
    CHECK(optional.on(kStarttls, false) == kProceed);

    XmppServer without({.tls = XmppTls::not_supported});
    CHECK_FALSE(has(without.on(opening("contoso.example"), false), "starttls"));
    CHECK(has(without.on(kStarttls, false), "unsupported-stanza-type"));
    CHECK(without.closed());

    XmppServer refusing({.refuse_starttls = true});
    refusing.on(opening("contoso.example"), false);
    CHECK(has(refusing.on(kStarttls, false), "<failure "));
    CHECK_FALSE(refusing.wants_tls());
    CHECK(refusing.closed());

    XmppServer old({.old = true});
    const auto head = old.on(opening("contoso.example"), false);
    CHECK(has(head, "<stream:stream "));
    CHECK_FALSE(has(head, " version='1.0'>"));
    CHECK_FALSE(has(head, "features"));
}

TEST_CASE("lab xmpp: other domains, clients and nonsense get a stream error") {
    const auto said = [](const std::string& bytes) {
        XmppServer server({});
        auto out = server.on(bytes, false);
        CHECK(server.closed());
        CHECK(has(out, "</stream:error></stream:stream>"));
        return out;
    };
    CHECK(has(said(opening("other.example")), "<host-unknown "));
    CHECK(has(said(opening("contoso.example", "jabber:client")), "<invalid-namespace "));
    CHECK(has(said("<html>"), "<bad-format "));
    CHECK(has(said("GET / HTTP/1.1 >"), "<bad-format "));
    CHECK(has(said(" > "), "<bad-format "));
    CHECK(has(said(std::string(70'000, 'x')), "<policy-violation "));
    XmppServer patient({});
    CHECK(patient.on("<?xml version='1.0'?><stream:str", false).empty());
    CHECK_FALSE(patient.closed());
}
