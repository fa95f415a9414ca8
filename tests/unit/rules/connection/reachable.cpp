// SPDX-License-Identifier: MIT
// endpoint-reachable: every ending, who lists the endpoint, where the run stands, what is expected.
#include "rules/connection/others.h"
#include "unit/rules/connection/endings.h"

#include <array>
#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using O = Outcome;
using S = Stage;
using C = Cause;
using V = Verdict;

// What a caller of the program may rely on, said once more and not taken from the table.
struct Expected {
    O outcome;
    S stage;
    C cause;
    V verdict;
};
constexpr std::array kExpected{
    Expected{O::dns_failure, S::resolve, C::no_such_name, V::fail},
    Expected{O::dns_failure, S::resolve, C::no_such_record, V::fail},
    Expected{O::dns_failure, S::resolve, C::resolver_failure, V::inconclusive},
    Expected{O::dns_failure, S::resolve, C::resolver_refused, V::inconclusive},
    Expected{O::dns_failure, S::resolve, C::resolver_silent, V::inconclusive},
    Expected{O::skipped, S::resolve, C::none, V::inconclusive},
    Expected{O::interrupted, S::resolve, C::none, V::inconclusive},
    Expected{O::refused, S::connect, C::none, V::fail},
    Expected{O::unreachable, S::connect, C::none, V::fail},
    Expected{O::unreachable, S::connect, C::no_route, V::inconclusive},
    Expected{O::connect_timeout, S::connect, C::none, V::fail},
    Expected{O::connect_timeout, S::connect, C::run_deadline, V::inconclusive},
    Expected{O::timeout, S::handshake, C::run_deadline, V::inconclusive},
    Expected{O::timeout, S::conversation, C::run_deadline, V::inconclusive},
    Expected{O::reset, S::connect, C::none, V::fail},
    Expected{O::skipped, S::connect, C::none, V::inconclusive},
    Expected{O::local_error, S::connect, C::none, V::inconclusive},
    Expected{O::interrupted, S::connect, C::none, V::inconclusive},
    Expected{O::not_tls, S::handshake, C::none, V::fail},
    Expected{O::tls_alert, S::handshake, C::none, V::fail},
    Expected{O::tls_failure, S::handshake, C::none, V::fail},
    Expected{O::reset, S::handshake, C::none, V::fail},
    Expected{O::closed, S::handshake, C::none, V::fail},
    Expected{O::timeout, S::handshake, C::none, V::fail},
    Expected{O::limit_exceeded, S::handshake, C::none, V::fail},
    Expected{O::interrupted, S::handshake, C::none, V::inconclusive},
    Expected{O::client_certificate_required, S::client_auth, C::none, V::pass},
    Expected{O::client_certificate_rejected, S::client_auth, C::none, V::pass},
    Expected{O::limit_exceeded, S::client_auth, C::none, V::fail},
    Expected{O::interrupted, S::client_auth, C::none, V::inconclusive},
    Expected{O::reset, S::conversation, C::none, V::pass},
    Expected{O::closed, S::conversation, C::none, V::pass},
    Expected{O::timeout, S::conversation, C::none, V::pass},
    Expected{O::tls_alert, S::conversation, C::none, V::pass},
    Expected{O::tls_failure, S::conversation, C::none, V::pass},
    Expected{O::protocol_error, S::conversation, C::none, V::pass},
    Expected{O::limit_exceeded, S::conversation, C::none, V::pass},
    Expected{O::interrupted, S::conversation, C::none, V::inconclusive},
    Expected{O::ok, S::done, C::none, V::pass},
    Expected{O::local_error, S::done, C::none, V::inconclusive},
};

End refused_usual() {
    End end(O::refused, S::connect);
    end.bench.target.listing = Listing::usual;
    end.bench.target.service = "ucwa-internal";
    return end;
}

} // namespace

TEST_CASE("endpoint-reachable: each ending has its verdict, and what is open its cause and fix") {
    for (const auto& row : kExpected) {
        CAPTURE(to_text(row.outcome));
        CAPTURE(to_text(row.stage));
        CAPTURE(to_text(row.cause));
        End end(row.outcome, row.stage);
        end.bench.seen.cause = row.cause;
        const auto finding = end.ask(kReachable);
        CHECK(finding.verdict == row.verdict);
        if (row.verdict == V::pass) continue;
        CHECK(finding.message.starts_with("it ended; "));
        CHECK_FALSE(finding.fix.empty());
        CHECK(finding.evidence.text("outcome") == to_text(row.outcome));
        CHECK(finding.evidence.text("stage") == to_text(row.stage));
        CHECK(finding.evidence.text("cause") == (row.cause == C::none ? "" : to_text(row.cause)));
    }
}

