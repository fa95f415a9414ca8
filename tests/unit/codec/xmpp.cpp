// SPDX-License-Identifier: MIT
#include "codec/xmpp.h"

#include "model/limits.h"

#include <chrono>

#include <doctest/doctest.h>

using namespace lyncprobe;
using State = codec::XmppReader::State;
namespace space = codec::xmpp_space;

namespace {

// As Prosody and its like begin.
const std::string kHead =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "
    "from='contoso.com' to='lyncprobe.invalid' id='a&lt;1' version='1.0' xml:lang='en'>";
const std::string kFeatures =
    "<stream:features>"
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTER<![CDATA[NAL]]>"
    "</mechanism></mechanisms></stream:features>";
const std::string kProceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

// Everything a stream gives, one letter an event: o(pened) s(tanza) c(losed) m(alformed) l(imit).
struct Story {
    std::string events, problem;
    std::vector<codec::XmppElement> stanzas;
};
char letter(State state) {
    switch (state) {
    case State::opened: return 'o';
    case State::stanza: return 's';
    case State::closed: return 'c';
    case State::malformed: return 'm';
    case State::too_large: return 'l';
    case State::need_more: break;
    }
    return '?';
}
Story read(const std::string& bytes, std::size_t piece = std::string::npos) {
    Story out;
    codec::XmppReader reader;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto part = std::string_view(bytes).substr(at, piece);
        at += part.size();
        for (auto state = reader.feed(part); state != State::need_more; state = reader.feed({})) {
            out.events += letter(state);
            if (state == State::stanza) out.stanzas.push_back(reader.stanza());
            if (state == State::malformed || state == State::too_large) {
                out.problem = reader.problem();
                return out;
            }
        }
    }
    return out;
}

std::string in_stream(const std::string& bytes) { return read(kHead + bytes).events; }

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

} // namespace

TEST_CASE("xmpp: a stream is the same in one read, byte by byte and in odd pieces") {
    const std::string stream = kHead + " \n" + kFeatures + kProceed + "</stream:stream>";
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
        CAPTURE(piece);
        const auto story = read(stream, piece);
        CHECK(story.events == "ossc");
        REQUIRE(story.stanzas.size() == 2);
        const auto& features = story.stanzas[0];
        CHECK(features.is(space::kStreams, "features"));
        REQUIRE(features.children.size() == 2);
        REQUIRE(features.child(space::kTls, "starttls") != nullptr);
        CHECK(features.child(space::kTls, "starttls")->child(space::kTls, "required") != nullptr);
        CHECK(features.child(space::kServer, "starttls") == nullptr);
        const auto* mechanisms = features.child(space::kSasl, "mechanisms");
        REQUIRE(mechanisms != nullptr);
        CHECK(mechanisms->children.at(0).text == "EXTERNAL");
        CHECK(story.stanzas[1].is(space::kTls, "proceed"));
    }
}

TEST_CASE("xmpp: the stream header tells who speaks, which version, which namespaces") {
    codec::XmppReader reader;
    REQUIRE(reader.feed(kHead) == State::opened);
    const auto& header = reader.header();
    CHECK(header.from == "contoso.com");
    CHECK(header.to == "lyncprobe.invalid");
    CHECK(header.id == "a<1");
    CHECK(header.version == "1.0");
    CHECK(header.lang == "en");
    CHECK(header.major_version() == 1);
    CHECK(header.content_space == space::kServer);
    CHECK(header.declares(space::kDialback));
    CHECK(header.declares(space::kServer));
    CHECK_FALSE(header.declares(space::kClient));

    // From before RFC 3920: neither version nor features.
    codec::XmppReader old;
    REQUIRE(
        old.feed("<stream:stream xmlns:stream='http://etherx.jabber.org/streams' id='1'>") ==
        State::opened
    );
    CHECK(old.header().version.empty());
    CHECK(old.header().major_version() == 0);
    CHECK(old.header().content_space.empty());
}

TEST_CASE("xmpp: versions are read as RFC 6120 4.7.5 writes them") {
    const auto major = [](const std::string& version) {
        codec::XmppHeader header;
        header.version = version;
        return header.major_version();
    };
    CHECK(major("1.0") == 1);
    CHECK(major("1.10") == 1);
    CHECK(major("0.9") == 0);
    CHECK(major("12.0") == 12);
    for (const auto* text : {"", "1", ".", "x.0", "-3.0", "99999999999999999999.0", " 1.0"})
        CHECK_MESSAGE(major(text) == 0, text);
}

TEST_CASE("xmpp: what does not begin a stream is malformed") {
    for (const std::string text :
         {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "\x15\x03\x01\x02\x02(",
          "<html><body>", "<stream xmlns='jabber:server'>", "<stream:stream xmlns='jabber:server'>",
          "<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>", "<\n>",
          "<?xml version='1.0'?>x>", "</stream:stream>"}) {
        CAPTURE(text);
        const auto story = read(text);
        CHECK(story.events == "m");
        CHECK_FALSE(story.problem.empty());
    }
}

