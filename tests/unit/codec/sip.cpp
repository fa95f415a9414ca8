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

TEST_CASE("sip: a gateway's OPTIONS goes to the gateway and to no user of it") {
    const auto text = codec::encode(codec::SipGatewayOptions{
        .host = "gw.contoso.com\r\n>", .port = 5067, .local_host = "192.0.2.9", .seed = "ab"});
    CHECK(text.starts_with("OPTIONS sip:gw.contoso.com:5067;transport=tls SIP/2.0\r\n"));
    CHECK(text.find("\r\nCSeq: 1 OPTIONS\r\n") != std::string::npos);
    CHECK(text.find("\r\nContact: <sip:192.0.2.9;transport=tls>\r\n") != std::string::npos);
    CHECK(text.find('@') == std::string::npos);
    CHECK(text.ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("sip: a NUL in the head is malformed, however late it comes, one in a body is part of it"
) {
    for (const auto& text :
         {std::string("SIP/2.0 200 OK\r\nA: b\0c", 22), std::string("SIP/2.0 200 \0", 13),
          std::string("SIP/2.0 200 OK\r\nA: \0\r\n\r\n", 24)}) {
        codec::SipReader reader;
        CHECK(reader.feed(text) == State::malformed);
    }
    codec::SipReader late;
    REQUIRE(late.feed("SIP/2.0 200 OK\r\nA: b") == State::need_more);
    CHECK(late.feed(std::string("\0", 1)) == State::malformed);
    codec::SipReader body;
    REQUIRE(
        body.feed(std::string("SIP/2.0 200 OK\r\nContent-Length: 1\r\n\r\n\0", 38)) ==
        State::have_response
    );
    CHECK(body.response().body == std::string("\0", 1));
}

TEST_CASE("sip: escape sequences in a value stay as they were sent") {
    codec::SipReader reader;
    REQUIRE(
        reader.feed("SIP/2.0 403 \x1b[31mno\r\nServer: \x1b]0;x\x07\r\n\r\n") ==
        State::have_response
    );
    CHECK(reader.response().reason == "\x1b[31mno");
    CHECK(reader.response().header("server") == "\x1b]0;x\x07");
}

TEST_CASE("sip: bytes that are no UTF-8 become U+FFFD in whatever is shown") {
    codec::SipReader reader;
    REQUIRE(
        reader.feed("SIP/2.0 403 n\xff\r\nServer: a\xfe\r\n b\xfd\r\n\r\n") == State::have_response
    );
    CHECK(reader.response().reason == "n\xef\xbf\xbd");
    CHECK(reader.response().header("server") == "a\xef\xbf\xbd b\xef\xbf\xbd");
}

TEST_CASE("sip: a NEGOTIATE that something follows asks for no compression") {
    const auto text = codec::encode(codec::SipNegotiate{
        .host = "a", .port = 5061, .local_host = "b", .seed = "c", .compression = false});
    CHECK(text.find("Compression") == std::string::npos);
    CHECK(text.ends_with("CSeq: 1 NEGOTIATE\r\nContent-Length: 0\r\n\r\n"));
}

TEST_CASE("sip: the anonymous REGISTER names nobody and binds nothing") {
    const auto text = codec::encode(codec::SipRegister{
        .domain = "contoso.com", .local_host = "192.0.2.7", .seed = "ab"});
    CHECK(
        text == "REGISTER sip:contoso.com SIP/2.0\r\n"
                "Via: SIP/2.0/TLS 192.0.2.7;branch=z9hG4bKabr\r\n"
                "Max-Forwards: 70\r\n"
                "From: <sip:anonymous@contoso.com>;tag=abr;epid=lyncprobe\r\n"
                "To: <sip:anonymous@contoso.com>\r\n"
                "Call-ID: abr\r\n"
                "CSeq: 1 REGISTER\r\n"
                "Contact: <sip:192.0.2.7;transport=tls>\r\n"
                "User-Agent: lyncprobe\r\n"
                "Supported: gruu-10\r\n"
                "Event: registration\r\n"
                "Content-Length: 0\r\n\r\n"
    );
    CHECK(text.find("Expires") == std::string::npos);
    CHECK(text.find("Authorization") == std::string::npos);
}

TEST_CASE("sip: the federation OPTIONS is that of Test-CsFederatedPartner") {
    const auto text = codec::encode(codec::SipFederationOptions{
        .domain = "fabrikam.com", .our_domain = "contoso.com", .local_host = "::1", .seed = "ab"});
    CHECK(text.starts_with("OPTIONS sip:Options_User@fabrikam.com SIP/2.0\r\n"));
    CHECK(text.find("To: <sip:Options_User@fabrikam.com>\r\n") != std::string::npos);
    CHECK(text.find("From: <sip:Options_User@contoso.com>;tag=") != std::string::npos);
    CHECK(text.find("CSeq: 1 OPTIONS\r\n") != std::string::npos);
    CHECK(text.find("Max-Forwards: 70\r\n") != std::string::npos);
    CHECK(text.find("Contact: <sip:[::1];transport=tls>\r\n") != std::string::npos);
    CHECK(text.ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("sip: nothing in our inputs can begin another header or message") {
    std::string evil = "a.b\r\nX: y\r\n\r\nINVITE <>;\"@ \x1b[31m";
    evil += std::string("\0\x7f\xff", 3);
    for (const auto& text :
         {codec::encode(codec::SipNegotiate{
              .host = evil, .port = 1, .local_host = evil, .seed = evil}),
          codec::encode(codec::SipRegister{.domain = evil, .local_host = evil, .seed = evil}),
          codec::encode(codec::SipFederationOptions{
              .domain = evil, .our_domain = evil, .local_host = evil, .seed = evil})}) {
        CAPTURE(text);
        CHECK(text.find("\r\n\r\n") == text.size() - 4);
        CHECK(text.find("\r\nX") == std::string::npos);
        CHECK(text.find("\r\nINVITE") == std::string::npos);
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto c = static_cast<unsigned char>(text[i]);
            const bool end_of_line =
                (c == '\r' && text[i + 1] == '\n') || (c == '\n' && text[i - 1] == '\r');
            CHECK((end_of_line || (c >= 0x20 && c < 0x7f)));
        }
    }
    const auto zone = codec::encode(codec::SipRegister{
        .domain = "contoso.com", .local_host = "fe80::1%eth0", .seed = "ab"});
    CHECK(zone.find("Via: SIP/2.0/TLS [fe80::1];") != std::string::npos);
}

namespace {

std::vector<codec::SipChallenge> challenges_of(const std::string& headers) {
    codec::SipReader reader;
    REQUIRE(reader.feed("SIP/2.0 401 Unauthorized\r\n" + headers + "\r\n") == State::have_response);
    return codec::challenges(reader.response());
}

} // namespace

TEST_CASE("sip: the three challenges of a Lync 2013 Front End") {
    const auto found = challenges_of(
        "WWW-Authenticate: NTLM realm=\"SIP Communications Service\", "
        "targetname=\"fe01.contoso.local\", version=4\r\n"
        "WWW-Authenticate: Kerberos realm=\"SIP Communications Service\", "
        "targetname=\"sip/fe01.contoso.local\", version=4\r\n"
        "www-authenticate: TLS-DSK realm=\"SIP Communications Service\", "
        "targetname=\"fe01.contoso.local\", version=4, "
        "sts-uri=\"https://fe01.contoso.local:443/CertProv/CertProvisioningService.svc\"\r\n"
    );
    REQUIRE(found.size() == 3);
    CHECK(found[0].scheme == "NTLM");
    CHECK(found[1].scheme == "Kerberos");
    CHECK(found[2].scheme == "TLS-DSK");
    for (const auto& challenge : found) {
        CHECK(challenge.realm == "SIP Communications Service");
        CHECK(challenge.target_name == "fe01.contoso.local");
        CHECK(challenge.version == "4");
        CHECK_FALSE(challenge.proxy);
    }
    CHECK(found[0].sts_uri == "");
    CHECK(
        found[2].sts_uri == "https://fe01.contoso.local:443/CertProv/CertProvisioningService.svc"
    );
}

TEST_CASE("sip: challenges in any order, quoted or not, several on a line") {
    const auto found = challenges_of(
        "Proxy-Authenticate: Kerberos version=\"3\" , TargetName = SIP/fe01 ,realm= \"a, b\"\r\n"
        "WWW-Authenticate: NTLM, TLS-DSK sts-uri=\"https://a/?b=c,d\",unknown=x,realm=\"r\r\n"
        "WWW-Authenticate: realm=\"nobody's\"\r\n"
        "WWW-Authenticate:\r\n"
        "WWW-Authenticate: ,,\r\n"
    );
    REQUIRE(found.size() == 3);
    CHECK(found[0].proxy);
    CHECK(found[0].version == "3");
    CHECK(found[0].target_name == "fe01");
    CHECK(found[0].realm == "a, b");
    CHECK(found[1].scheme == "NTLM");
    CHECK(found[1].realm == "");
    CHECK(found[2].scheme == "TLS-DSK");
    CHECK(found[2].sts_uri == "https://a/?b=c,d");
    CHECK(found[2].realm == "r");
}

TEST_CASE("sip: challenges end at their limits") {
    std::string many;
    for (std::size_t i = 0; i < limits::kLearntKept + 1; ++i)
        many += "WWW-Authenticate: NTLM version=4\r\n";
    CHECK(challenges_of(many).size() == limits::kLearntKept);
    std::string line = "WWW-Authenticate: A";
    for (std::size_t i = 0; i < limits::kSipParameters + 1; ++i)
        line += ", A";
    CHECK(challenges_of(line + "\r\n").size() == limits::kSipParameters);
}
