// SPDX-License-Identifier: MIT
// Counting and the exit code (what the codes mean is the program's promise to scripts).
#include "rules/verdicts/summary.h"
#include "unit/rules/subjects.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

// Scenario builds a run of a few rows.
struct Scenario {
    FindingPool pool;
    ScanResult run;

    EndpointRow& judged_row(std::size_t target = 0) {
        auto& it = add(target, Outcome::ok);
        it.main.chain = std::make_shared<const Chain>(rules::testing::Bench().chain);
        return it;
    }
    EndpointRow& add(std::size_t target, Outcome outcome) {
        auto& it = run.endpoints.emplace_back();
        it.main.outcome = outcome;
        it.main.stage = Stage::connect;
        it.target = target;
        run.targets.resize(std::max(run.targets.size(), target + 1));
        return it;
    }
    const Finding* finding(Verdict verdict, std::optional<std::string> waived = {}) {
        Finding it;
        it.rule = "server-eku";
        it.verdict = verdict;
        it.waived = std::move(waived);
        return pool.keep(std::move(it));
    }
    int exit_code(std::optional<Verdict> fail_on = Verdict::fail) const {
        return rules::summarise(run, fail_on).exit_code;
    }
};

} // namespace

TEST_CASE("exit code: 0 when everything was judged and nothing reached the threshold") {
    Scenario it;
    CHECK(it.exit_code() == 0);
    it.judged_row().findings = {
        it.finding(Verdict::pass), it.finding(Verdict::inconclusive), it.finding(Verdict::warn)};
    CHECK(it.exit_code() == 0);
    CHECK(it.exit_code(Verdict::warn) == 1);
}

TEST_CASE("exit code: 1 for a finding, also when an endpoint could not be judged, never with "
          "--fail-on never") {
    Scenario it;
    it.judged_row().findings = {it.finding(Verdict::fail)};
    CHECK(it.exit_code() == 1);
    it.add(1, Outcome::refused);
    CHECK(it.exit_code() == 1);
    CHECK(it.exit_code(std::nullopt) == 3);
}

TEST_CASE("exit code: a waived finding does not count, but is counted as waived") {
    Scenario it;
    it.judged_row().findings = {it.finding(Verdict::fail, "known"), it.finding(Verdict::pass)};
    const auto summary = rules::summarise(it.run, Verdict::fail);
    CHECK(summary.exit_code == 0);
    CHECK(summary.waived == 1);
    CHECK(summary.verdicts.count(Verdict::fail) == 0);
    CHECK(summary.worst == Verdict::pass);
}

TEST_CASE("exit code: our own identity's findings count like a server's") {
    Scenario it;
    it.judged_row();
    it.run.identities.push_back({"edge", nullptr, {it.finding(Verdict::fail)}});
    CHECK(it.exit_code() == 1);
}

TEST_CASE("exit code: 3 when an endpoint could not be judged") {
    for (const auto outcome :
         {Outcome::refused, Outcome::timeout, Outcome::dns_failure, Outcome::not_tls,
          Outcome::tls_alert}) {
        Scenario it;
        it.judged_row(), it.add(0, outcome); // of the same target: only skipped ones are forgiven
        CHECK(it.exit_code() == 3);
    }
}

TEST_CASE("exit code: a chain or pseudo-TLS is enough to be judged, also in a further attempt") {
    Scenario it;
    it.judged_row().main.outcome = Outcome::client_certificate_required;
    it.add(1, Outcome::ok).main.pseudo_tls = true;
    auto& by_variant = it.add(2, Outcome::tls_alert);
    by_variant.variants.emplace_back().chain = it.run.endpoints[0].main.chain;
    CHECK(it.exit_code() == 0);
}

TEST_CASE("exit code: a skipped address is forgiven only where its target was judged on another") {
    Scenario it;
    it.judged_row(0);
    it.add(0, Outcome::skipped);
    CHECK(it.exit_code() == 0);
    it.add(1, Outcome::skipped);
    CHECK(it.exit_code() == 3);
    CHECK(rules::summarise(it.run, Verdict::fail).unjudged == 1);
}

