// SPDX-License-Identifier: MIT
// The table of docs/endings.md over all three rules about connections.
#include "rules/connection/endings.h"

#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

// The cells of a row of Markdown, without the marks and blanks around them.
std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> out;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '|');) {
        const auto first = cell.find_first_not_of(" `");
        out.push_back(
            first == std::string::npos ? ""
                                       : cell.substr(first, cell.find_last_not_of(" `") - first + 1)
        );
    }
    return out;
}

} // namespace

TEST_CASE("endings: where a connection did not come to its end, one of the three rules says so") {
    std::istringstream page(rules::endings_markdown());
    std::size_t endings = 0, passed = 0;
    for (std::string line; std::getline(page, line);) {
        const auto cells = cells_of(line); // the first is what stands before the first mark
        if (cells.size() != 10 || cells[1] == "outcome" || cells[1].starts_with("---")) continue;
        CAPTURE(line);
        bool open = false, pass = false;
        for (const std::size_t rule : {5, 6, 7}) {
            pass = pass || cells[rule] == "pass";
            for (const auto* verdict : {"fail", "warn", "inconclusive"})
                open = open || cells[rule].find(verdict) != std::string::npos;
        }
        ++endings;
        if (cells[1] == "ok") {
            CHECK(pass);
            CHECK(cells[2] == "done");
            ++passed;
        } else {
            CHECK(open);
        }
    }
    CHECK(endings > 50);
    CHECK(passed > 0);
}
