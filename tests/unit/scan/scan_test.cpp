// SPDX-License-Identifier: MIT
// The order of a scan: rounds, deadlines, waiting rows, and what the observer hears when.
#include "pki/identity.h"
#include "probes/autodiscover.h"
#include "unit/scan/play.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::scan_test;

namespace {

using Texts = std::vector<std::string>;

// Every document names one more server of contoso.com: "fe01" names "fe02" and so on.
Observation names_the_next(const Target& target) {
    auto out = shown(target);
    const auto number = target.host.starts_with("fe") ? target.host[3] - '0' : 0;
    out.answer.set(
        probes::autodiscover_answer::kEndpoints,
        Texts{
            "Ucwa https://fe0" + std::to_string(number + 1) + ".contoso.com:443",
            "Redirect https://fe0" + std::to_string(number + 1) + ".contoso.com:443"}
    );
    return out;
}

Deployment discovering() {
    auto first = target("lyncdiscover.contoso.com", Probe::autodiscover);
    first.sip_domain = "contoso.com";
    auto out = deployment({first});
    out.sip_domains = {"contoso.com"};
    return out;
}

pki::IdentityPtr identity(const std::string& id) {
    lab::CertificateSpec spec;
    spec.common_name = "edge.contoso.com";
    spec.dns = {spec.common_name};
    const auto issued = contoso().root.issue(spec);
    auto read = pki::read_identity(id, issued.certificate_pem, issued.key_pem, std::nullopt);
    REQUIRE(read.has_value());
    return *read;
}

} // namespace

TEST_CASE("scan: every target is judged once and stands in list order, however the probes end") {
    Play play;
    Heard heard;
    const auto result =
        run(play, deployment({target("b.contoso.com"), target("a.contoso.com")}), {}, &heard);
    REQUIRE(result.endpoints.size() == 2);
    CHECK(result.endpoints[0].id == "b.contoso.com:443/tls");
    CHECK(result.endpoints[1].id == "a.contoso.com:443/tls");
    CHECK(heard.events == Texts{"identities 0", "a.contoso.com:443/tls", "b.contoso.com:443/tls"});
    for (const auto& row : result.endpoints) {
        const auto* trusted = finding(row.findings, "chain-trusted");
        REQUIRE(trusted != nullptr);
        CHECK(trusted->verdict == Verdict::pass);
    }
    CHECK(result.started_at == parse_time("2026-06-01"));
    CHECK_FALSE(result.interrupted);
}

TEST_CASE("scan: the result is all there when everything else is gone") {
    ScanResult kept;
    {
        Play play;
        kept = run(play, deployment({target("a.contoso.com")}));
    }
    REQUIRE(kept.endpoints.size() == 1);
    const auto moved = std::move(kept);
    const auto* trusted = finding(moved.endpoints.front().findings, "chain-trusted");
    REQUIRE(trusted != nullptr);
    CHECK(moved.endpoints.front().main.chain->path.trust == TrustPath::Trust::trusted);
    CHECK(moved.targets.front().host == "a.contoso.com");
}

TEST_CASE("scan: an interrupt before the end is in the result") {
    Play play;
    const std::atomic<int> interrupts{1};
    CHECK(run(play, deployment({target("a.contoso.com")}), {.interrupts = &interrupts}).interrupted
    );
}

TEST_CASE("scan: only an identity that a target offers is judged and told") {
    Play play;
    Heard heard;
    auto with = target("a.contoso.com");
    with.identity = "used";
    auto without = target("b.contoso.com");
    without.identity = "unused";
    without.mutual = Mutual::none;
    const auto result =
        run(play, deployment({with, without}), {}, &heard, {identity("unused"), identity("used")});
    REQUIRE(result.identities.size() == 1);
    CHECK(result.identities.front().id == "used");
    CHECK(heard.events.front() == "identities 1");
}

TEST_CASE("follow: three rounds behind the first, then a warning") {
    Play play;
    play.show = names_the_next;
    Heard heard;
    const auto result = run(play, discovering(), {.follow = true}, &heard);
    CHECK(
        play.rounds ==
        std::vector<Texts>{
            {"lyncdiscover.contoso.com"},
            {"fe01.contoso.com"},
            {"fe02.contoso.com"},
            {"fe03.contoso.com"}}
    );
    REQUIRE(heard.warnings.size() == 1);
    CHECK(heard.warnings.front().find("--follow ends after 3 rounds") == 0);
    // One vector holds them all, and each row knows its own.
    REQUIRE(result.targets.size() == 4);
    for (const auto& row : result.endpoints)
        CHECK(row.id.starts_with(result.targets[row.target].host));
}

TEST_CASE("follow: not without being asked, nor after the deadline") {
    Play play;
    play.show = names_the_next;
    run(play, discovering());
    CHECK(play.rounds.size() == 1);
    play.end.deadline_reached = true;
    run(play, discovering(), {.follow = true});
    CHECK(play.rounds.size() == 2);
}

