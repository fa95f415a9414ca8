// SPDX-License-Identifier: MIT
// Rules chain-order, chain-complete and chain-trusted.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

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

TEST_CASE("chain-order: the reverse order is said") {
    const auto behind = about_chain("chain-order", [](Chain& c) {
        c.ordered = false;
        c.reversed = true;
    });
    CHECK(
        text_of(behind) == "warn: the certificates behind the server certificate are sent in "
                           "reverse order, the highest first {ordered=no, root_included=no}"
    );
    Bench all({intermediate(), server()});
    all.chain.ordered = false;
    all.chain.reversed = true;
    CHECK(
        text_of(all.ask("chain-order")) ==
        "warn: the certificates are sent in reverse order: the server certificate has to be the "
        "first, and each one issued by the next {ordered=no, root_included=no}"
    );
}

TEST_CASE("chain-complete: a CA of that name with another key is said") {
    const auto finding = about_chain("chain-complete", [](Chain& c) {
        c.complete = false;
        c.missing_issuer = "CN=Contoso Issuing CA";
        c.issuer_rekeyed = true;
    });
    CHECK(
        text_of(finding) ==
        "fail: a CA of the name CN=Contoso Issuing CA was sent or is known here, with another key: "
        "the CA was renewed with a new key, and its certificate for the key that signed is missing "
        "{missing_issuer=CN=Contoso Issuing CA}"
    );
    CHECK(finding.fix.starts_with("install the CA certificate with the key that signed"));
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
        with_fix(unknown) == "inconclusive: the chain ends before an issuer, which may be a root "
                             "or a missing intermediate -> give the roots with --ca-file or "
                             "trust.ca_files, and run it again"
    );
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
    CHECK(
        with_fix(trusted_as(TrustPath::Trust::unknown)) ==
        "inconclusive: no path leads to one of this system's anchors: issuer CN=Contoso Root CA is "
        "not an anchor {anchors=system, path=[CN=sip.contoso.com; CN=Contoso Issuing CA]} -> give "
        "your own root with --ca-file or trust.ca_files, and run it again"
    );
}

TEST_CASE("chain-trusted: a search that was given up, or none, is inconclusive, whatever anchors "
          "there are") {
    for (const bool configured : {true, false})
        CHECK(
            with_fix(trusted_as(TrustPath::Trust::gave_up, configured)) ==
            fmt::format(
                "inconclusive: the search for a path was given up at its limit: issuer CN=Contoso "
                "Root CA is not an anchor {{limit=issuer CN=Contoso Root CA is not an anchor, "
                "anchors={}, path=[CN=sip.contoso.com; CN=Contoso Issuing CA]}} -> remove the "
                "certificates that the server sends and does not need, and run it again",
                configured ? "configured" : "system"
            )
        );
    CHECK(
        with_fix(trusted_as(TrustPath::Trust::not_searched)) ==
        "inconclusive: no path was searched: issuer CN=Contoso Root CA is not an anchor "
        "{anchors=system, path=[CN=sip.contoso.com; CN=Contoso Issuing CA]} -> look at what the "
        "server sends: openssl s_client -showcerts"
    );
}

