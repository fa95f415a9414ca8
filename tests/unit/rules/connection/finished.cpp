// SPDX-License-Identifier: MIT
// conversation-finished: what got no answer, and the likely cause.
#include "probes/probe.h"
#include "unit/rules/connection/endings.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using O = Outcome;
using S = Stage;
using V = Verdict;

} // namespace

TEST_CASE("conversation-finished: reset, close, silence and garbage behind TLS fail in each probe"
) {
    for (const auto probe :
         {Probe::sip, Probe::federation, Probe::https, Probe::autodiscover, Probe::xmpp,
          Probe::replication})
        for (const auto outcome :
             {O::reset, O::closed, O::timeout, O::protocol_error, O::tls_alert, O::tls_failure,
              O::limit_exceeded}) {
            CAPTURE(to_text(probe));
            CAPTURE(to_text(outcome));
            End end(outcome, S::conversation, probe);
            end.unanswered = "OPTIONS";
            const auto finding = end.ask(kFinished);
            CHECK(finding.verdict == V::fail);
            CHECK(finding.message.find("OPTIONS got no ") != std::string::npos);
            CHECK(finding.message.find("answer: it ended; ") != std::string::npos);
            CHECK(finding.evidence.text("request") == "OPTIONS");
            CHECK_FALSE(finding.fix.empty());
        }
}

TEST_CASE("conversation-finished: the request is the one that is out, else the first") {
    End end(O::reset, S::conversation, Probe::https);
    end.row.main.answer.set("request", std::string("GET /meet/"));
    CHECK(end.ask(kFinished).evidence.text("request") == "GET /meet/");
    end.unanswered = "GET /CertProv/";
    CHECK(end.ask(kFinished).evidence.text("request") == "GET /CertProv/");
}

TEST_CASE("conversation-finished: a refusal before the break is its cause") {
    End end(O::closed, S::conversation);
    end.unanswered = "REGISTER";
    end.row.main.answer.set("refusal", std::string("refuses NEGOTIATE with 504"));
    auto finding = end.ask(kFinished);
    CHECK(finding.verdict == V::fail);
    CHECK(
        finding.message == "refuses NEGOTIATE with 504, and then gives REGISTER no answer: it ended"
    );
    CHECK(finding.fix.find("load balancer") != std::string::npos);
    end.row.main.answer.set("remedy", std::string("on their side: reissue"));
    CHECK(end.ask(kFinished).fix == "on their side: reissue");
    end.unanswered = {};
    CHECK(
        end.ask(kFinished).message == "refuses NEGOTIATE with 504, and then breaks off: it ended"
    );
}

TEST_CASE("conversation-finished: IIS with TLS 1.3 at a path that wants a late certificate") {
    End end(O::reset, S::conversation, Probe::https);
    end.up(TlsVersion::tls1_3);
    end.row.main.answer.set("status", std::int64_t{200}); // another path was answered
    CHECK(end.ask(kFinished).fix.find("clientcertnegotiation") != std::string::npos);
    end.up(TlsVersion::tls1_2);
    CHECK(end.ask(kFinished).fix.find("clientcertnegotiation") == std::string::npos);
}

TEST_CASE("conversation-finished: passes where it came to its end, and is silent without one") {
    for (const auto& probe : words<Probe>()) {
        CAPTURE(probe.text);
        const auto* info = probes::find(probe.value);
        const bool talks = info && info->converse;
        CHECK(
            End(O::ok, S::done, probe.value).verdict(kFinished) ==
            (talks ? V::pass : V::not_applicable)
        );
    }
    CHECK(End(O::refused, S::connect).verdict(kFinished) == V::not_applicable);
    CHECK(End(O::interrupted, S::conversation).verdict(kFinished) == V::not_applicable);
    CHECK(
        End(O::client_certificate_rejected, S::client_auth).verdict(kFinished) == V::not_applicable
    );
    End cut(O::timeout, S::conversation);
    cut.bench.seen.cause = Cause::run_deadline;
    CHECK(cut.verdict(kFinished) == V::not_applicable);
    End raw(O::ok, S::done);
    raw.row.main.raw_version = 0x0303;
    CHECK(raw.verdict(kFinished) == V::not_applicable);
}

TEST_CASE("conversation-finished: an A/V Edge that answers the hello and no Allocate") {
    End end(O::timeout, S::preamble, Probe::av_edge);
    end.row.main.pseudo_tls = true;
    CHECK(end.verdict(kFinished) == V::fail);
    CHECK(end.verdict(kReachable) == V::pass);
}

TEST_CASE("conversation-finished: an expected refusal passes, an answer fails") {
    const auto expecting = [](End end) {
        end.bench.target.expect = Expectation::protocol_refused;
        return end.verdict(kFinished);
    };
    CHECK(expecting(End(O::ok, S::done)) == V::fail);
    CHECK(expecting(End(O::closed, S::conversation)) == V::pass);
    End refused(O::ok, S::done);
    refused.row.main.answer.set("refusal", std::string("refuses NEGOTIATE with 403"));
    CHECK(expecting(refused) == V::pass);
}