TEST_CASE("xmpp: a stream that is not UTF-8 is malformed, however it says so") {
    for (const std::string beginning : {"\xff\xfe", "\xfe\xff", "<"}) {
        std::string stream = beginning;
        for (const char c : kHead.substr(beginning == "<" ? 1 : 0)) {
            stream += '\0';
            stream += c;
        }
        for (const std::size_t piece : {std::size_t{1}, std::string::npos})
            CHECK(read(stream, piece).problem == "its stream is not UTF-8");
    }
    CHECK(read("\xef\xbb\xbf" + kHead, 1).events == "o"); // what is written there is not believed
    CHECK(read("<?xml version='1.0' encoding='UTF-16'?>" + kHead.substr(21)).events == "o");
}

TEST_CASE("xmpp: malformed stanzas are malformed, after those that are well") {
    using namespace std::string_literals;
    CHECK(in_stream(kFeatures + "<a></b>") == "osm");
    CHECK(in_stream("\x16\x03\x03") == "om");
    CHECK(in_stream("\0"s) == "om");
    CHECK(in_stream("<a>\0</a>"s) == "om");
    CHECK(in_stream("<a b='\0'/>"s) == "om");
    CHECK(in_stream("<a>\xff\xfe</a>") == "om");
    CHECK(in_stream("<x:a/>") == "om"); // a prefix nobody declared
    CHECK(in_stream("<a b='1' b='2'/>") == "om");
    CHECK(in_stream("<a b='&nbsp;'/>") == "om");
    CHECK(in_stream("<a b='<'/>") == "om");
    CHECK(in_stream("<a xmlns='a\n&#10;b'/>") == "om"); // would be taken for a local name
    CHECK(in_stream("hello") == "om");
    CHECK(in_stream("<![CDATA[hello]]>") == "om");
    CHECK(in_stream("</stream:stream>x") == "ocm");
    CHECK(in_stream(" \r\n\t ") == "o");
}

TEST_CASE("xmpp: DOCTYPE, entities, processing instructions and comments are refused") {
    const std::string bomb =
        "<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
        "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>";
    for (const auto& text :
         {bomb + kHead + "<a>&d;</a>", "<!DOCTYPE s SYSTEM 'file:///etc/passwd'>" + kHead,
          "<!DOCTYPE s [<!ENTITY x SYSTEM 'http://127.0.0.1/'>]>" + kHead + "<a>&x;</a>"}) {
        CHECK(read(text).events == "m");
        CHECK(read(text).problem == "it sent a DOCTYPE, which XMPP forbids");
        CHECK(read(text, 1).problem == "it sent a DOCTYPE, which XMPP forbids");
    }
    CHECK(in_stream("<?php x?>") == "om");
    CHECK(in_stream("<a><?php x?></a>") == "om");
    CHECK(in_stream("<!-- x -->") == "om");
    CHECK(read("<!-- x -->" + kHead).problem == "it sent a comment, which XMPP forbids");
    CHECK(in_stream("<!DOCTYPE a>") == "om");
    CHECK(in_stream("<a>&#x41;&amp;</a>") == "os"); // these need no declaration
}

