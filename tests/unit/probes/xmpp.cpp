// SPDX-License-Identifier: MIT
#include "probes/xmpp.h"

#include "model/limits.h"
#include "probes/web_conferencing.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::probes;

namespace {

const std::string kHead =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "
    "from='contoso.com' to='lyncprobe.invalid' id='1' version='1.0'>";
const std::string kOldHead =
    "<stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' "
    "xmlns:db='jabber:server:dialback' id='1'>";
const std::string kStarttls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const std::string kRequired =
    "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
const std::string kDialback = "<dialback xmlns='urn:xmpp:features:dialback'/>";
const std::string kExternal =
    "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>EXTERNAL</mechanism>"
    "</mechanisms>";
const std::string kProceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const std::string kFailure = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>";
const std::string kClose = "</stream:stream>";

std::string features(const std::string& inside) {
    return "<stream:features>" + inside + "</stream:features>";
}
std::string error(const std::string& condition, const std::string& text = {}) {
    const std::string space = " xmlns='urn:ietf:params:xml:ns:xmpp-streams'";
    return "<stream:error><" + condition + space + "/>" +
           (text.empty() ? "" : "<text" + space + ">" + text + "</text>") + "</stream:error>" +
           kClose;
}

// What the server says, in order: before STARTTLS is asked for, after it, and in TLS.
struct Server {
    std::string first, second, third;
};

// Play is one conversation with a server that says its part in pieces of `piece` bytes and closes
// after `cut` bytes of all.
struct Play {
    explicit Play(
        const Server& server, std::size_t piece = std::string::npos,
        std::size_t cut = std::string::npos
    ) {
        const Target peer = [] {
            Target made;
            made.host = "contoso.com";
            made.port = 5269;
            return made;
        }();
        auto conversation = xmpp.converse(Peer{.target = &peer});
        std::string waiting; // sent by the server and not yet read
        auto want = conversation->start();
        for (int steps = 0; want.kind != Want::Kind::done; ++steps) {
            REQUIRE(steps < 1'000'000);
            switch (want.kind) {
            case Want::Kind::send:
                sent.push_back(want.bytes);
                if (want.bytes.find("<stream:stream") != std::string::npos)
                    waiting += tls ? server.third : server.first;
                if (want.bytes == kStarttls) waiting += server.second;
                want = conversation->on({.kind = Received::Kind::sent});
                break;
            case Want::Kind::receive: {
                auto part = waiting.substr(0, std::min(piece, cut));
                waiting.erase(0, part.size());
                if (cut != std::string::npos) cut -= part.size();
                want = part.empty()
                           ? conversation->on({.kind = Received::Kind::end_of_stream})
                           : conversation->on({.kind = Received::Kind::bytes, .bytes = part});
                break;
            }
            case Want::Kind::start_tls:
                REQUIRE_FALSE(tls);
                tls = true;
                swallowed = waiting;
                waiting.clear();
                want = conversation->on({.kind = Received::Kind::tls_up});
                break;
            case Want::Kind::done: break;
            }
        }
        answer = conversation->answer();
    }
    std::string text(std::string_view key) const { return std::string(answer.facts.text(key)); }
    std::vector<std::string> list(std::string_view key) const {
        const auto* value = answer.facts.find(key);
        return value == nullptr ? std::vector<std::string>{"(absent)"}
                                : std::get<std::vector<std::string>>(*value);
    }
    bool dialback() const { return std::get<bool>(*answer.facts.find(xmpp_answer::kDialback)); }

    std::vector<std::string> sent;
    std::string swallowed; // left for TLS
    bool tls = false;
    Answer answer;
};

const Server kGood{
    kHead + features(kRequired + kDialback), kProceed, kHead + features(kExternal + kDialback)};
const std::string kOpening =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:server' "
    "xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback' "
    "to='contoso.com' from='lyncprobe.invalid' version='1.0'>";

} // namespace

TEST_CASE("xmpp probe: STARTTLS is taken, the stream opened again, and closed") {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, std::string::npos}) {
        CAPTURE(piece);
        const Play play(kGood, piece);
        CHECK(play.sent == std::vector<std::string>{kOpening, kStarttls, kOpening, kClose});
        CHECK(play.tls);
        CHECK(play.answer.conclusion == Conclusion::finished);
        CHECK_FALSE(play.answer.pseudo_tls);
        CHECK(play.answer.detail == "STARTTLS is required, and XMPP goes on in TLS");
        CHECK(play.text(xmpp_answer::kDomain) == "contoso.com");
        CHECK(play.text(xmpp_answer::kFrom) == "lyncprobe.invalid");
        CHECK(play.text(xmpp_answer::kServerFrom) == "contoso.com");
        CHECK(play.text(xmpp_answer::kVersion) == "1.0");
        CHECK(play.text(xmpp_answer::kStarttls) == "required");
        CHECK(play.dialback());
        CHECK(
            play.list(xmpp_answer::kFeatures) == std::vector<std::string>{"starttls", "dialback"}
        );
        CHECK(
            play.list(xmpp_answer::kFeaturesAfterTls) ==
            std::vector<std::string>{"mechanisms", "dialback"}
        );
        CHECK(play.list(xmpp_answer::kMechanisms) == std::vector<std::string>{"EXTERNAL"});
        CHECK(play.answer.facts.find(xmpp_answer::kRefusal) == nullptr);
    }
}

