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

void Counts::note(std::string_view text) {
    pieces_.push_back({"; " + std::string(text), Style::yellow});
}

} // namespace lyncprobe::report
