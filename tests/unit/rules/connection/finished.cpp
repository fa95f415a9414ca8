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