TEST_CASE("xmpp: nesting ends at its limit, at once and without recursion") {
    const auto nested = [](std::size_t depth) {
        return repeated("<a>", depth) + repeated("</a>", depth);
    };
    constexpr auto kDepth = static_cast<std::size_t>(limits::kXmlDepth) - 1; // the stream is one
    CHECK(in_stream(nested(kDepth)) == "os");
    CHECK(in_stream(nested(kDepth + 1)) == "ol");
    const auto story = read(kHead + repeated("<a>", 100'000));
    CHECK(story.events == "ol");
    CHECK(story.problem == "its XML is nested deeper than 64 elements");
}

TEST_CASE("xmpp: a stream ends at its limit of bytes, whatever they are") {
    const auto blank = limits::kXmppBytes - kHead.size();
    CHECK(in_stream(std::string(blank, ' ')) == "o");
    CHECK(in_stream(std::string(blank + 1, ' ')) == "ol");
    CHECK(in_stream("<a>" + std::string(limits::kXmppBytes, 'x')) == "ol");
    const auto many = read(kHead + repeated("<a/>", limits::kXmppBytes));
    CHECK(many.events.back() == 'l');
    CHECK(many.problem == "its XMPP stream is longer than 262144 bytes");
    CHECK(in_stream("<a>" + repeated("<b/>", limits::kXmppBytes)) == "ol");
    for (const std::size_t piece : {1u, 16u << 10})
        CHECK(read(kHead + std::string(limits::kXmppBytes, ' '), piece).events == "ol");
}

TEST_CASE("xmpp: a long tag is refused wherever it is cut") {
    const auto tag = [](std::size_t size) { return "<a b='" + std::string(size - 9, 'x') + "'/>"; };
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, std::string::npos}) {
        CAPTURE(piece);
        CHECK(read(kHead + tag(4096), piece).events == "os");
        CHECK(read(kHead + tag(4097), piece).events == "ol");
        CHECK(read(kHead + "<" + std::string(20'000, 'a'), piece).events == "ol");
    }
    for (const std::size_t piece : {std::size_t{1}, std::string::npos}) {
        CHECK(read(kHead + "<!--" + std::string(20'000, 'a'), piece).events == "ol");
        CHECK(read(kHead + "<!--" + std::string(4500, 'a') + "-->", piece).events == "ol");
        CHECK(read(kHead + "<a></a" + std::string(4500, ' ') + ">", piece).events == "ol");
        CHECK(read(std::string(9000, '\n') + kHead.substr(21), piece).events == "o"); // no tag
    }
}

TEST_CASE("xmpp: a namespace written once does not fill the memory by being inherited") {
    const std::string uri(3500, 'u');
    const auto story = read(kHead + "<a xmlns='" + uri + "'>" + repeated("<b/>", 50'000));
    CHECK(story.events == "ol");
    // Within one tag.
    const auto attributes = [&](std::size_t count) {
        std::string out;
        for (std::size_t i = 0; i < count; ++i)
            out += " x:a" + std::to_string(i) + "=''";
        return out;
    };
    const std::string short_uri(2000, 'u');
    CHECK(in_stream("<a xmlns:x='" + short_uri + "'" + attributes(150) + "/>") == "ol");
    CHECK(in_stream("<a xmlns:x='urn:x'" + attributes(150) + "/>") == "os");
}

TEST_CASE("xmpp: bytes that come one at a time cost no more than their number allows") {
    const auto started = std::chrono::steady_clock::now();
    const auto story = read(kHead + repeated("<a b='" + std::string(4000, '>') + "'/>", 80), 1);
    CHECK(story.events.back() == 'l');
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(10));
}

TEST_CASE("xmpp: what stands behind an event is noticed, white space is not") {
    codec::XmppReader reader;
    REQUIRE(reader.feed(kHead + kFeatures + "\n") == State::opened);
    CHECK(reader.more_behind());
    REQUIRE(reader.feed({}) == State::stanza);
    CHECK_FALSE(reader.more_behind());
    REQUIRE(reader.feed(kProceed + " \r\n") == State::stanza);
    CHECK_FALSE(reader.more_behind());
    REQUIRE(reader.feed(kProceed + "\x16") == State::stanza);
    CHECK(reader.more_behind());
    codec::XmppReader long_form;
    REQUIRE(long_form.feed(kHead) == State::opened);
    CHECK_FALSE(long_form.more_behind());
    REQUIRE(
        long_form.feed("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'></proceed><") ==
        State::stanza
    );
    CHECK(long_form.more_behind());
}

TEST_CASE("xmpp: attributes are found by name, those with a prefix are others") {
    const auto story = read(kHead + "<a b='&quot;1&quot;' db:b='2' c='x&#9;y'/>");
    REQUIRE(story.stanzas.size() == 1);
    const auto& element = story.stanzas[0];
    CHECK(element.space == space::kServer);
    CHECK(element.attribute("b") == "\"1\"");
    CHECK(element.attribute("c") == "x\ty");
    CHECK(element.attribute("d").empty());
    REQUIRE(element.attributes.size() == 3);
    CHECK(element.attributes[1].space == space::kDialback);
}

TEST_CASE("xmpp: our header is XML whatever the domain is, and reads back as it was") {
    for (const std::string domain :
         {"contoso.com", "a'b\"c<d>&e;", "line\nbreak\ttab\rreturn", "\xc3\xa4.example"}) {
        CAPTURE(domain);
        codec::XmppReader reader;
        REQUIRE(
            reader.feed(codec::encode({.to = domain, .from = "us." + domain})) == State::opened
        );
        CHECK(reader.header().to == domain);
        CHECK(reader.header().from == "us." + domain);
        CHECK(reader.header().version == "1.0");
        CHECK(reader.header().content_space == space::kServer);
        CHECK(reader.header().declares(space::kDialback));
        REQUIRE(reader.feed(codec::kXmppStarttls) == State::stanza);
        CHECK(reader.stanza().is(space::kTls, "starttls"));
        CHECK(reader.feed(codec::kXmppClose) == State::closed);
    }
    codec::XmppReader reader;
    REQUIRE(reader.feed(codec::encode({.to = "a\x01z", .from = "b"})) == State::opened);
    CHECK(reader.header().to == "a?z");
}