TEST_CASE("follow: all rounds share one deadline") {
    Play play;
    play.show = names_the_next;
    auto wanted = discovering();
    wanted.settings.deadline = Milliseconds{60'000};
    run(play, std::move(wanted), {.follow = true});
    REQUIRE(play.engines.size() == 4);
    for (std::size_t i = 1; i < play.engines.size(); ++i) {
        CHECK(*play.engines[i].deadline <= *play.engines[i - 1].deadline);
        CHECK(*play.engines[i].deadline > Milliseconds{0});
    }
}

TEST_CASE("fetch: rows wait until every location was asked, and are judged by what came") {
    Play play;
    Heard heard;
    auto wanted = deployment({target("a.contoso.com"), target("b.contoso.com")});
    wanted.settings.fetch = true;
    auto options = scan::ScanOptions{};
    auto world = play.world();
    std::size_t heard_before = 0;
    world.fetch = [&](const std::vector<fetch::Request>& requests, const fetch::Options&,
                      const std::function<void(std::size_t, fetch::Answer &&)>& done) {
        heard_before = std::max(heard_before, heard.events.size());
        for (std::size_t i = 0; i < requests.size(); ++i)
            done(i, {.outcome = FetchOutcome::refused, .detail = "connection refused"});
    };
    options.world = world;
    auto plan = scan::prepare(std::move(wanted));
    REQUIRE(plan.has_value());
    const auto result = scan::scan(
        std::move(*plan), options, {.anchors = contoso().anchors(), .identities = {}}, heard
    );
    REQUIRE(result.has_value());
    CHECK(heard_before == 0);
    CHECK(heard.events == Texts{"identities 0", "b.contoso.com:443/tls", "a.contoso.com:443/tls"});
    CHECK(result->fetched);
    REQUIRE(result->locations.size() == 1); // both certificates name the same list
    for (const auto& row : result->endpoints)
        CHECK(finding(row.findings, "crl-reachable") != nullptr);
}

TEST_CASE("scan: what is waited for one chain's locations is bounded, and said") {
    Play play;
    Heard heard;
    auto spec = lab::CertificateSpec{.common_name = "a.contoso.com", .dns = {"a.contoso.com"}};
    spec.crl_urls = {{"http://a.example/1", "http://a.example/2", "http://a.example/3"}};
    play.show = [&](const Target& to) {
        auto seen = shown(to);
        seen.presented = {contoso().root.issue(spec).certificate_der};
        return seen;
    };
    auto wanted = deployment({target("a.contoso.com")});
    wanted.settings.fetch = true;
    auto options = scan::ScanOptions{};
    options.world = play.world();
    options.world.fetch = [](const std::vector<fetch::Request>& requests, const fetch::Options& how,
                             const std::function<void(std::size_t, fetch::Answer &&)>& done) {
        CHECK(how.deadline.has_value()); // ten minutes for all
        for (std::size_t i = 0; i < requests.size(); ++i) {
            const auto reason = how.refusal(i);
            if (reason.empty())
                done(i, {.outcome = FetchOutcome::timeout, .milliseconds = 30'000});
            else
                done(i, {.outcome = FetchOutcome::limit_exceeded, .detail = reason});
        }
    };
    auto plan = scan::prepare(std::move(wanted));
    REQUIRE(plan.has_value());
    const auto result = scan::scan(
        std::move(*plan), options, {.anchors = contoso().anchors(), .identities = {}}, heard
    );
    REQUIRE(result.has_value());
    REQUIRE(result->locations.size() >= 3);
    CHECK(result->locations[1]->outcome == FetchOutcome::timeout);
    CHECK(result->locations[2]->outcome == FetchOutcome::limit_exceeded);
    CHECK(result->locations[2]->detail.find("1m") != std::string::npos);
    CHECK(heard.fetched == std::pair<std::size_t, std::size_t>{3, 3});
}

TEST_CASE("prepare: a choice that matches nothing is a mistake, a shard may be empty") {
    const auto all = [] { return deployment({target("a.contoso.com"), target("b.contoso.com")}); };
    const auto none = scan::prepare(all(), {.names = {"c*"}});
    REQUIRE(none.has_error());
    CHECK(
        none.error().what.find("no target, host, server or pool is called 'c*'") !=
        std::string::npos
    );
    const auto one = scan::prepare(all(), {.names = {"b*"}});
    REQUIRE(one.has_value());
    REQUIRE(one->deployment.targets.size() == 1);
    CHECK(one->deployment.targets.front().id_base == "b.contoso.com:443/tls");
    CHECK(one->declared.in_part);
    auto pooled = all();
    pooled.targets.front().server = "FE01.contoso.local";
    pooled.targets.front().pool = "pool.contoso.local";
    for (const char* glob :
         {"fe01*", "POOL.contoso.local", "A.CONTOSO.COM", "a.contoso.com:443/t*"}) {
        const auto chosen = scan::prepare(pooled, {.names = {glob}});
        REQUIRE(chosen.has_value());
        REQUIRE(chosen->deployment.targets.size() == 1);
        CHECK(chosen->deployment.targets.front().id_base == "a.contoso.com:443/tls");
    }
    const auto shard = scan::prepare(all(), {.shard = 2, .shards = 3});
    REQUIRE(shard.has_value());
    CHECK(shard->deployment.targets.empty());
    auto strange = all();
    strange.settings.only = {"no-such-rule"};
    CHECK(scan::prepare(std::move(strange)).has_error());
}

TEST_CASE("prepare: a name that others told is ours where it lies in a SIP domain of ours") {
    Deployment deployment;
    deployment.sip_domains = {"contoso.example"};
    for (const auto* host : {"edge.contoso.example", "edge.fabrikam.example"}) {
        auto& target = deployment.targets.emplace_back();
        target.host = host;
        target.learnt = true;
    }
    const auto plan = scan::prepare(std::move(deployment));
    CHECK_FALSE(plan->deployment.targets[0].learnt);
    CHECK(plan->deployment.targets[1].learnt);
}