TEST_CASE(
    "exit code: what the run's deadline cut off is not judged, whatever else its target showed"
) {
    Scenario it;
    it.judged_row(0);
    it.add(0, Outcome::skipped).main.stage = Stage::resolve;
    CHECK(it.exit_code() == 3);
}

TEST_CASE("exit code: 3 when fetching was cut short, and no finding counts") {
    Scenario it;
    auto& row = it.judged_row();
    auto location = std::make_shared<FetchedLocation>();
    it.run.locations = {location};
    location->outcome = FetchOutcome::limit_exceeded;
    CHECK(it.exit_code() == 0);
    location->outcome = FetchOutcome::skipped;
    CHECK(it.exit_code() == 3);
    row.findings = {it.finding(Verdict::fail)};
    CHECK(it.exit_code() == 1);
}

TEST_CASE("exit code: 130 when interrupted, before every other") {
    Scenario it;
    it.judged_row().findings = {it.finding(Verdict::fail)};
    it.run.interrupted = true;
    CHECK(it.exit_code() == 130);
}

TEST_CASE("exit code: a file that cannot be read makes 2 and wins over a finding") {
    Scenario it;
    it.run.files.push_back({"a.pem", "", nullptr, {it.finding(Verdict::fail)}});
    CHECK(it.exit_code() == 1);
    it.run.files.push_back({"b.pem", "no such file", nullptr, {}});
    CHECK(it.exit_code() == 2);
}

TEST_CASE("exit code: each verdict against each threshold") {
    const Verdict from_good_to_bad[] = {
        Verdict::not_applicable, Verdict::pass, Verdict::inconclusive, Verdict::warn,
        Verdict::fail};
    for (const auto verdict : from_good_to_bad) {
        CAPTURE(to_text(verdict));
        Scenario it;
        it.judged_row().findings = {it.finding(verdict)};
        CHECK(it.exit_code(Verdict::fail) == (verdict == Verdict::fail ? 1 : 0));
        CHECK(
            it.exit_code(Verdict::warn) ==
            (verdict == Verdict::fail || verdict == Verdict::warn ? 1 : 0)
        );
        CHECK(it.exit_code(std::nullopt) == 0);
        const auto summary = rules::summarise(it.run, Verdict::fail);
        CHECK(summary.worst == verdict);
        CHECK(summary.verdicts.at(verdict) == 1);
    }
    Scenario nothing;
    CHECK(nothing.exit_code() == 0);
    CHECK(!rules::summarise(nothing.run, Verdict::fail).worst);
    // The worst counts, wherever it is among the others, of all kinds of rows.
    for (const std::size_t place : {0, 1, 2}) {
        Scenario it;
        auto& row = it.judged_row();
        for (const std::size_t i : {0, 1, 2})
            row.findings.push_back(it.finding(i == place ? Verdict::fail : Verdict::warn));
        CHECK(rules::summarise(it.run, Verdict::fail).worst == Verdict::fail);
    }
    Scenario of_run;
    of_run.judged_row();
    of_run.run.topology = {{of_run.finding(Verdict::fail), {0}}};
    CHECK(of_run.exit_code() == 1);
    Scenario of_domain;
    auto domain = of_domain.run.domains.emplace_back();
    domain.findings = {*of_domain.finding(Verdict::fail)};
    of_domain.run.domains = {domain};
    CHECK(of_domain.exit_code() == 1);
}

TEST_CASE("exit code: of federation go or no-go alone") {
    const auto of = [](std::vector<GoLive> verdicts) {
        Scenario it;
        it.judged_row().findings = {it.finding(Verdict::fail)};
        for (const auto verdict : verdicts) {
            auto& row = it.run.federation.emplace_back();
            row.verdict = verdict;
        }
        return it.exit_code();
    };
    CHECK(of({}) == 1);
    CHECK(of({GoLive::ready}) == 0); // what a rule says counts as far as it decides that
    CHECK(of({GoLive::ready, GoLive::cannot_tell}) == 3);
    CHECK(of({GoLive::cannot_tell, GoLive::will_fail, GoLive::ready}) == 1);
}
