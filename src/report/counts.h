// SPDX-License-Identifier: MIT
// The first line of a text report: how many of what.
#pragma once

#include "model/scan_result.h"
#include "model/text/lists.h"
#include "report/page.h"

#include <string_view>
#include <vector>

namespace lyncprobe::report {

// Counts grows to "14 endpoints: 9 ok, 5 refused; 6 fail, 2 waived"; what is zero is left out.
class Counts {
  public:
    Counts(std::size_t total, std::string_view noun)
        : Counts({counted(total, noun), Style::bold}, ": ") {}
    Counts(Piece total, std::string_view separator)
        : pieces_{std::move(total)}, separator_(separator) {}
    void add(std::size_t count, std::string_view word, Style style = Style::plain);
    void add_findings(const Summary&); // a group of its own
    // What was not as it should be with the run itself, behind the counts.
    void note(const ScanResult&);
    const std::vector<Piece>& pieces() const { return pieces_; }

  private:
    std::vector<Piece> pieces_;
    std::string_view separator_;
};

} // namespace lyncprobe::report