TEST_CASE("xmpp probe: the domain asked for is the SIP domain, and we are who we are said to be") {
    Target peer;
    peer.host = "sip.contoso.com";
    peer.sip_domain = "contoso.com";
    auto named = xmpp.converse(Peer{.target = &peer, .our_domain = "fabrikam.com"});
    const auto bytes = named->start().bytes;
    CHECK(bytes.find(" to='contoso.com' from='fabrikam.com' ") != std::string::npos);
    CHECK(named->answer().facts.text(xmpp_answer::kFrom) == "fabrikam.com");

    // Written so that no value can end its attribute.
    peer.sip_domain = "a' onclick='<b>&";
    auto odd = xmpp.converse(Peer{.target = &peer, .our_domain = "x'y"});
    CHECK(
        odd->start().bytes.find(" to='a&apos; onclick=&apos;&lt;b&gt;&amp;' from='x&apos;y' ") !=
        std::string::npos
    );
    peer.sip_domain.clear();
    peer.host = "2001:db8::1";
    CHECK(
        xmpp.converse(Peer{.target = &peer})->start().bytes.find(" to='[2001:db8::1]' ") !=
        std::string::npos
    );
}

TEST_CASE("xmpp probe: our own Edge is asked in the name of a partner, never in its own") {
    Target edge;
    edge.host = "sip.contoso.com";
    edge.sip_domain = "contoso.com";
    const auto from = [&](Peer peer) {
        peer.target = &edge;
        const auto bytes = xmpp.converse(peer)->start().bytes;
        const auto at = bytes.find(" from='");
        return bytes.substr(at + 7, bytes.find('\'', at + 7) - at - 7);
    };
    CHECK(from({.our_domain = "contoso.com"}) == "lyncprobe.invalid");
    CHECK(from({.our_domain = "Contoso.COM", .partner = "litware.com"}) == "litware.com");
    // Another domain of ours is no partner either.
    CHECK(from({.our_domain = "fabrikam.com", .own_domain_asked = true}) == "lyncprobe.invalid");
    CHECK(from({.our_domain = "fabrikam.com", .partner = "litware.com"}) == "fabrikam.com");

    Peer own{.target = &edge, .our_domain = "contoso.com"};
    auto talk = xmpp.converse(own);
    (void)talk->start();
    (void)talk->on({.kind = Received::Kind::sent});
    (void)talk->on({.kind = Received::Kind::bytes, .bytes = kHead});
    const auto refusal = error("not-authorized");
    (void)talk->on({.kind = Received::Kind::bytes, .bytes = refusal});
    CHECK(talk->answer().facts.text(xmpp_answer::kRemedy).starts_with("it is our own Edge"));
}

TEST_CASE("xmpp probe: cut at every byte it is unfinished, never an error") {
    for (const std::size_t piece : {std::size_t{1}, std::string::npos}) {
        const auto all = kGood.first.size() + kGood.second.size() + kGood.third.size();
        for (std::size_t cut = 0; cut < all; ++cut) {
            CAPTURE(cut);
            const Play play(kGood, piece, cut);
            CHECK(play.answer.conclusion == Conclusion::unfinished);
            CHECK(play.tls == (cut >= kGood.first.size() + kGood.second.size()));
        }
        CHECK(Play(kGood, piece, all).answer.conclusion == Conclusion::finished);
    }
}

TEST_CASE("xmpp probe: without STARTTLS it is finished, and dialback stays a fact") {
    const Play play({kHead + features(kDialback), {}, {}});
    CHECK(play.sent == std::vector<std::string>{kOpening, kClose});
    CHECK(play.answer.conclusion == Conclusion::finished);
    CHECK(play.text(xmpp_answer::kStarttls) == "not offered");
    CHECK(play.dialback());
    CHECK(play.answer.detail.find("partner") != std::string::npos);
    const Play none({kHead + "<stream:features/>", {}, {}}, 1);
    CHECK(none.answer.conclusion == Conclusion::finished);
    CHECK(none.list(xmpp_answer::kFeatures).empty());
    // The right name in another namespace is something else.
    const Play other({kHead + features("<starttls xmlns='urn:other'/>"), {}, {}});
    CHECK(other.text(xmpp_answer::kStarttls) == "not offered");
}