TEST_CASE("chain-trusted: what RFC 5280 forbids fails, with the fix for it, with and without an "
          "anchor") {
    using Kind = PathFlaw::Kind;
    const auto flawed = [](TrustPath::Trust trust, std::vector<PathFlaw> flaws) {
        return about_chain("chain-trusted", [&](Chain& chain) {
            chain.path.trust = trust;
            chain.path.flaws = std::move(flaws);
        });
    };
    const std::pair<Kind, std::string_view> fixes[] = {
        {Kind::critical_extension, "without the critical extension"},
        {Kind::not_a_ca, "basicConstraints CA:TRUE and keyCertSign"},
        {Kind::path_length, "with a larger path length"},
        {Kind::server_key_usage, "from a template for servers"},
        {Kind::name_constraints, "with names that the CA may certify"}};
    for (const auto& [kind, fix] : fixes) {
        const auto finding = flawed(TrustPath::Trust::invalid, {{kind, 0, "it is wrong"}});
        CHECK(text_of(finding) == "fail: it is wrong {flaws=[it is wrong], anchors=system}");
        CHECK(finding.fix.find(fix) != std::string::npos);
    }
    const PathFlaw wrong{Kind::not_a_ca, 1, "a"}, open{Kind::names_not_compared, 0, "b"};
    CHECK(
        text_of(flawed(TrustPath::Trust::untrusted, {open, wrong, wrong})) ==
        "fail: a; a; besides, no path leads to a trust anchor {flaws=[a; a], anchors=system}"
    );
    CHECK(
        text_of(flawed(TrustPath::Trust::unknown, {wrong})) == "fail: a {flaws=[a], anchors=system}"
    );
    CHECK(
        with_fix(flawed(TrustPath::Trust::trusted, {open})) ==
        "inconclusive: b {anchors=system} -> check the path where it can be compared: on Windows "
        "with certutil -verify FILE, or with openssl verify"
    );
    // Without an anchor what cannot be compared is not the first question.
    CHECK(
        text_of(flawed(TrustPath::Trust::untrusted, {open})) ==
        "fail: no path leads to a trust anchor {anchors=system}"
    );
}

TEST_CASE("chain-complete: a certificate known from a CA file only, and what fetching came to") {
    struct Row {
        bool unpresented, fetched_path;
        std::optional<bool> complete;
        bool fetched, completed;
        const char *missing, *expected;
    };
    const Row rows[] = {
        {true, false, true, false, false, "",
         "fail: the server does not send a CA certificate of the path; the certificate is known "
         "here from a CA file only, and a peer that does not have it cannot build the path"},
        {true, false, false, false, false, "CN=X",
         "fail: the server does not send CN=X; the certificate is known here from a CA file only, "
         "and a peer that does not have it cannot build the path {missing_issuer=CN=X}"},
        {true, true, true, true, true, "", "pass"},
        {false, true, true, true, true, "", "pass"},
        {false, false, false, true, true, "CN=X",
         "fail: the chain ends before CN=X, which is neither sent nor a known root; the caIssuers "
         "locations complete it, so Windows gets by, and phones, gateways and other peers that do "
         "not fetch it do not {missing_issuer=CN=X, completed_by_fetch=yes}"},
        {false,
         false,
         {},
         true,
         false,
         "CN=X",
         "fail: the chain ends before CN=X, which is neither sent nor a known root; the caIssuers "
         "locations do not complete it either {missing_issuer=CN=X, completed_by_fetch=no}"},
        {false,
         false,
         {},
         false,
         false,
         "CN=X",
         "inconclusive: the chain ends before CN=X, which may be a root or a missing intermediate "
         "{missing_issuer=CN=X}"}};
    for (const auto& row : rows) {
        CAPTURE(row.expected);
        const auto finding = about_chain("chain-complete", [&](Chain& c) {
            c.path.used_unpresented = row.unpresented;
            c.path.used_fetched = row.fetched_path;
            c.complete = row.complete;
            if (row.fetched) c.fetched = {c.presented.back()};
            c.completed_by_fetch = row.completed;
            c.missing_issuer = row.missing;
        });
        CHECK(text_of(finding) == row.expected);
    }
}

TEST_CASE("chain-trusted: only a gap where this path ends hides the question of the root") {
    const auto ends = [](auto spoil) {
        const auto finding = about_chain("chain-trusted", [&](Chain& c) {
            c.complete = false;
            c.missing_issuer = c.presented.back()->issuer;
            c.path.trust = TrustPath::Trust::untrusted;
            c.path.path = c.presented;
            spoil(c);
        });
        return std::string(finding.evidence.text("missing_issuer"));
    };
    CHECK(ends([](Chain&) {}) == "CN=Contoso Root CA");
    CHECK(ends([](Chain& c) { c.complete = true; }).empty());
    CHECK(ends([](Chain& c) { c.complete.reset(); }).empty());
    CHECK(ends([](Chain& c) { c.missing_issuer.clear(); }).empty());
    CHECK(ends([](Chain& c) { c.path.path.clear(); }).empty());
    CHECK(ends([](Chain& c) { c.missing_issuer = "CN=Another CA"; }).empty());
}

