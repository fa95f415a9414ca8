// SPDX-License-Identifier: MIT
// Rule clock-skew: the server's clock, by the date in its answer, agrees with ours.
#include "model/time.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <cstdlib>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::chrono::seconds kNoticed{60};
// What Kerberos tolerates by default ("Maximum tolerance for computer clock synchronization").
constexpr std::chrono::seconds kTolerated{300};

std::string applies_clock_skew(const Subject& s) {
    return s.seen().answer->text("date").empty() ? "its answer has no date" : "";
}

Ruling check_clock_skew(const Subject& s) {
    const std::string date(s.seen().answer->text("date"));
    const auto theirs = parse_http_date(date);
    if (!theirs)
        return inconclusive(
                   "the date in its answer cannot be read; look at the server's clock",
                   "compare the clock of the server with that of a domain controller (w32tm /query "
                   "/status)"
        )
            .with("date", date);
    const auto skew = *theirs - s.seen().answered_at;
    const auto size = std::chrono::seconds(std::abs(skew.count()));
    const auto sentence = fmt::format(
        "its clock is {} {} ours", lyncprobe::to_text(Milliseconds(size)),
        skew.count() < 0 ? "behind" : "ahead of"
    );
    auto ruling = size > kTolerated ? fail(sentence) : size > kNoticed ? warn(sentence) : pass();
    return std::move(ruling)
        .with("date", date)
        .with("skew_seconds", static_cast<std::int64_t>(skew.count()));
}

} // namespace

constinit const Rule clock_skew{
    .id = "clock-skew",
    .title = "The server's clock agrees with ours",
    .scope = Scope::conversation,
    .source =
        {.document =
             "Maximum tolerance for computer clock synchronization (Windows security policy)",
         .section = "Kerberos policy"},
    .demands = "The date in a SIP or HTTP answer is at most one minute away from the clock of the "
               "machine that probes; more than five minutes fail.",
    .why = "Sign-in tickets and Kerberos are refused beyond five minutes, certificates look not "
           "yet valid or expired, and partners report time skew (ms-diagnostics 1013).",
    .fix = "synchronise the server's clock with the domain's time source (w32tm /resync); if the "
           "clock of the machine that probes is wrong, correct that one",
    .evidence = "date: as the server sent it; skew_seconds: positive where the server is ahead",
    .applies = applies_clock_skew,
    .check = check_clock_skew,
};

} // namespace lyncprobe::rules
