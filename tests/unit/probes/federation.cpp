// SPDX-License-Identifier: MIT
#include "probes/federation.h"

#include "model/limits.h"
#include "unit/probes/sip_play.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::probes;
using namespace lyncprobe::test;

namespace {

Target edge() {
    Target out;
    out.host = "sip.fabrikam.com";
    out.port = 5061;
    return out;
}

// As a partner asks: with a certificate and a domain.
Answer play(const std::vector<std::string>& parts, bool then_close = false) {
    const auto peer = edge();
    return play_sip(
        federation, {.target = &peer, .our_domain = "contoso.com", .identity_offered = true},
        {{"OPTIONS sip:Options_User@fabrikam.com SIP/2.0\r\n", parts}}, then_close
    );
}

// As nobody.
Answer play_stranger(const std::string& answer) {
    const auto peer = edge();
    return play_sip(federation, {.target = &peer}, {{"OPTIONS ", {answer}}});
}

// Shape of a bare refusal by an Edge of Skype for Business 2015.
const std::string kBare504 =
    "SIP/2.0 504 Server time-out\r\n"
    "From: <sip:Options_User@contoso.com>;tag=5eedo;epid=lyncprobe\r\n"
    "To: <sip:Options_User@fabrikam.com>;tag=5B1E0E2B7C\r\n"
    "Call-ID: 5eedo\r\n"
    "CSeq: 1 OPTIONS\r\n"
    "Via: SIP/2.0/TLS 127.0.0.1;branch=z9hG4bK5eedo;ms-received-port=50000;ms-received-cid=1A00\r\n"
    "Server: RTC/6.0\r\n"
    "Content-Length: 0\r\n\r\n";

} // namespace

TEST_CASE("federation probe: a partner that takes us says 200") {
    const auto answer =
        play({"SIP/2.0 200 OK\r\nServer: RTC/5.0\r\nDate: Tue, 24 Nov 2026 10:00:00 GMT\r\n\r\n"});
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(answer.detail == "answers OPTIONS with 200 OK");
    const auto& facts = answer.facts;
    CHECK(facts.text(sip_answer::kRequest) == "OPTIONS");
    CHECK(facts.text(federation_answer::kDomain) == "fabrikam.com");
    CHECK(number(answer, sip_answer::kStatus) == 200);
    CHECK(facts.text(sip_answer::kReason) == "OK");
    CHECK(facts.text(sip_answer::kServer) == "RTC/5.0");
    CHECK(facts.text(sip_answer::kProduct) == "Lync Server 2013");
    CHECK(facts.text(sip_answer::kDate) == "Tue, 24 Nov 2026 10:00:00 GMT");
    CHECK(
        facts.text(federation_answer::kMeaning).find("federated partner") != std::string_view::npos
    );
    CHECK(facts.find(sip_answer::kRefusal) == nullptr);
    CHECK(facts.find(sip_answer::kRemedy) == nullptr);
}

TEST_CASE("federation probe: a 200 to a stranger proves nothing about federation with us") {
    const auto answer = play_stranger("SIP/2.0 200 OK\r\n\r\n");
    CHECK(
        answer.facts.text(federation_answer::kMeaning).find("not shown") != std::string_view::npos
    );
    CHECK(answer.facts.text(sip_answer::kRemedy)
              .starts_with("on our side: give the target an identity"));
    CHECK(answer.facts.find(sip_answer::kRefusal) == nullptr);
}

TEST_CASE("federation probe: a bare 504 says no more than that we are not accepted") {
    const auto answer = play({kBare504});
    CHECK(answer.conclusion == Conclusion::finished);
    CHECK(answer.facts.text(sip_answer::kProduct) == "Skype for Business Server 2015");
    CHECK(
        answer.facts.text(sip_answer::kRefusal) ==
        "refuses OPTIONS with 504 Server time-out: " +
            std::string(answer.facts.text(federation_answer::kMeaning))
    );
    CHECK(answer.facts.text(federation_answer::kMeaning)
              .starts_with("TLS works and its SIP stack is alive"));
    CHECK(
        answer.facts.text(sip_answer::kRemedy).find("_sipfederationtls._tcp") !=
        std::string_view::npos
    );
    CHECK(answer.facts.text(sip_answer::kRemedy).find("on their side") != std::string_view::npos);
    CHECK(play_stranger(kBare504).facts.text(sip_answer::kRemedy).starts_with("on our side: give"));
}

TEST_CASE("federation probe: diagnostics of two hops, the one that says something counts") {
    const auto answer = play(
        {"SIP/2.0 504 Server time-out\r\n"
         "ms-diagnostics: 1034;reason=\"Previous hop federated peer did not report diagnostic "
         "information\";Domain=\"fabrikam.com\";PeerServer=\"sip.fabrikam.com\";source=\"a\"\r\n"
         "ms-diagnostics: 1009;reason=\"No match for domain in DNS SRV results\";"
         "domain=\"contoso.com\";fqdn1=\"sip.contoso.com:5061\";source=\"b\"\r\n\r\n"}
    );
    CHECK(
        answer.facts.text(sip_answer::kRefusal) ==
        "refuses OPTIONS with 504 Server time-out and ms-diagnostics 1009: no SRV record of the "
        "domain leads to this server"
    );
    CHECK(answer.facts.text(sip_answer::kRemedy).starts_with("in DNS: "));
    CHECK(list(answer, sip_answer::kDiagnostics).size() == 2);
    CHECK(
        list(answer, sip_answer::kExplained).back() ==
        "1009: no SRV record of the domain leads to this server (reason \"No match for domain in "
        "DNS SRV results\"; source b; domain \"contoso.com\"; fqdn1 \"sip.contoso.com:5061\")"
    );
}

