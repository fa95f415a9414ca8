// SPDX-License-Identifier: MIT
#include "report/counts.h"

#include <fmt/format.h>

namespace lyncprobe::report {

void Counts::add(std::size_t count, std::string_view word, Style style) {
    if (count == 0) return;
    pieces_.push_back({std::string(separator_)});
    pieces_.push_back({fmt::format("{} {}", count, word), style, true});
    separator_ = ", ";
}

void Counts::add_findings(const Summary& summary) {
    if (pieces_.size() > 1) separator_ = "; ";
    for (const auto verdict : {Verdict::fail, Verdict::warn, Verdict::inconclusive, Verdict::pass})
        if (const auto count = summary.verdicts.find(verdict); count != summary.verdicts.end())
            add(count->second, to_text(verdict), style_of(verdict));
    add(summary.waived, "waived");
}

void Counts::note(const ScanResult& run) {
    constexpr Milliseconds kWorthSaying{1'000};
    if (run.interrupted)
        pieces_.push_back({"; interrupted: only what was known until then", Style::yellow});
    if (const auto left_out = locations_left_out(run); left_out > 0)
        pieces_.push_back(
            {fmt::format(
                 "; fetching was cut short: {} of {} were not asked", left_out,
                 counted(run.locations.size(), "location")
             ),
             Style::yellow}
        );
    if (run.stalled >= kWorthSaying)
        pieces_.push_back(
            {fmt::format(
                 "; this machine stood still for {:.1f} s, which no time-out includes",
                 std::chrono::duration<double>(run.stalled).count()
             ),
             Style::yellow}
        );
}

} // namespace lyncprobe::report
