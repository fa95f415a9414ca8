// SPDX-License-Identifier: MIT
// What a terminal is shown: script(1) gives the program one.
#include "e2e/fixtures.h"
#include "model/escape.h"

#include <algorithm>
#include <regex>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::test {
namespace {

const std::string kResult = LYNCPROBE_SOURCE_DIR "/tests/golden/scan.json";

// The text on a terminal of so many columns.
std::string on_terminal(
    std::size_t columns, const std::string& terminal, const char* options = ""
) {
    const auto command = fmt::format(
        "stty cols {} && TERM={} {} report '{}' {}", columns, terminal,
        LYNCPROBE_BINARY_DIR "/lyncprobe", kResult, options
    );
    const auto done =
        run({"script", "--quiet", "--return", "--command", command, "/dev/null"},
            {.environment = {"TERM=" + terminal}});
    CHECK(done.exit_code == 1);
    auto text = done.out;
    std::erase(text, '\r');
    return text;
}

std::string without_colours(const std::string& text) {
    return std::regex_replace(text, std::regex("\x1b\\[[0-9;]*m"), "");
}

std::size_t widest(const std::string& text) {
    std::size_t columns = 0;
    for (const auto& line : lines_of(text))
        columns = std::max(columns, display_width(line));
    return columns;
}

} // namespace

TEST_CASE("terminal: the page is as wide as the terminal, from 60 to 200 columns") {
    for (const std::size_t columns : {60, 80, 100, 200}) {
        INFO(columns);
        const auto text = without_colours(on_terminal(columns, "xterm"));
        CHECK(widest(text) <= columns);
        CHECK(widest(text) > columns - 20); // it is used
        CHECK(text.starts_with("FAIL 6 things to do; "));
    }
    CHECK(widest(without_colours(on_terminal(300, "xterm"))) <= 200);
    CHECK(widest(lyncprobe({"report", kResult}).out) <= 100); // piped
}

TEST_CASE("terminal: colours where it has them, none on a dumb one or where they are not wanted") {
    CHECK(has(on_terminal(80, "xterm"), "\x1b["));
    CHECK_FALSE(has(on_terminal(80, "dumb"), "\x1b["));
    CHECK(has(on_terminal(80, "dumb", "--color always"), "\x1b["));
    CHECK_FALSE(has(on_terminal(80, "xterm", "--color never"), "\x1b["));
}

TEST_CASE("terminal: a line of --brief is not folded on one") {
    const auto text = without_colours(on_terminal(60, "xterm", "--brief"));
    const auto run = parse_json(read_text(kResult));
    const auto& items = run.at("summary").at("problems").as_array();
    CHECK(lines_of(text).size() == 1 + items.size() + 4); // and four that could not be judged
    for (const auto& item : items)
        for (const auto& endpoint : item.at("endpoints").as_array())
            CHECK(has(text, std::string(endpoint.as_string())));
}

} // namespace lyncprobe::test