TEST_CASE("endpoint-reachable: before TLS, for the probes that speak first") {
    for (const auto outcome :
         {O::timeout, O::reset, O::closed, O::protocol_error, O::limit_exceeded})
        for (const auto probe : {Probe::xmpp, Probe::av_edge})
            CHECK(End(outcome, S::preamble, probe).verdict(kReachable) == V::fail);
    CHECK(End(O::starttls_refused, S::preamble, Probe::xmpp).verdict(kReachable) == V::fail);
    CHECK(End(O::tls_alert, S::preamble, Probe::av_edge).verdict(kReachable) == V::fail);
    End silent(O::timeout, S::preamble, Probe::av_edge);
    silent.bench.seen.cause = C::udp_silence;
    CHECK(silent.verdict(kReachable) == V::inconclusive);
}

TEST_CASE("endpoint-reachable: without TLS by design a conversation that breaks is no answer") {
    for (const auto outcome :
         {O::timeout, O::reset, O::closed, O::protocol_error, O::limit_exceeded}) {
        End end(outcome, S::conversation, Probe::autodiscover);
        end.row.main.tls = nullptr;
        CHECK(end.verdict(kReachable) == V::fail);
        CHECK(end.verdict(kFinished) == V::not_applicable);
    }
}

TEST_CASE("endpoint-reachable: what answers instead of TLS is named") {
    for (const auto& [bytes, cause] : std::initializer_list<std::pair<const char*, C>>{
             {"SIP/2.0 400 Bad Request\r\n", C::plain_sip},
             {"HTTP/1.1 400 Bad Request\r\n", C::plain_http},
             {"<HTML>", C::plain_http},
             {"<?xml version='1.0'?><stream:stream", C::plain_xmpp},
             {"SSH-2.0-OpenSSH_9.2\r\n", C::other_service},
             {"220 mail ESMTP\r\n", C::other_service},
             {"\x01\x02", C::none}}) {
        CAPTURE(bytes);
        End end(O::not_tls, S::handshake);
        end.first_bytes = bytes;
        const auto finding = end.ask(kReachable);
        CHECK(finding.verdict == V::fail);
        CHECK(finding.evidence.text("cause") == (cause == C::none ? "" : to_text(cause)));
    }
    End plain(O::not_tls, S::handshake);
    plain.first_bytes = "SIP/2.0 400 Bad Request\r\n";
    CHECK(plain.ask(kReachable).message.find("SIP without TLS") != std::string::npos);
}

TEST_CASE("endpoint-reachable: the alert tells the cause") {
    for (const auto& [code, cause] : std::initializer_list<std::pair<std::uint8_t, C>>{
             {40, C::nothing_in_common},
             {70, C::nothing_in_common},
             {71, C::nothing_in_common},
             {80, C::server_fault},
             {112, C::unknown_server_name},
             {50, C::none}}) {
        CAPTURE(int{code});
        const auto finding = End(O::tls_alert, S::handshake).alert(code).ask(kReachable);
        CHECK(finding.verdict == V::fail);
        CHECK(finding.evidence.text("cause") == (cause == C::none ? "" : to_text(cause)));
    }
}

TEST_CASE("endpoint-reachable: a server whose certificate only an old hello gets is a warning") {
    for (const auto outcome : {O::tls_alert, O::tls_failure, O::reset, O::closed}) {
        End end(outcome, S::handshake);
        AttemptRow raw;
        raw.role = AttemptRole::supplementary;
        raw.raw_version = 0x0301;
        raw.outcome = O::ok;
        raw.chain = std::make_shared<Chain>();
        end.row.variants.push_back(raw);
        CHECK(end.verdict(kReachable) == V::warn);
        end.row.variants.front().outcome = O::tls_alert;
        CHECK(end.verdict(kReachable) == V::fail);
    }
}

