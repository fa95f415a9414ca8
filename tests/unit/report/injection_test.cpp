// SPDX-License-Identifier: MIT
// What hostile text may do to a report: nothing.
#include "model/escape.h"
#include "unit/report/sample.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

// A byte or character that a terminal acts on; for_terminal leaves only what it shows.
bool harmless(std::string_view text) {
    for (const auto& line : lines_of(text))
        if (for_terminal(line, std::string::npos) != line) return false;
    return true;
}

std::string without_colour(std::string text) {
    for (auto begin = text.find("\x1b["); begin != std::string::npos; begin = text.find("\x1b["))
        text.erase(begin, text.find('m', begin) - begin + 1);
    return text;
}

} // namespace

TEST_CASE(
    "text: no control character, C1, bidi control or invalid byte of a peer reaches the terminal"
) {
    CHECK_FALSE(harmless(kNasty));
    const auto run = deployment(), check = files();
    for (const bool verbose : {false, true}) {
        CHECK(harmless(text_of(run, {.verbose = verbose})));
        CHECK(harmless(text_of(check, {.verbose = verbose})));
    }
}

TEST_CASE("text: colour adds our own escape sequences and changes nothing else") {
    const auto run = deployment(), check = files();
    const auto coloured = text_of(run, {.colour = true});
    CHECK(coloured.find("\x1b[1;31mFAIL\x1b[0m") != std::string::npos);
    CHECK(without_colour(coloured) == text_of(run));
    CHECK(without_colour(text_of(check, {.colour = true})) == text_of(check));
}

TEST_CASE("text: no line is wider than the page") {
    const auto run = deployment(), check = files();
    for (const std::size_t width : {40u, 60u, 79u, 100u, 160u})
        for (const bool verbose : {false, true})
            for (const auto& text :
                 {text_of(run, {.width = width, .verbose = verbose}),
                  text_of(check, {.width = width, .verbose = verbose})})
                for (const auto& line : lines_of(text)) {
                    INFO(width, ": ", line);
                    REQUIRE(display_width(line) <= width);
                }
}

TEST_CASE("json: hostile text comes back as it was") {
    const auto it = deployment();
    const auto document = boost::json::parse(json_of(it));
    CHECK(document.at("run").at("inputs").at(1).as_string() == kNasty);
    const auto& evil = document.at("endpoints").at(3);
    CHECK(evil.at("target").at("name").as_string() == kNasty);
    CHECK(
        evil.at("findings").at(0).at("evidence").at("names").at(1).as_string() ==
        "b.example, DNS:c.example"
    );
}

TEST_CASE("json: a terminal that shows the file is safe") {
    const auto it = deployment();
    CHECK(harmless(json_of(it)));
    CHECK(harmless(ndjson_of(it)));
    CHECK(harmless(json_of(files())));
}

TEST_CASE("ndjson: every line is a JSON object of its own, whatever is in it") {
    const auto it = deployment();
    const auto lines = lines_of(ndjson_of(it));
    REQUIRE(lines.size() == it.endpoints.size() + 1);
    for (std::size_t i = 0; i < it.endpoints.size(); ++i) {
        const auto line = boost::json::parse(lines[i]);
        CHECK(line.at("schema").as_string() == "lyncprobe/1");
        CHECK(line.at("id").as_string() == it.endpoints[i].id);
    }
    CHECK(boost::json::parse(lines.back()).at("summary").at("endpoints").as_int64() == 9);
}

} // namespace lyncprobe