TEST_CASE("chain-trusted: a path by way of what was fetched or is not sent says so") {
    const auto finding = about_chain("chain-trusted", [](Chain& c) {
        c.path.trust = TrustPath::Trust::trusted;
        c.path.used_fetched = c.path.used_unpresented = true;
    });
    CHECK(
        text_of(finding) == "pass: by way of a certificate that only a caIssuers location gave "
                            "{anchors=system, used_unpresented=yes}"
    );
}

TEST_CASE("chain-order: what is said first, and a reversed chain that begins with a CA") {
    const auto all_wrong = [](int from) {
        const auto finding = about_chain("chain-order", [&](Chain& c) {
            if (from < 1) c.unreadable = {3};
            if (from < 2) c.reversed = true;
            if (from < 3) c.duplicates = {2};
            if (from < 4) c.extra = {1};
            c.ordered = false;
            c.root_included = true;
        });
        return finding.message;
    };
    CHECK(all_wrong(0).find("no readable certificate, at position 3") != std::string::npos);
    CHECK(all_wrong(1).find("reverse order, the highest first") != std::string::npos);
    CHECK(all_wrong(2).find("repeats a certificate at position 2") != std::string::npos);
    CHECK(all_wrong(3).find("does not belong to it, at position 1") != std::string::npos);
    CHECK(all_wrong(4).find("out of order") != std::string::npos);
    // Whether the first may be a CA: by its constraints, or since it is like a root.
    const auto first = [](auto spoil) {
        auto certificate = server();
        spoil(certificate);
        Bench bench({certificate, intermediate()});
        bench.chain.reversed = true;
        return bench.ask("chain-order").message.find("has to be the first") != std::string::npos;
    };
    CHECK(first([](Certificate& c) { c.root_like = true; }));
    CHECK(first([](Certificate& c) {
        c.basic_constraints = Certificate::BasicConstraints{.ca = true, .path_length = {}};
    }));
    CHECK(!first([](Certificate& c) {
        c.basic_constraints = Certificate::BasicConstraints{.ca = false, .path_length = {}};
    }));
    CHECK(!first([](Certificate&) {}));
}

TEST_CASE("leaf-outlives-issuer: whole days count, and what has no date is passed over") {
    const auto verdict = [](Time leaf, std::vector<std::optional<Time>> above) {
        std::vector<CertificatePtr> path;
        const auto add = [&](std::optional<Time> end) {
            auto one = server();
            one.not_after = end;
            path.push_back(std::make_shared<const Certificate>(one));
        };
        add(leaf);
        for (const auto& end : above)
            add(end);
        Bench bench({server()});
        bench.chain.presented = {path[0]};
        bench.chain.path.path = path;
        return bench.verdict("leaf-outlives-issuer");
    };
    const auto day = at("2027-01-02");
    const std::chrono::seconds second{1};
    CHECK(verdict(day + std::chrono::hours{23}, {day}) == Verdict::pass); // on the same day
    CHECK(verdict(day, {day - second}) == Verdict::warn);
    CHECK(verdict(day, {std::nullopt, day - second}) == Verdict::warn);
    CHECK(verdict(day, {std::nullopt}) == Verdict::not_applicable);
    Bench undated({server()});
    auto leaf = server();
    leaf.not_after.reset();
    undated.chain.presented = {std::make_shared<const Certificate>(leaf)};
    undated.chain.path.path = {undated.chain.presented[0], undated.chain.presented[0]};
    CHECK(undated.verdict("leaf-outlives-issuer") == Verdict::not_applicable);
}

