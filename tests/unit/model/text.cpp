// SPDX-License-Identifier: MIT
#include "model/escape.h"
#include "model/facts.h"
#include "model/finding.h"
#include "model/glob.h"
#include "model/policy.h"
#include "model/result.h"
#include "model/time.h"
#include "model/tls_facts.h"
#include "model/vocabulary.h"

#include <doctest/doctest.h>

using namespace lyncprobe;

TEST_CASE("time: RFC 3339 is read and written") {
    const auto time = parse_time("2026-11-22T21:08:49Z");
    REQUIRE(time);
    CHECK(to_rfc3339(*time) == "2026-11-22T21:08:49Z");
    CHECK(parse_time("2026-11-22T22:08:49+01:00") == time);
    CHECK(parse_time("2026-11-22 16:08:49.123-05:00") == time);
    CHECK(to_rfc3339(*parse_time("2026-11-22")) == "2026-11-22T00:00:00Z");
    CHECK(to_rfc3339(*parse_time("9999-12-31T23:59:59Z")) == "9999-12-31T23:59:59Z");
    CHECK(to_rfc3339(*parse_time("0033-04-03")) == "0033-04-03T00:00:00Z");
    for (const auto* text :
         {"", "2026", "2026-13-01", "2026-02-30", "2026-11-22T25:00:00Z", "2026-11-22x",
          "2026-11-22T10:00:00+1"})
        CHECK_FALSE(parse_time(text));
}