TEST_CASE("xmpp probe: a server without version sends no features and is not waited for") {
    for (const auto& head :
         {kOldHead, std::string(kOldHead).replace(kOldHead.size() - 1, 1, " version='0.9'>")}) {
        const Play play({head, {}, {}}, 1);
        CHECK(play.sent == std::vector<std::string>{kOpening, kClose});
        CHECK(play.answer.conclusion == Conclusion::finished);
        CHECK(play.text(xmpp_answer::kStarttls) == "not offered");
        CHECK(play.dialback());
    }
    CHECK(Play({kOldHead, {}, {}}).answer.facts.find(xmpp_answer::kVersion) == nullptr);
    const Play refusal({kOldHead + error("host-unknown"), {}, {}});
    CHECK(refusal.text(xmpp_answer::kStreamError) == "host-unknown");
}

TEST_CASE("xmpp probe: a stream error instead of features is an answer, in words") {
    const Play play({kHead + error("host-unknown", "no &lt;such&gt; host"), {}, {}});
    CHECK(play.sent == std::vector<std::string>{kOpening});
    CHECK(play.answer.conclusion == Conclusion::finished);
    CHECK(play.text(xmpp_answer::kStreamError) == "host-unknown");
    CHECK(play.text(xmpp_answer::kStreamErrorText) == "no <such> host");
    CHECK(play.text(xmpp_answer::kRefusal) == "host-unknown: does not serve contoso.com");
    CHECK(play.answer.detail == play.text(xmpp_answer::kRefusal));
    CHECK_FALSE(play.text(xmpp_answer::kRemedy).empty());
    CHECK(play.answer.facts.find(xmpp_answer::kStarttls) == nullptr);

    const Play partner({kHead + error("not-authorized"), {}, {}});
    CHECK(partner.text(xmpp_answer::kRefusal).find("lyncprobe.invalid") != std::string::npos);
    CHECK(partner.text(xmpp_answer::kRemedy).find("lyncprobe.invalid") != std::string::npos);
    const Play unknown({kHead + error("made-up"), {}, {}});
    CHECK(unknown.text(xmpp_answer::kRefusal) == "refuses the stream with 'made-up'");
    const Play ancient({kHead + "<stream:error>Host unknown</stream:error>", {}, {}});
    CHECK(ancient.answer.facts.find(xmpp_answer::kStreamError) == nullptr);
    CHECK(ancient.text(xmpp_answer::kStreamErrorText) == "Host unknown");
    CHECK(ancient.text(xmpp_answer::kRefusal) == "refuses the stream and gives no reason");
    const Play closed({kHead + kClose, {}, {}});
    CHECK(closed.answer.conclusion == Conclusion::finished);
    CHECK(closed.text(xmpp_answer::kRefusal) == "closes the stream and gives no reason");
}

TEST_CASE("xmpp probe: in TLS the server may still refuse, and may have no version") {
    const Play refused({kGood.first, kProceed, kHead + error("policy-violation")});
    CHECK(refused.tls);
    CHECK(refused.answer.conclusion == Conclusion::finished);
    CHECK(refused.text(xmpp_answer::kStarttls) == "required");
    CHECK(refused.text(xmpp_answer::kStreamError) == "policy-violation");
    const Play old({kGood.first, kProceed, kOldHead});
    CHECK(old.answer.conclusion == Conclusion::finished);
    CHECK(old.text(xmpp_answer::kStarttls) == "required");
    // What was offered before TLS does not count in it.
    const Play fewer(
        {kHead + features(kStarttls + kExternal + kDialback), kProceed,
         std::string(kHead).replace(kHead.find(" xmlns:db"), 34, "") + features("")}
    );
    CHECK(fewer.answer.conclusion == Conclusion::finished);
    CHECK(fewer.text(xmpp_answer::kStarttls) == "offered");
    CHECK(fewer.list(xmpp_answer::kMechanisms).empty());
    CHECK_FALSE(fewer.dialback());
}

TEST_CASE("xmpp probe: STARTTLS that is offered and then denied is a refusal of STARTTLS") {
    for (const auto& second : {kFailure, error("internal-server-error"), kClose}) {
        const Play play({kGood.first, second, {}}, 1);
        CHECK_FALSE(play.tls);
        CHECK(play.answer.conclusion == Conclusion::starttls_refused);
        CHECK(play.text(xmpp_answer::kStarttls) == "refused");
        CHECK_FALSE(play.answer.detail.empty());
    }
}

