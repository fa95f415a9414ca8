// SPDX-License-Identifier: MIT
// What is tried on an endpoint, and what next.
#include "plan/plan.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

Target with_identity(Mutual mutual) {
    Target target;
    target.host = "sip.contoso.com";
    target.probe = Probe::sip;
    target.identity = "edge";
    target.mutual = mutual;
    return target;
}

Observation seen(const Attempt& attempt, Outcome outcome, Stage stage) {
    Observation out;
    out.attempt = attempt;
    out.outcome = outcome;
    out.stage = stage;
    return out;
}

} // namespace

TEST_CASE("the first attempt sends the host's name and offers the identity unless mutual is none") {
    for (const auto mutual : {Mutual::automatic, Mutual::both}) {
        const auto attempt = plan::first_attempt(with_identity(mutual));
        CHECK(attempt.label == (mutual == Mutual::both ? "with-client-certificate" : ""));
        CHECK(attempt.handshake.server_name == "sip.contoso.com");
        CHECK(attempt.handshake.identity == "edge");
        CHECK(attempt.probe == Probe::sip);
    }
    CHECK(plan::first_attempt(with_identity(Mutual::none)).handshake.identity.empty());

    auto target = with_identity(Mutual::automatic);
    target.sni = "";
    CHECK(plan::first_attempt(target).handshake.server_name.empty());
    target.sni.reset();
    target.host = "2001:db8::1";
    CHECK(plan::first_attempt(target).handshake.server_name.empty());
}

TEST_CASE("mutual: both tries once more without the certificate, and then is finished") {
    auto target = with_identity(Mutual::both);
    target.sni = "other.contoso.com";
    const auto first = seen(plan::first_attempt(target), Outcome::ok, Stage::done);
    const auto further = plan::further_attempts(target, {first});
    REQUIRE(further.size() == 1);
    CHECK(further[0].label == "without-client-certificate");
    CHECK(further[0].handshake.identity.empty());
    CHECK(further[0].handshake.server_name == "other.contoso.com");
    CHECK(further[0].probe == Probe::sip);
    const auto second = seen(further[0], Outcome::client_certificate_required, Stage::client_auth);
    CHECK(plan::further_attempts(target, {first, second}).empty());
}

TEST_CASE("there is nothing to vary without an identity, or unless both ways were asked for") {
    auto target = with_identity(Mutual::both);
    target.identity.clear();
    CHECK(plan::further_attempts(target, {seen({}, Outcome::ok, Stage::done)}).empty());
    for (const auto mutual : {Mutual::automatic, Mutual::none})
        CHECK(plan::further_attempts(with_identity(mutual), {seen({}, Outcome::ok, Stage::done)})
                  .empty());
    CHECK(plan::further_attempts(with_identity(Mutual::both), {}).empty());
}

TEST_CASE("the second way is tried only where the first reached the handshake") {
    const auto target = with_identity(Mutual::both);
    const std::vector<std::pair<Outcome, Stage>> never{
        {Outcome::dns_failure, Stage::resolve},     {Outcome::refused, Stage::connect},
        {Outcome::unreachable, Stage::connect},     {Outcome::connect_timeout, Stage::connect},
        {Outcome::timeout, Stage::preamble},        {Outcome::starttls_refused, Stage::preamble},
        {Outcome::skipped, Stage::resolve},         {Outcome::interrupted, Stage::handshake},
        {Outcome::interrupted, Stage::conversation}};
    for (const auto& [outcome, stage] : never) {
        CAPTURE(to_text(outcome));
        CHECK(plan::further_attempts(target, {seen(plan::first_attempt(target), outcome, stage)})
                  .empty());
    }
    const std::vector<std::pair<Outcome, Stage>> again{
        {Outcome::ok, Stage::done},
        {Outcome::tls_alert, Stage::handshake},
        {Outcome::timeout, Stage::handshake},
        {Outcome::client_certificate_rejected, Stage::client_auth},
        {Outcome::protocol_error, Stage::conversation}};
    for (const auto& [outcome, stage] : again) {
        CAPTURE(to_text(outcome));
        CHECK(
            plan::further_attempts(target, {seen(plan::first_attempt(target), outcome, stage)})
                .size() == 1
        );
    }
}

TEST_CASE("an A/V Edge that hangs up on the first hello is offered the constant one, once") {
    auto target = with_identity(Mutual::both);
    target.probe = Probe::av_edge;
    const auto attempt = plan::first_attempt(target);
    CHECK(attempt.label.empty()); // no certificate is asked for, so there is nothing to vary
    for (const auto outcome : {Outcome::closed, Outcome::reset}) {
        const auto first = seen(attempt, outcome, Stage::preamble);
        const auto further = plan::further_attempts(target, {first});
        REQUIRE(further.size() == 1);
        CHECK(further[0].label == "constant-hello");
        CHECK(further[0].probe == Probe::av_edge);
        CHECK(plan::further_attempts(target, {first, seen(further[0], outcome, Stage::preamble)})
                  .empty());
        auto answered = first;
        answered.pseudo_tls = true;
        CHECK(plan::further_attempts(target, {answered}).empty());
    }
    for (const auto outcome :
         {Outcome::timeout, Outcome::ok, Outcome::tls_alert, Outcome::protocol_error})
        CHECK(plan::further_attempts(target, {seen(attempt, outcome, Stage::preamble)}).empty());
    CHECK(plan::further_attempts(target, {seen(attempt, Outcome::reset, Stage::connect)}).empty());
    target.transport = Transport::udp;
    CHECK(plan::further_attempts(target, {seen(attempt, Outcome::reset, Stage::preamble)}).empty());
}