TEST_CASE("time: durations have units, and a bare number is seconds") {
    CHECK(parse_duration("250ms") == Milliseconds{250});
    CHECK(parse_duration("10") == Milliseconds{10'000});
    CHECK(parse_duration("5m") == Milliseconds{300'000});
    CHECK(parse_duration("30d") == Milliseconds{2'592'000'000});
    for (const auto* text : {"", "s", "-1s", "1.5s", "10 s", "10x", "99999999999d", "+5"})
        CHECK_FALSE(parse_duration(text));
    CHECK(to_text(Milliseconds{10'000}) == "10s");
    CHECK(to_text(Milliseconds{1'500}) == "1500ms");
    CHECK(to_text(Milliseconds{0}) == "0ms");
}

TEST_CASE("escape: nothing that steers a terminal or hides survives") {
    CHECK(for_terminal("plain text") == "plain text");
    CHECK(for_terminal("a\x1b[31mb\r\n\tc") == "a\\x1b[31mb\\x0d\\x0a\\x09c");
    CHECK(for_terminal(std::string("nul\0x", 5)) == "nul\\x00x");
    CHECK(
        for_terminal("\xc2\x9b"
                     "31m") == "\\x9b31m"
    ); // C1 CSI
    CHECK(
        for_terminal("\xe2\x80\xae"
                     "evil") == "\\u{202e}evil"
    ); // right-to-left override
    CHECK(
        for_terminal("a\xe2\x80\x8b"
                     "b") == "a\\u{200b}b"
    ); // zero width space
    for (const auto& [hidden, shown] :
         {std::pair{"\u034f", "\\u{034f}"},
          {"\u115f", "\\u{115f}"},
          {"\u3164", "\\u{3164}"},
          {"\ufe0f", "\\u{fe0f}"},
          {"\xef\xbf\xbe", "\\u{fffe}"},
          {"\U000e0100", "\\u{e0100}"},
          {"\U000e01ef", "\\u{e01ef}"},
          {"\uffa0", "\\u{ffa0}"}})
        CHECK(for_terminal(std::string("a") + hidden + "b") == std::string("a") + shown + "b");
    for (const auto* seen : {"\u0301", "\u1161", "\u3163", "\ufffd", "\U0001f600"})
        CHECK(for_terminal(seen) == seen);
    CHECK(for_terminal("\xff\xfe") == "\\xff\\xfe");
    CHECK(for_terminal("\xc0\xaf") == "\\xc0\\xaf");          // overlong
    CHECK(for_terminal("\xed\xa0\x80") == "\\xed\\xa0\\x80"); // surrogate
    CHECK(for_terminal("M\xc3\xbcnchen") == "M\xc3\xbcnchen");
    CHECK(for_terminal("abcdef", 3) == "abc\xe2\x80\xa6 (+3)");
    CHECK(for_terminal("abc", 3) == "abc");
}

TEST_CASE("escape: width counts columns, not bytes") {
    CHECK(display_width("M\xc3\xbcnchen") == 7);
    CHECK(display_width("\xe6\x97\xa5\xe6\x9c\xac") == 4);
    CHECK(display_width("e\xcc\x81") == 1);
}

TEST_CASE("vocabulary: every word reads back, and a misspelt one has a neighbour") {
    for (const auto& word : words<Outcome>())
        CHECK(from_text<Outcome>(word.text) == word.value);
    for (const auto& word : words<OperatingSystem>())
        CHECK(from_text<OperatingSystem>(word.text) == word.value);
    CHECK(to_text(Outcome::client_certificate_required) == "client_certificate_required");
    CHECK(to_text(CertificateUse::default_) == "Default");
    CHECK(nearest_word<Role>("front_end") == "front-end");
    CHECK(nearest_word<Role>("xyz").empty());
    CHECK(default_port(Probe::sip) == 5061);
    CHECK(default_port(Probe::xmpp) == 5269);
    CHECK(default_port(Probe::https) == 443);
}

TEST_CASE("policy: each decision stands at its own place and can be changed") {
    for (const auto& info : decisions()) {
        CHECK(find_decision(info.key) == &info);
        CHECK(Policy()[info.decision] == info.by_default);
    }
    CHECK(decisions().size() == static_cast<std::size_t>(Decision::count));
    Policy policy;
    policy.set(Decision::eku_absent, Verdict::fail);
    CHECK(policy[Decision::eku_absent] == Verdict::fail);
    CHECK(find_decision("eku-abs") == nullptr);
}

TEST_CASE("facts: keys keep their order and take the last value") {
    Facts facts;
    facts.set("b", std::string("1"));
    facts.set("a", std::int64_t{2});
    facts.set("b", std::string("3"));
    CHECK(facts.begin()->first == "b");
    CHECK(facts.text("b") == "3");
    CHECK(facts.text("a").empty());
    CHECK(facts.find("c") == nullptr);
}

TEST_CASE("finding: equal findings are kept once, different evidence makes another") {
    FindingPool pool;
    const auto make = [](std::string message, std::int64_t bits) {
        Finding finding{
            .rule = "key-length", .verdict = Verdict::warn, .message = std::move(message)};
        finding.evidence.set("bits", bits);
        return finding;
    };
    const auto* first = pool.keep(make("short", 512));
    CHECK(pool.keep(make("short", 512)) == first);
    CHECK(pool.keep(make("short", 768)) != first);
    CHECK(pool.keep(make("shorter", 512)) != first);
}

TEST_CASE("problem: place, sentence and hint make one line") {
    CHECK(
        to_text(Problem{
            .what = "unknown key 'timout'",
            .where = {"t.yaml", 3, 5},
            .hint = "did you mean 'timeout'?"}) ==
        "t.yaml:3:5: unknown key 'timout' (did you mean 'timeout'?)"
    );
    CHECK(to_text(Problem{.what = "bad\x1b[0m"}) == "bad\\x1b[0m");
}

TEST_CASE("alerts: direction, level, name and number") {
    CHECK(to_text(Alert{true, true, 48}) == "received fatal unknown_ca(48)");
    CHECK(to_text(Alert{false, false, 0}) == "sent warning close_notify(0)");
    CHECK(alert_name(255) == "unassigned");
}

TEST_CASE("glob_matches: stars and question marks") {
    CHECK(glob_matches("*", ""));
    CHECK(glob_matches("key-*", "key-length"));
    CHECK(glob_matches("*-*-point", "crl-distribution-point"));
    CHECK(glob_matches("k?y-length", "key-length"));
    CHECK(!glob_matches("key", "key-length"));
    CHECK(!glob_matches("", "a"));
    CHECK(!glob_matches("?", ""));
    CHECK(!glob_matches("*a*b", "xaxbx"));
    CHECK(glob_matches("*a*b**", "xaxb"));
}

TEST_CASE("time: the dates of HTTP and SIP answers are read, and nothing that only looks like one"
) {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == parse_time("1994-11-06T08:49:37Z"));
    CHECK(parse_http_date("Wed, 25 Nov 2026 00:00:00 GMT") == parse_time("2026-11-25"));
    for (const auto* text :
         {"", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 ovD 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
          "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", ", GMT"})
        CHECK_MESSAGE(!parse_http_date(text), text);
}
