// SPDX-License-Identifier: MIT
// Rules chain-order, chain-complete and chain-trusted.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

template <class Spoil>
Finding about_chain(std::string_view rule, Spoil spoil) {
    Bench bench({server(), intermediate()});
    spoil(bench.chain);
    return bench.ask(rule);
}

Finding trusted_as(PathFacts::Trust trust, bool configured = false) {
    return about_chain("chain-trusted", [&](Chain& chain) {
        chain.path.trust = trust;
        chain.path.anchors_configured = configured;
        chain.path.why = "issuer CN=Contoso Root CA is not an anchor";
        chain.path.path = chain.presented;
    });
}

} // namespace

TEST_CASE("chain-order: a chain in order passes, with its root too") {
    const auto plain = about_chain("chain-order", [](Chain&) {});
    CHECK(plain.verdict == Verdict::pass);
    CHECK(!plain.certificate);
    const auto with_root =
        about_chain("chain-order", [](Chain& chain) { chain.root_included = true; });
    CHECK(with_root.verdict == Verdict::pass);
    CHECK(with_root.message.find("root") != std::string::npos);
}

TEST_CASE("chain-order: disorder, repetition and leftovers are warned of") {
    CHECK(about_chain("chain-order", [](Chain& c) { c.ordered = false; }).verdict == Verdict::warn);
    const auto twice = about_chain("chain-order", [](Chain& c) { c.duplicates = {2}; });
    CHECK(twice.verdict == Verdict::warn);
    CHECK(list_of(twice.evidence, "duplicates") == std::vector<std::string>{"2"});
    const auto extra = about_chain("chain-order", [](Chain& c) { c.extra = {1, 3}; });
    CHECK(extra.verdict == Verdict::warn);
    CHECK(list_of(extra.evidence, "extra") == std::vector<std::string>{"1", "3"});
}

TEST_CASE("chain-order: an entry that is no certificate fails") {
    CHECK(about_chain("chain-order", [](Chain& c) {
              c.unreadable = {1};
          }).verdict == Verdict::fail);
}

TEST_CASE("chain-complete: complete passes, a gap fails with its name, not knowing is inconclusive"
) {
    CHECK(about_chain("chain-complete", [](Chain& c) {
              c.complete = true;
          }).verdict == Verdict::pass);
    const auto gap = about_chain("chain-complete", [](Chain& c) {
        c.complete = false;
        c.missing_issuer = "CN=Contoso Issuing CA";
    });
    CHECK(gap.verdict == Verdict::fail);
    CHECK(gap.evidence.text("missing_issuer") == "CN=Contoso Issuing CA");
    const auto unknown = about_chain("chain-complete", [](Chain& c) { c.complete.reset(); });
    CHECK(unknown.verdict == Verdict::inconclusive);
    CHECK(unknown.message.find("--ca-file") != std::string::npos);
}

TEST_CASE("chain-trusted: a path passes; none fails where our own anchors are configured") {
    const auto good = trusted_as(PathFacts::Trust::trusted, true);
    CHECK(good.verdict == Verdict::pass);
    CHECK(good.evidence.text("anchors") == "configured");
    CHECK(list_of(good.evidence, "path").size() == 2);
    const auto bad = trusted_as(PathFacts::Trust::untrusted, true);
    CHECK(bad.verdict == Verdict::fail);
    CHECK(bad.message.find("is not an anchor") != std::string::npos);
}

TEST_CASE("chain-trusted: where the server leaves out the next certificate, no root is asked for") {
    Bench bench({server()});
    bench.chain.complete = false;
    bench.chain.missing_issuer = bench.chain.presented.front()->issuer;
    bench.chain.path.trust = PathFacts::Trust::untrusted;
    bench.chain.path.anchors_configured = true;
    bench.chain.path.path = bench.chain.presented;
    const auto gap = bench.ask("chain-trusted");
    CHECK(gap.verdict == Verdict::fail);
    CHECK(gap.evidence.text("missing_issuer") == bench.chain.missing_issuer);
    CHECK(gap.message.find("the server has to send it") != std::string::npos);
    CHECK(gap.fix.starts_with("where the server leaves out an intermediate"));
    // A gap on another way is not what this way ends in.
    bench.chain.missing_issuer = "CN=Another CA";
    CHECK(!bench.ask("chain-trusted").evidence.find("missing_issuer"));
}

TEST_CASE(
    "chain-trusted: with the system's anchors only, no path is inconclusive and asks for the root"
) {
    const auto finding = trusted_as(PathFacts::Trust::unknown);
    CHECK(finding.verdict == Verdict::inconclusive);
    CHECK(finding.message.find("--ca-file") != std::string::npos);
}

TEST_CASE("chain-trusted: a search that was given up fails where our own anchors are configured") {
    const auto finding = trusted_as(PathFacts::Trust::gave_up, true);
    CHECK(finding.verdict == Verdict::fail);
    CHECK(finding.evidence.text("limit") == "issuer CN=Contoso Root CA is not an anchor");
    CHECK(finding.message.find("given up") != std::string::npos);
}

TEST_CASE("chain-trusted: without them, or where nothing was searched, it is inconclusive") {
    const auto finding = trusted_as(PathFacts::Trust::gave_up);
    CHECK(finding.verdict == Verdict::inconclusive);
    CHECK(!finding.evidence.text("limit").empty());
    CHECK(trusted_as(PathFacts::Trust::not_searched).verdict == Verdict::inconclusive);
}

TEST_CASE("chain-trusted: dates do not count") {
    Bench bench({server()});
    bench.chain.path.trust = PathFacts::Trust::trusted;
    bench.context.now = at("2040-01-01");
    CHECK(bench.verdict("chain-trusted") == Verdict::pass);
    CHECK(bench.verdict("validity") == Verdict::fail);
}