TEST_CASE("federation probe: every answer has its meaning, refusals a remedy") {
    struct Row {
        int status;
        std::string meaning;
        bool refusal = true;
    };
    for (const auto& row : std::vector<Row>{
             {302, "it sends us to another server", false},
             {400, "it did not understand", false},
             {401, "it takes us for a client"},
             {403, "it does not take requests from our domain"},
             {404, "it read the request and knows no such address", false},
             {405, "a SIP server that does not answer OPTIONS", false},
             {407, "it takes us for a client"},
             {480, "its service is not ready"},
             {500, "the status alone"},
             {503, "its service is not ready"},
             {603, "the status alone"}}) {
        CAPTURE(row.status);
        const auto answer = play({"SIP/2.0 " + std::to_string(row.status) + " x\r\n\r\n"});
        CHECK(answer.conclusion == Conclusion::finished);
        CHECK(answer.facts.text(federation_answer::kMeaning).starts_with(row.meaning));
        CHECK((answer.facts.find(sip_answer::kRefusal) != nullptr) == row.refusal);
        if (row.refusal) CHECK(answer.facts.text(sip_answer::kRemedy) != "");
    }
}

TEST_CASE("federation probe: which domain is asked about, and in whose name") {
    auto target = edge();
    CHECK(federation_domain(target) == "fabrikam.com");
    target.host = "edge.eu.fabrikam.com";
    CHECK(federation_domain(target) == "eu.fabrikam.com");
    target.host = "fabrikam.com";
    CHECK(federation_domain(target) == "fabrikam.com");
    target.host = "edge";
    CHECK(federation_domain(target) == "edge");
    target.host = "192.0.2.7";
    CHECK(federation_domain(target) == "192.0.2.7");
    target.host = "2001:db8::7";
    CHECK(federation_domain(target) == "2001:db8::7");
    target.sip_domain = "fabrikam.net";
    CHECK(federation_domain(target) == "fabrikam.net");

    const auto stranger =
        federation.converse(Peer{.target = &target, .local_host = "::1", .seed = "0"})->start();
    CHECK(stranger.bytes.find("From: <sip:Options_User@lyncprobe.invalid>") != std::string::npos);
    const auto partner =
        federation
            .converse(Peer{
                .target = &target, .local_host = "::1", .seed = "0", .our_domain = "contoso.com"})
            ->start();
    CHECK(partner.bytes.find("From: <sip:Options_User@contoso.com>") != std::string::npos);
    CHECK(partner.bytes.starts_with("OPTIONS sip:Options_User@fabrikam.net SIP/2.0\r\n"));
}

TEST_CASE("federation probe: our own Edge is not asked in the name of its own domain") {
    auto target = edge();
    target.sip_domain = "contoso.com";
    const Peer peer{.target = &target, .our_domain = "Contoso.com", .identity_offered = true};
    const auto text = federation.converse(peer)->start().bytes;
    CHECK(text.find("From: <sip:Options_User@lyncprobe.invalid>") != std::string::npos);
    const auto answer =
        play_sip(federation, peer, {{"OPTIONS ", {"SIP/2.0 403 Forbidden\r\n\r\n"}}});
    CHECK(answer.facts.text(sip_answer::kRemedy).starts_with("this is our own Edge"));
}

TEST_CASE("federation probe: cut at every byte it is unfinished, split at every byte the same") {
    const auto whole = play({kBare504});
    for (std::size_t size = 1; size < kBare504.size(); ++size) {
        CAPTURE(size);
        CHECK(play({kBare504.substr(0, size)}, true).conclusion == Conclusion::unfinished);
        CHECK(play({kBare504.substr(0, size), kBare504.substr(size)}).facts == whole.facts);
    }
    CHECK(play({}, true).conclusion == Conclusion::unfinished);
}

TEST_CASE("federation probe: limits and garbage end it") {
    std::string trying;
    for (std::size_t i = 0; i <= limits::kSipProvisional; ++i)
        trying += "SIP/2.0 100 Trying\r\n\r\n";
    CHECK(play({trying}).conclusion == Conclusion::limit_exceeded);
    CHECK(play({"HTTP/1.1 400 Bad Request\r\n\r\n"}).conclusion == Conclusion::protocol_error);
    CHECK(
        play({"SIP/2.0 200 OK\r\nA: " + std::string(limits::kSipHeaders, 'a')}).conclusion ==
        Conclusion::limit_exceeded
    );
    CHECK(play({std::string("SIP/2.0 200 \0", 13)}).conclusion == Conclusion::protocol_error);
    CHECK(
        play({"SIP/2.0 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n"}).conclusion ==
        Conclusion::limit_exceeded
    );
}