TEST_CASE("xmpp probe: what stands behind proceed is never taken for TLS, nor TLS for XMPP") {
    for (const std::string behind : {"\x16\x03\x03", "<a/>", "x", "<stream:features>"}) {
        const Play play({kGood.first, kProceed + behind, kGood.third});
        CHECK_FALSE(play.tls);
        CHECK(play.answer.conclusion == Conclusion::protocol_error);
        CHECK(play.answer.detail == "sent data behind proceed");
    }
    CHECK(Play({kGood.first, kProceed + "\r\n", kGood.third}).tls);
    // In a read of its own it is left to TLS, which knows that it is nothing.
    const Play apart({kGood.first, kProceed + "<a/>", kGood.third}, kProceed.size());
    CHECK(apart.answer.conclusion == Conclusion::finished);
    CHECK(apart.swallowed == "<a/>");
}

TEST_CASE("xmpp probe: an answer to STARTTLS before it was asked for is none") {
    const Play early({kGood.first + kProceed, {}, kGood.third});
    CHECK_FALSE(early.tls);
    CHECK(early.answer.conclusion == Conclusion::protocol_error);
    CHECK(early.answer.detail == "answered STARTTLS before it was asked");
    CHECK(
        Play({kGood.first + kGood.first, {}, {}}).answer.conclusion == Conclusion::protocol_error
    );
    const Play error_behind({kGood.first + error("system-shutdown"), {}, {}});
    CHECK(error_behind.text(xmpp_answer::kStreamError) == "system-shutdown");
}

TEST_CASE("xmpp probe: what is no XMPP, or not between servers, is a protocol error") {
    const auto conclusion = [](const std::string& first) {
        return Play({first, {}, {}}).answer.conclusion;
    };
    CHECK(conclusion("HTTP/1.1 400 Bad Request\r\n\r\n") == Conclusion::protocol_error);
    CHECK(conclusion(kHead + "<message/>") == Conclusion::protocol_error);
    CHECK(conclusion(kHead + "<features/>") == Conclusion::protocol_error);
    CHECK(conclusion(kHead + kProceed) == Conclusion::protocol_error);
    CHECK(conclusion("<!DOCTYPE x>" + kHead) == Conclusion::protocol_error);
    auto client = kHead;
    client.replace(client.find("jabber:server"), 13, "jabber:client");
    CHECK(conclusion(client) == Conclusion::protocol_error);
    CHECK(
        Play({kGood.first, features(kStarttls), {}}).answer.conclusion == Conclusion::protocol_error
    );
    CHECK(
        Play({kGood.first, "<proceed xmlns='urn:other'/>", {}}).answer.detail ==
        "sent 'proceed' where the answer to STARTTLS was expected"
    );
    CHECK(
        Play({kGood.first, kProceed, kHead + "<iq/>"}).answer.conclusion ==
        Conclusion::protocol_error
    );
}

TEST_CASE("xmpp probe: endless and oversized streams end at the limit, and TLS has its own") {
    const std::string blank(limits::kXmppBytes, ' ');
    CHECK(Play({kHead + blank, {}, {}}).answer.conclusion == Conclusion::limit_exceeded);
    CHECK(Play({kGood.first, blank, {}}).answer.conclusion == Conclusion::limit_exceeded);
    CHECK(
        Play({kGood.first, kProceed, kHead + blank}).answer.conclusion == Conclusion::limit_exceeded
    );
    const std::string half(limits::kXmppBytes / 2 + 1, ' ');
    CHECK(
        Play({kHead + half + features(kStarttls), kProceed, kHead + half + features("")})
            .answer.conclusion == Conclusion::finished
    );
    std::string nested;
    for (int i = 0; i < 100'000; ++i)
        nested += "<a>";
    CHECK(Play({kHead + nested, {}, {}}).answer.conclusion == Conclusion::limit_exceeded);
    std::string many;
    for (std::size_t i = 0; i < limits::kLearntKept + 5; ++i)
        many += "<f" + std::to_string(i) + "/>";
    CHECK(
        Play({kHead + features(many), {}, {}}).list(xmpp_answer::kFeatures).size() ==
        limits::kLearntKept
    );
}

TEST_CASE("web conferencing probe: no conversation, and a while to listen") {
    const auto* probe = find(Probe::web_conferencing);
    REQUIRE(probe != nullptr);
    const bool handshake_only = probe->converse == nullptr;
    CHECK(handshake_only);
    CHECK_FALSE(probe->plain_first);
    CHECK(probe->listen == std::chrono::seconds(1));
}