TEST_CASE("endpoint-reachable: a service that is only usual warns, unless a pool mate answers") {
    auto end = refused_usual();
    const auto alone = end.ask(kReachable);
    CHECK(alone.verdict == V::warn);
    CHECK(alone.fix.find("`services: {ucwa: no}`") != std::string::npos);
    CHECK(alone.evidence.text("listing") == "usual");
    end.bench.seen.pool_mate_answers = true;
    CHECK(end.verdict(kReachable) == V::fail);
    end.bench.seen.pool_mate_answers = false;
    end.bench.target.listing = Listing::core;
    CHECK(end.verdict(kReachable) == V::fail);
    // Something listens there: it is installed, and wrong.
    End wrong(O::not_tls, S::handshake);
    wrong.bench.target.listing = Listing::usual;
    CHECK(wrong.verdict(kReachable) == V::fail);
}

TEST_CASE("endpoint-reachable: no answer from the other side of the deployment is open") {
    for (const auto outcome : {O::unreachable, O::connect_timeout, O::refused, O::dns_failure}) {
        CAPTURE(to_text(outcome));
        End end(outcome, outcome == O::dns_failure ? S::resolve : S::connect);
        if (outcome == O::dns_failure) end.bench.seen.cause = C::no_such_name;
        const auto other = outcome == O::refused ? V::fail : V::inconclusive;
        for (const auto& [vantage, side, verdict] :
             std::initializer_list<std::tuple<const char*, Side, V>>{
                 {"external", Side::internal, other},
                 {"internal", Side::external, other},
                 {"external", Side::external, V::fail},
                 {"internal", Side::internal, V::fail},
                 {"external", Side::unknown, V::fail},
                 {"branch office", Side::internal, V::fail},
                 {"", Side::internal, V::fail}}) {
            end.bench.context.vantage = vantage;
            end.bench.target.side = side;
            CHECK(end.verdict(kReachable) == verdict);
        }
    }
}

TEST_CASE("endpoint-reachable: a skipped address beside one that answers does not count") {
    End end(O::skipped, S::connect);
    end.bench.seen.other_address_answers = true;
    CHECK(end.verdict(kReachable) == V::not_applicable);
    End late(O::refused, S::connect); // one that was asked does count
    late.bench.seen.other_address_answers = true;
    CHECK(late.verdict(kReachable) == V::fail);
}

TEST_CASE("endpoint-reachable: what is expected to be unreachable passes only where it is silent") {
    struct Case {
        O outcome;
        S stage;
        C cause;
        V verdict;
    };
    for (const auto& one : std::initializer_list<Case>{
             {O::refused, S::connect, C::none, V::pass},
             {O::connect_timeout, S::connect, C::none, V::pass},
             {O::connect_timeout, S::connect, C::other_side, V::pass},
             {O::unreachable, S::connect, C::none, V::pass},
             {O::unreachable, S::connect, C::no_route, V::inconclusive},
             {O::dns_failure, S::resolve, C::no_such_name, V::pass},
             {O::dns_failure, S::resolve, C::resolver_failure, V::inconclusive},
             {O::skipped, S::connect, C::none, V::inconclusive},
             {O::interrupted, S::handshake, C::none, V::inconclusive},
             {O::closed, S::handshake, C::none, V::pass},
             {O::not_tls, S::handshake, C::none, V::fail},
             {O::client_certificate_required, S::client_auth, C::none, V::fail},
             {O::ok, S::done, C::none, V::fail}}) {
        CAPTURE(to_text(one.outcome));
        CAPTURE(to_text(one.stage));
        End end(one.outcome, one.stage);
        if (one.outcome == O::not_tls) end.first_bytes = "HTTP/1.1 400";
        end.bench.seen.cause = one.cause;
        end.bench.target.expect = Expectation::unreachable;
        const auto finding = end.ask(kReachable);
        CHECK(finding.verdict == one.verdict);
        CHECK(finding.evidence.text("expected") == "unreachable");
    }
}

TEST_CASE("endpoint-reachable: an ending that cannot be is never a pass") {
    for (const auto& outcome : words<Outcome>())
        for (const auto& stage : words<Stage>())
            for (const auto& probe : words<Probe>()) {
                End end(outcome.value, stage.value, probe.value);
                const bool known = reach_of(outcome.value, stage.value, C::none, probe.value) ||
                                   (stage.value == S::conversation && !end.row.main.tls);
                if (!known) CHECK(end.verdict(kReachable) == V::inconclusive);
            }
}