TEST_CASE("conversation-finished: the likely cause by protocol and by how it ended") {
    struct Row {
        std::vector<Probe> probes;
        std::vector<O> outcomes;
        const char* fix;
    };
    const std::vector gone{O::reset, O::closed}, mute{O::timeout},
        both{O::reset, O::closed, O::timeout};
    const std::vector web{Probe::https, Probe::autodiscover, Probe::replication};
    std::vector<Probe> every;
    for (const auto& probe : words<Probe>())
        every.push_back(probe.value);
    const Row rows[] = {
        {every, {O::protocol_error}, "correct the port or the probe in the list"},
        {every, {O::tls_alert, O::tls_failure}, "see the log of the server, and what proxies"},
        {every, {O::limit_exceeded}, "see what listens on this port"},
        {web, gone, "start the application pool"},
        {web, mute, "recycle the application pool"},
        {{Probe::sip}, gone, "see that the service behind the load balancer runs"},
        {{Probe::sip}, mute, "see the service's state and event log"},
        {{Probe::federation}, both, "on their side: allow our SIP domain"},
        {{Probe::xmpp}, both, "add our domain to its XMPP partners"},
        {{Probe::av_edge}, both, "restart the A/V Edge service"},
        {{Probe::tls, Probe::web_conferencing}, both, "see that the load balancer has a server"}};
    for (const auto& row : rows)
        for (const auto probe : row.probes)
            for (const auto outcome : row.outcomes) {
                CAPTURE(to_text(probe));
                CAPTURE(to_text(outcome));
                End end(outcome, S::conversation, probe);
                end.up();
                const auto finding = end.ask(kFinished);
                CHECK(finding.verdict == V::fail);
                CHECK(finding.fix.starts_with(row.fix));
            }
}

TEST_CASE("conversation-finished: a late certificate needs TLS 1.3, an answer and a break") {
    const auto late = [](TlsVersion version, bool answered, O outcome = O::reset) {
        End end(outcome, S::conversation, Probe::autodiscover);
        end.up(version);
        if (answered) end.row.main.answer.set("status", std::int64_t{200});
        return end.ask(kFinished).fix.find("clientcertnegotiation") != std::string::npos;
    };
    CHECK(late(TlsVersion::tls1_3, true));
    CHECK(!late(TlsVersion::tls1_3, false));
    CHECK(!late(TlsVersion::tls1_2, true));
    CHECK(!late(TlsVersion::tls1_3, true, O::timeout));
}

TEST_CASE("conversation-finished: the whole message, with and without a request") {
    const auto text = [](O outcome, const char* unanswered) {
        End end(outcome, S::conversation, Probe::xmpp);
        end.unanswered = unanswered;
        return text_of(end.ask(kFinished));
    };
    const std::string gone =
        "the XMPP gateway hangs up on a domain that it does not know, or is down";
    CHECK(
        text(O::closed, "") ==
        "fail: TLS is up, then: it ended; " + gone + " {outcome=closed, detail=it ended}"
    );
    CHECK(
        text(O::closed, "stream") == "fail: TLS is up, and stream got no answer: it ended; " +
                                         gone + " {request=stream, outcome=closed, detail=it ended}"
    );
    CHECK(text(O::protocol_error, "stream")
              .starts_with("fail: TLS is up, and stream got no usable answer"));
    CHECK(text(O::limit_exceeded, "stream")
              .starts_with("fail: TLS is up, and stream got no usable answer"));
}

TEST_CASE("conversation-finished: a conversation is one where TLS is up and it began") {
    const auto verdict = [](S stage, bool pseudo, bool done, Probe probe = Probe::sip) {
        End end(O::reset, stage, probe);
        auto facts = std::make_shared<TlsFacts>();
        facts->handshake_done = done;
        end.row.main.tls = facts;
        end.row.main.pseudo_tls = pseudo;
        return end.verdict(kFinished);
    };
    CHECK(verdict(S::conversation, false, true) == V::fail);
    CHECK(verdict(S::conversation, true, false) == V::fail);
    CHECK(verdict(S::conversation, false, false) == V::not_applicable);
    CHECK(verdict(S::preamble, true, false, Probe::av_edge) == V::fail);
    CHECK(verdict(S::preamble, false, true) == V::not_applicable);
    CHECK(verdict(S::handshake, false, true) == V::not_applicable);
    End plain(O::reset, S::conversation);
    plain.row.main.tls = nullptr;
    CHECK(plain.verdict(kFinished) == V::not_applicable);
    CHECK(End(O::ok, S::handshake).verdict(kFinished) == V::not_applicable);
}

TEST_CASE("conversation-finished: what is expected to be refused, in words") {
    const auto expecting = [](End end) {
        end.bench.target.expect = Expectation::protocol_refused;
        return text_of(end.ask(kFinished));
    };
    CHECK(
        expecting(End(O::closed, S::conversation)) == "pass: is not answered, as expected: it ended"
    );
    CHECK(
        expecting(End(O::ok, S::done)) ==
        "fail: its protocol answers us, where it is expected to refuse us: it ended"
    );
    End refused(O::ok, S::done);
    refused.row.main.answer.set("refusal", std::string("refuses NEGOTIATE with 403"));
    CHECK(expecting(refused) == "pass: is refused, as expected: refuses NEGOTIATE with 403");
}
