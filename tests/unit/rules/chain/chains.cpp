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

Finding trusted_as(TrustPath::Trust trust, bool configured = false) {
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
    CHECK(text_of(plain) == "pass {ordered=yes, root_included=no}");
    CHECK(!plain.certificate);
    const auto with_root =
        about_chain("chain-order", [](Chain& chain) { chain.root_included = true; });
    CHECK(
        text_of(with_root) == "pass: the root is sent too, which is allowed and not needed "
                              "{ordered=yes, root_included=yes}"
    );
    CHECK(with_root.message.find("root") != std::string::npos);
}

TEST_CASE("chain-order: disorder, repetition and leftovers are warned of") {
    CHECK(
        text_of(about_chain("chain-order", [](Chain& c) { c.ordered = false; })) ==
        "warn: the chain is out of order: a certificate is not issued by the next one {ordered=no, "
        "root_included=no}"
    );
    const auto twice = about_chain("chain-order", [](Chain& c) { c.duplicates = {2}; });
    CHECK(
        text_of(twice) == "warn: the chain repeats a certificate at position 2 {ordered=yes, "
                          "duplicates=[2], root_included=no}"
    );
    CHECK(list_of(twice.evidence, "duplicates") == std::vector<std::string>{"2"});
    const auto extra = about_chain("chain-order", [](Chain& c) { c.extra = {1, 3}; });
    CHECK(
        text_of(extra) == "warn: the chain holds a certificate that does not belong to it, at "
                          "position 1, 3 {ordered=yes, extra=[1; 3], root_included=no}"
    );
    CHECK(list_of(extra.evidence, "extra") == std::vector<std::string>{"1", "3"});
}

TEST_CASE("chain-order: an entry that is no certificate fails") {
    CHECK(
        text_of(about_chain("chain-order", [](Chain& c) { c.unreadable = {1}; })) ==
        "fail: the chain holds something that is no readable certificate, at position 1 "
        "{ordered=yes, unreadable=[1], root_included=no}"
    );
}

TEST_CASE("chain-complete: complete passes, a gap fails with its name, not knowing is inconclusive"
) {
    CHECK(text_of(about_chain("chain-complete", [](Chain& c) { c.complete = true; })) == "pass");
    const auto gap = about_chain("chain-complete", [](Chain& c) {
        c.complete = false;
        c.missing_issuer = "CN=Contoso Issuing CA";
    });
    CHECK(
        text_of(gap) == "fail: the chain ends before CN=Contoso Issuing CA, which is neither sent "
                        "nor a known root {missing_issuer=CN=Contoso Issuing CA}"
    );
    CHECK(gap.evidence.text("missing_issuer") == "CN=Contoso Issuing CA");
    const auto unknown = about_chain("chain-complete", [](Chain& c) { c.complete.reset(); });
    CHECK(
        text_of(unknown) == "inconclusive: the chain ends before an issuer, which may be a root or "
                            "a missing intermediate; give the roots with --ca-file"
    );
    CHECK(unknown.message.find("--ca-file") != std::string::npos);
}

TEST_CASE("chain-trusted: a path passes; none fails where our own anchors are configured") {
    const auto good = trusted_as(TrustPath::Trust::trusted, true);
    CHECK(
        text_of(good) ==
        "pass {anchors=configured, path=[CN=sip.contoso.com; CN=Contoso Issuing CA]}"
    );
    CHECK(good.evidence.text("anchors") == "configured");
    CHECK(list_of(good.evidence, "path").size() == 2);
    const auto bad = trusted_as(TrustPath::Trust::untrusted, true);
    CHECK(
        text_of(bad) ==
        "fail: no path leads to a trust anchor: issuer CN=Contoso Root CA is not an anchor "
        "{anchors=configured, path=[CN=sip.contoso.com; CN=Contoso Issuing CA]}"
    );
    CHECK(bad.message.find("is not an anchor") != std::string::npos);
}

TEST_CASE("chain-trusted: where the server leaves out the next certificate, no root is asked for") {
    Bench bench({server()});
    bench.chain.complete = false;
    bench.chain.missing_issuer = bench.chain.presented.front()->issuer;
    bench.chain.path.trust = TrustPath::Trust::untrusted;
    bench.chain.path.anchors_configured = true;
    bench.chain.path.path = bench.chain.presented;
    const auto gap = bench.ask("chain-trusted");
    CHECK(
        text_of(gap) ==
        "fail: the path ends before CN=Contoso Issuing CA, which the server does "
        "not send and which is no trust anchor; unless that is a root, the server "
        "has to send it before any root can help {missing_issuer=CN=Contoso Issuing "
        "CA, anchors=configured, path=[CN=sip.contoso.com]}"
    );
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
    const auto finding = trusted_as(TrustPath::Trust::unknown);
    CHECK(
        text_of(finding) ==
        "inconclusive: no path leads to one of this system's anchors: issuer CN=Contoso Root CA is "
        "not an anchor; give your own root with --ca-file or trust.ca_files {anchors=system, "
        "path=[CN=sip.contoso.com; CN=Contoso Issuing CA]}"
    );
    CHECK(finding.message.find("--ca-file") != std::string::npos);
}

TEST_CASE("chain-trusted: a search that was given up fails where our own anchors are configured") {
    const auto finding = trusted_as(TrustPath::Trust::gave_up, true);
    CHECK(
        text_of(finding) ==
        "fail: the search for a path was given up at its limit: issuer CN=Contoso Root CA is not "
        "an anchor {limit=issuer CN=Contoso Root CA is not an anchor, anchors=configured, "
        "path=[CN=sip.contoso.com; CN=Contoso Issuing CA]}"
    );
    CHECK(finding.evidence.text("limit") == "issuer CN=Contoso Root CA is not an anchor");
    CHECK(finding.message.find("given up") != std::string::npos);
}

TEST_CASE("chain-trusted: without them, or where nothing was searched, it is inconclusive") {
    const auto finding = trusted_as(TrustPath::Trust::gave_up);
    CHECK(
        text_of(finding) ==
        "inconclusive: the search for a path was given up at its limit: issuer CN=Contoso Root CA "
        "is not an anchor {limit=issuer CN=Contoso Root CA is not an anchor, anchors=system, "
        "path=[CN=sip.contoso.com; CN=Contoso Issuing CA]}"
    );
    CHECK(!finding.evidence.text("limit").empty());
    CHECK(
        text_of(trusted_as(TrustPath::Trust::not_searched)) ==
        "inconclusive: no path was searched: issuer CN=Contoso Root CA is not an anchor "
        "{anchors=system, path=[CN=sip.contoso.com; CN=Contoso Issuing CA]}"
    );
}

TEST_CASE("chain-trusted: dates do not count") {
    Bench bench({server()});
    bench.chain.path.trust = TrustPath::Trust::trusted;
    bench.context.now = at("2040-01-01");
    CHECK(text_of(bench.ask("chain-trusted")) == "pass {anchors=system}");
    CHECK(
        text_of(bench.ask("validity")) ==
        "01 fail: expired on 2027-01-01T00:00:00Z, 4748 days ago {not_before=2025-01-01T00:00:00Z, "
        "not_after=2027-01-01T00:00:00Z, position=0}"
    );
}