TEST_CASE("others: who answers, by target and by service of a pool") {
    ScanResult run;
    run.targets.resize(2);
    run.targets[0].pool = run.targets[1].pool = "pool.contoso.com";
    run.targets[0].service = run.targets[1].service = "registrar";
    EndpointRow good, bad;
    good.target = 0;
    good.main.chain = std::make_shared<Chain>();
    bad.target = 1;
    run.endpoints = {good, bad};
    EndpointEvidence evidence;
    Others(run).tell(run.targets[1], bad, evidence);
    CHECK(evidence.pool_mate_answers);
    CHECK_FALSE(evidence.other_address_answers);
    Others(run).tell(run.targets[0], good, evidence);
    CHECK(evidence.other_address_answers);
    run.targets[1].port = 5062;
    Others(run).tell(run.targets[1], bad, evidence);
    CHECK_FALSE(evidence.pool_mate_answers);
    run.endpoints[0].main.chain = nullptr;
    run.targets[1].port = run.targets[0].port;
    Others(run).tell(run.targets[1], bad, evidence);
    CHECK_FALSE(evidence.pool_mate_answers);
}

TEST_CASE("endpoint-reachable: greetings of other services, from their first byte on") {
    for (const auto* bytes : {"SSH-", "220", "+OK", "* OK", "RFB "}) {
        End end(O::not_tls, S::handshake);
        end.first_bytes = bytes;
        CHECK(end.ask(kReachable).evidence.text("cause") == "other_service");
        const auto inside = std::string("x") + bytes;
        end.first_bytes = inside;
        CHECK(end.ask(kReachable).evidence.text("cause").empty());
    }
    for (const auto* bytes : {"<html", "<HTML>", "HTTP/1.0"}) {
        End end(O::not_tls, S::handshake);
        end.first_bytes = bytes;
        CHECK(end.ask(kReachable).evidence.text("cause") == "plain_http");
    }
    End reset(O::reset, S::handshake); // only where that is the outcome
    reset.first_bytes = "SSH-";
    CHECK(reset.ask(kReachable).evidence.text("cause").empty());
}

TEST_CASE("endpoint-reachable: what a hello of our own got counts where it got a certificate") {
    const auto cause = [](auto spoil) {
        End end(O::reset, S::handshake);
        AttemptRow raw;
        raw.role = AttemptRole::supplementary;
        raw.raw_version = 0x0301;
        raw.outcome = O::ok;
        raw.chain = std::make_shared<Chain>();
        spoil(raw, end);
        end.row.variants.push_back(raw);
        return std::string(end.ask(kReachable).evidence.text("cause"));
    };
    CHECK(cause([](AttemptRow&, End&) {}) == "read_in_part");
    CHECK(cause([](AttemptRow& raw, End&) { raw.role = AttemptRole::primary; }).empty());
    CHECK(cause([](AttemptRow& raw, End&) { raw.raw_version = 0; }).empty());
    CHECK(cause([](AttemptRow& raw, End&) { raw.outcome = O::reset; }).empty());
    CHECK(cause([](AttemptRow& raw, End&) { raw.chain = nullptr; }).empty());
    CHECK(cause([](AttemptRow&, End& end) { end.row.main.stage = S::connect; }).empty());
}

TEST_CASE("endpoint-reachable: only a fatal alert that was received in the handshake is the cause"
) {
    for (const auto& [received, fatal] : {std::pair{true, false}, {false, true}}) {
        End end(O::tls_alert, S::handshake);
        auto facts = std::make_shared<TlsFacts>();
        facts->alerts = {
            {.received = received, .fatal = fatal, .code = 112},
            {.received = true, .fatal = true, .code = 40}};
        end.row.main.tls = facts;
        CHECK(end.ask(kReachable).evidence.text("cause") == "nothing_in_common");
    }
    CHECK(End(O::reset, S::handshake).alert(112).ask(kReachable).evidence.text("cause").empty());
}

TEST_CASE("endpoint-reachable: what is known better than the side of the deployment stays") {
    const auto cause = [](O outcome, S stage, C known) {
        End end(outcome, stage);
        end.bench.seen.cause = known;
        end.bench.context.vantage = "external";
        end.bench.target.side = Side::internal;
        return std::string(end.ask(kReachable).evidence.text("cause"));
    };
    CHECK(cause(O::unreachable, S::connect, C::none) == "other_side");
    CHECK(cause(O::unreachable, S::connect, C::no_route) == "no_route");
    CHECK(cause(O::connect_timeout, S::connect, C::run_deadline) == "run_deadline");
    CHECK(cause(O::dns_failure, S::resolve, C::no_such_name) == "other_side");
    CHECK(cause(O::dns_failure, S::resolve, C::no_such_record) == "other_side");
    CHECK(cause(O::dns_failure, S::resolve, C::resolver_silent) == "resolver_silent");
}

