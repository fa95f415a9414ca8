// SPDX-License-Identifier: MIT
// Rule validity.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

// A certificate of the years 2025 and 2026, judged at another time.
Finding judged_at(
    std::string_view time, std::chrono::seconds expires_within = std::chrono::hours(24 * 30)
) {
    Bench bench;
    bench.context.now = at(time);
    bench.context.expires_within = expires_within;
    return bench.ask("validity");
}

} // namespace

TEST_CASE("validity: the edges of the dates count as valid") {
    using std::chrono::seconds;
    CHECK(
        text_of(judged_at("2025-01-01T00:00:00Z")) ==
        "01 pass {not_before=2025-01-01T00:00:00Z, not_after=2027-01-01T00:00:00Z}"
    );
    CHECK(
        text_of(judged_at("2024-12-31T23:59:59Z")) ==
        "01 fail: not valid before 2025-01-01T00:00:00Z, 1 day from now "
        "{not_before=2025-01-01T00:00:00Z, not_after=2027-01-01T00:00:00Z, position=0}"
    );
    CHECK(
        text_of(judged_at("2027-01-01T00:00:01Z")) ==
        "01 fail: expired on 2027-01-01T00:00:00Z, 0 days ago {not_before=2025-01-01T00:00:00Z, "
        "not_after=2027-01-01T00:00:00Z, position=0}"
    );
    CHECK(
        text_of(judged_at("2026-12-31T23:59:59Z", seconds(0))) ==
        "01 pass {not_before=2025-01-01T00:00:00Z, not_after=2027-01-01T00:00:00Z}"
    );
}

TEST_CASE("validity: an expired certificate says since when") {
    const auto finding = judged_at("2027-01-11");
    CHECK(
        text_of(finding) ==
        "01 fail: expired on 2027-01-01T00:00:00Z, 10 days ago {not_before=2025-01-01T00:00:00Z, "
        "not_after=2027-01-01T00:00:00Z, position=0}"
    );
    CHECK(finding.message == "expired on 2027-01-01T00:00:00Z, 10 days ago");
    CHECK(finding.evidence.text("not_after") == "2027-01-01T00:00:00Z");
}

TEST_CASE("validity: one that is not yet valid fails") {
    const auto finding = judged_at("2024-12-31");
    CHECK(
        text_of(finding) ==
        "01 fail: not valid before 2025-01-01T00:00:00Z, 1 day from now "
        "{not_before=2025-01-01T00:00:00Z, not_after=2027-01-01T00:00:00Z, position=0}"
    );
    CHECK(finding.message == "not valid before 2025-01-01T00:00:00Z, 1 day from now");
}

TEST_CASE("validity: an approaching end is warned of within the given time, unless decided") {
    CHECK(
        text_of(judged_at("2026-12-02")) ==
        "01 warn: expires on 2027-01-01T00:00:00Z, in 30 days {not_before=2025-01-01T00:00:00Z, "
        "not_after=2027-01-01T00:00:00Z, position=0}"
    );
    CHECK(
        text_of(judged_at("2026-12-01")) ==
        "01 pass {not_before=2025-01-01T00:00:00Z, not_after=2027-01-01T00:00:00Z}"
    );
    CHECK(
        text_of(judged_at("2026-12-01", std::chrono::hours(24 * 60))) ==
        "01 warn: expires on 2027-01-01T00:00:00Z, in 31 days {not_before=2025-01-01T00:00:00Z, "
        "not_after=2027-01-01T00:00:00Z, position=0}"
    );
    Bench bench;
    bench.context.now = at("2026-12-31");
    bench.policy.set(Decision::expires_soon, Verdict::fail);
    CHECK(
        text_of(bench.ask("validity")) ==
        "01 fail: expires on 2027-01-01T00:00:00Z, in 1 day {not_before=2025-01-01T00:00:00Z, "
        "not_after=2027-01-01T00:00:00Z, position=0}"
    );
}

TEST_CASE("validity: CA certificates and presented roots are judged too") {
    auto anchor = root();
    anchor.not_after = at("2025-06-01");
    CHECK(
        text_of(Bench({server(), anchor}).ask("validity", 1)) ==
        "03 fail: expired on 2025-06-01T00:00:00Z, 214 days ago {not_before=2025-01-01T00:00:00Z, "
        "not_after=2025-06-01T00:00:00Z, position=1}"
    );
}

TEST_CASE("validity: an unreadable date fails with the error") {
    for (const bool before : {true, false}) {
        const auto finding = about_server("validity", [&](Certificate& c) {
            (before ? c.not_before : c.not_after).reset();
        });
        CHECK(finding.verdict == Verdict::fail);
        CHECK(!finding.evidence.text("error").empty());
    }
}

TEST_CASE("validity: dates at the ends of what a certificate can write do not overflow") {
    const auto finding = about_server("validity", [](Certificate& c) {
        c.not_before = at("0001-01-01");
        c.not_after = at("9999-12-31");
    });
    CHECK(
        text_of(finding) ==
        "01 pass {not_before=0001-01-01T00:00:00Z, not_after=9999-12-31T00:00:00Z}"
    );
}

TEST_CASE("validity: the last second is valid, and the fix is for what expired") {
    using std::chrono::seconds;
    CHECK(judged_at("2027-01-01T00:00:00Z", seconds(0)).verdict == Verdict::warn);
    CHECK(judged_at("2026-12-31T23:59:59Z", seconds(1)).verdict == Verdict::warn);
    auto ca = intermediate(), anchor = root();
    ca.not_after = anchor.not_after = at("2025-06-01");
    Bench bench({server(), ca, anchor});
    CHECK(bench.ask("validity", 1).fix.starts_with("install the renewed CA certificate"));
    CHECK(bench.ask("validity", 2).fix.starts_with("have the CA renew its root certificate"));
    bench.context.now = at("2028-01-01");
    CHECK(bench.ask("validity", 0).fix == find("validity")->fix);
    // A self-signed server certificate is no CA's.
    Bench own({anchor});
    CHECK(own.ask("validity", 0).fix == find("validity")->fix);
    CHECK(about_server("validity", [](Certificate& c) {
              c.not_before.reset();
          }).message == "the date 'not before' cannot be read");
    CHECK(about_server("validity", [](Certificate& c) {
              c.not_after.reset();
          }).message == "the date 'not after' cannot be read");
}