TEST_CASE("leaf-outlives-issuer: the earliest end above the server certificate counts") {
    Bench bench({server(), intermediate()});
    CHECK(bench.verdict("leaf-outlives-issuer") == Verdict::not_applicable); // no path
    const auto with_ends = [&](std::string_view leaf, std::string_view ca, std::string_view root) {
        std::vector<CertificatePtr> path;
        for (const auto text : {leaf, ca, root}) {
            auto one = server();
            one.not_after = at(text);
            path.push_back(std::make_shared<const Certificate>(one));
        }
        bench.chain.presented = {path[0]};
        bench.chain.path.path = path;
        return text_of(bench.ask("leaf-outlives-issuer"));
    };
    CHECK(
        with_ends("2027-01-01", "2027-01-01", "2030-01-01") ==
        "pass {not_after=2027-01-01T00:00:00Z, issuer_not_after=2027-01-01T00:00:00Z, "
        "issuer=CN=sip.contoso.com}"
    );
    CHECK(
        with_ends("2027-01-02", "2030-01-01", "2027-01-01") ==
        "warn: the server certificate is valid until 2027-01-02T00:00:00Z, but CN=sip.contoso.com "
        "above it only until 2027-01-01T00:00:00Z: from then on it is refused "
        "{not_after=2027-01-02T00:00:00Z, issuer_not_after=2027-01-01T00:00:00Z, "
        "issuer=CN=sip.contoso.com}"
    );
}

TEST_CASE("what the path does not need is warned of at most, but for what is checked of all") {
    auto expired = intermediate();
    expired.not_after = at("2020-01-01");
    expired.sha256[0] = 0x77;
    Bench bench({server(), intermediate(), expired});
    CHECK(bench.verdict("validity", 2) == Verdict::fail); // no path was searched
    bench.chain.path.path = {bench.chain.presented[0], bench.chain.presented[1]};
    const auto spare = bench.ask("validity", 2);
    CHECK(spare.verdict == Verdict::warn);
    CHECK(spare.message.ends_with("; the path does not need this certificate: remove it"));
    CHECK(spare.fix.starts_with("remove the certificate from what the server sends"));
    CHECK(bench.verdict("validity", 1) == Verdict::pass);
    bench.chain.path.trust = TrustPath::Trust::gave_up; // a path may be there all the same
    CHECK(bench.verdict("validity", 2) == Verdict::fail);
    bench.chain.path.trust = TrustPath::Trust::trusted;
    bench.context.bundle = true;
    CHECK(bench.verdict("validity", 2) == Verdict::warn); // an issuer by its name
    bench.chain.unrelated = {2};
    CHECK(bench.verdict("validity", 2) == Verdict::fail);
    bench.context.bundle = false;
    CHECK(bench.verdict("validity", 2) == Verdict::warn);

    auto bad = intermediate();
    bad.sha256[0] = 0x78;
    bad.signature = bad.signature_inner = pss("SHA256", 32);
    Bench signed_so({server(), intermediate(), bad});
    signed_so.chain.path.path = {signed_so.chain.presented[0], signed_so.chain.presented[1]};
    for (const auto* rule : {"signature-algorithm", "no-rsassa-pss"})
        CHECK(signed_so.verdict(rule, 2) == Verdict::fail);
}

TEST_CASE("validity: a certificate of the path that is not sent is judged, too") {
    auto top = root();
    top.not_after = at("2020-01-01");
    Bench bench({server()});
    bench.chain.path.path = {bench.chain.presented[0], std::make_shared<const Certificate>(top)};
    std::vector<std::string> said;
    for (const auto& finding : bench.ask_all())
        if (finding.rule == "validity" && finding.certificate == top.sha256)
            said.push_back(finding.message + " -> " + finding.fix);
    REQUIRE(said.size() == 1);
    CHECK(said[0].starts_with("CN=Contoso Root CA, which is not sent: expired on 2020-01-01"));
    CHECK(said[0].find("renew its root certificate") != std::string::npos);
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