TEST_CASE("endpoint-reachable: expected to be silent, and not one byte came") {
    const auto expecting = [](O outcome, S stage, auto spoil) {
        End end(outcome, stage, Probe::av_edge);
        end.bench.target.expect = Expectation::unreachable;
        spoil(end);
        return end.verdict(kReachable);
    };
    const auto plain = [](End&) {};
    for (const auto outcome : {O::reset, O::closed, O::timeout})
        CHECK(expecting(outcome, S::preamble, plain) == V::pass);
    CHECK(expecting(O::protocol_error, S::preamble, plain) == V::fail);
    CHECK(expecting(O::timeout, S::preamble, [](End& end) {
              end.bench.seen.cause = C::udp_silence;
          }) == V::pass);
    CHECK(expecting(O::timeout, S::preamble, [](End& end) { end.first_bytes = "x"; }) == V::fail);
    CHECK(expecting(O::timeout, S::preamble, [](End& end) {
              end.row.main.pseudo_tls = true;
          }) == V::fail);
    CHECK(expecting(O::timeout, S::preamble, [](End& end) {
              end.row.main.tls = std::make_shared<TlsFacts>();
          }) == V::fail);
    CHECK(expecting(O::timeout, S::preamble, [](End& end) {
              end.bench.seen.cause = C::run_deadline;
          }) == V::inconclusive);
}

TEST_CASE("endpoint-reachable: whole findings: usual, with a pool mate, open, unknown") {
    auto end = refused_usual();
    CHECK(
        with_fix(end.ask(kReachable)) ==
        "warn: it ended; the service is stopped, it listens on another port, or a firewall rejects "
        "the connection; ucwa is only usual for this role: it is not installed, stopped or "
        "filtered {outcome=refused, stage=connect, listing=usual} -> start it or let its port "
        "through; where the pool does not run it, write `services: {ucwa: no}`"
    );
    end.bench.target.service = "nonsense";
    CHECK(end.ask(kReachable).message.find("; the service is only usual") != std::string::npos);
    end.bench.seen.pool_mate_answers = true;
    CHECK(end.ask(kReachable).message.ends_with("; another server of the pool answers there"));
    End open(O::local_error, S::connect);
    open.bench.target.listing = Listing::usual;
    CHECK(
        open.ask(kReachable).message ==
        "it ended; this machine is at fault; " + open.ask(kReachable).fix
    );
    End odd(O::starttls_refused, S::connect);
    const std::string report =
        " -> run it again; where it ends so again, report it with the result of --format json";
    CHECK(
        with_fix(odd.ask(kReachable)) ==
        "inconclusive: it ended; no endpoint is known to end so {outcome=starttls_refused, "
        "stage=connect}" +
            report
    );
    odd.bench.target.expect = Expectation::unreachable;
    CHECK(with_fix(odd.ask(kReachable)).ends_with(report));
    CHECK(text_of(End(O::ok, S::done).ask(kReachable)) == "pass");
    End skipped(O::skipped, S::connect);
    skipped.bench.seen.other_address_answers = true;
    CHECK(
        text_of(skipped.ask(kReachable)) == "not_applicable: another address of this name answers"
    );
}

TEST_CASE("others: which endpoints wait for what the others say") {
    Target target;
    EndpointRow row;
    const auto depends = [&](Listing listing, O outcome, S stage) {
        target.listing = listing;
        row.main.outcome = outcome;
        row.main.stage = stage;
        return depends_on_others(target, row);
    };
    CHECK(depends(Listing::listed, O::skipped, S::connect));
    CHECK(!depends(Listing::listed, O::skipped, S::resolve));
    CHECK(!depends(Listing::listed, O::refused, S::connect));
    CHECK(depends(Listing::usual, O::refused, S::connect));
    CHECK(depends(Listing::usual, O::dns_failure, S::resolve));
    CHECK(!depends(Listing::usual, O::reset, S::preamble));
    CHECK(!depends(Listing::core, O::refused, S::connect));
}
