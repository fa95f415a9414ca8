// SPDX-License-Identifier: MIT
#include "report/json_writer.h"

#include <cmath>
#include <numeric>
#include <sstream>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe::report {
namespace {

template <class Write>
std::string compact(Write write) {
    std::ostringstream out;
    JsonWriter json(out, JsonWriter::Layout::compact);
    write(json);
    json.finish();
    auto text = out.str();
    REQUIRE(text.ends_with('\n'));
    text.pop_back();
    return text;
}

std::string milliseconds(double value) {
    return compact([&](JsonWriter& json) { json.milliseconds(value); });
}

} // namespace

TEST_CASE("json writer: durations have at most three decimals and no more digits than needed") {
    CHECK(milliseconds(0) == "0");
    CHECK(milliseconds(12.34567) == "12.346");
    CHECK(milliseconds(0.05) == "0.05");
    CHECK(milliseconds(0.0004) == "0");
    CHECK(milliseconds(10000) == "10000");
    CHECK(milliseconds(-1.5) == "-1.5");
    CHECK(milliseconds(-0.0001) == "0");
    CHECK(milliseconds(std::nan("")) == "null");
    CHECK(milliseconds(1e300) == "null");
}

TEST_CASE("json writer: separators are right in every nesting and layout") {
    const auto write = [](JsonWriter& json) {
        json.begin_object();
        json.key("a").begin_array();
        json.end_array();
        json.key("b").begin_object();
        json.key("c").begin_array();
        json.integer(1), json.null(), json.begin_object(), json.end_object(), json.boolean(true);
        json.end_array();
        json.key("d").text("x");
        json.end_object();
        json.key("e").begin_array();
        for (int depth = 0; depth < 6; ++depth)
            json.begin_array();
        json.integer(-7), json.integer(8);
        for (int depth = 0; depth < 6; ++depth)
            json.end_array();
        json.end_array();
        json.end_object();
    };
    const auto expected = R"({"a":[],"b":{"c":[1,null,{},true],"d":"x"},"e":[[[[[[[-7,8]]]]]]]})";
    CHECK(compact(write) == expected);
    std::ostringstream out;
    JsonWriter json(out, JsonWriter::Layout::lines);
    write(json);
    json.finish();
    CHECK(boost::json::serialize(boost::json::parse(out.str())) == expected);
}

TEST_CASE("json writer: a repeated value is printed once and stands wherever it is wanted") {
    for (const auto layout : {JsonWriter::Layout::lines, JsonWriter::Layout::compact}) {
        const auto document = [&](bool remember) {
            std::ostringstream out;
            JsonWriter json(out, layout);
            const std::vector<std::string> inner{"a", "b"}, outer{"c"};
            int printed = 0;
            const auto value = [&](const auto& list, const auto& print) {
                remember ? json.repeated(&list, print) : print();
            };
            const auto object = [&] {
                ++printed;
                json.begin_object();
                json.key("list");
                value(inner, [&] {
                    json.begin_array();
                    for (const auto& text : inner)
                        json.text(text);
                    json.end_array();
                });
                json.key("n").integer(1);
                json.end_object();
            };
            json.begin_array();
            for (int i = 0; i < 3; ++i)
                value(outer, object);
            json.begin_array(); // deeper, so it looks different
            value(outer, object);
            json.end_array();
            json.end_array();
            json.finish();
            CHECK(printed == (remember ? 2 : 4));
            return out.str();
        };
        CHECK(document(true) == document(false));
    }
}

TEST_CASE("json writer: more repeated values than are remembered come out right, too") {
    std::vector<int> values(3000);
    std::iota(values.begin(), values.end(), 0);
    const auto text = compact([&](JsonWriter& json) {
        json.begin_array();
        for (int round = 0; round < 2; ++round)
            for (const int& value : values)
                json.repeated(&value, [&] { json.integer(value); });
        json.end_array();
    });
    const auto list = boost::json::parse(text).as_array();
    REQUIRE(list.size() == 6000);
    CHECK(list[2999] == 2999);
    CHECK(list[5999] == 2999);
    CHECK(list[3000] == 0);
}

TEST_CASE("json writer: text longer than the limit is cut between characters and says by how much"
) {
    const auto cut = [](std::string_view text, std::size_t limit) {
        return compact([&](JsonWriter& json) { json.text(text, limit); });
    };
    CHECK(cut("abcdef", 6) == "\"abcdef\"");
    CHECK(cut("abcdef", 5) == "\"abcde… (+1 bytes)\"");
    CHECK(cut("abc\xc3\xa9", 4) == "\"abc… (+2 bytes)\"");
    const std::string longest(JsonWriter::kLongestText, 'x');
    CHECK(compact([&](JsonWriter& json) { json.text(longest); }).size() == longest.size() + 2);
    CHECK(compact([&](JsonWriter& json) { json.text(longest + "yz"); }).ends_with("… (+2 bytes)\"")
    );
}

TEST_CASE("json writer: what a terminal would act on is escaped, what it would show is not") {
    using namespace std::string_literals;
    const std::pair<std::string, std::string> cases[] = {
        {"\0"s, "\\u0000"},
        {"\x1b", "\\u001b"},
        {"\n", "\\n"},
        {"\"", "\\\""},
        {"\\", "\\\\"},
        {"\x7f", "\\u007f"},
        {"\xc2\x9b", "\\u009b"},
        {"\xe2\x80\xae", "\\u202e"},
        {"\xf3\xa0\x80\x81", "\\udb40\\udc01"}, // U+E0001, a tag character
        {"\xff", "\xef\xbf\xbd"},
        {"\xc3\xa9", "\xc3\xa9"},
        {"\xe6\xbc\xa2", "\xe6\xbc\xa2"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
    };
    for (const auto& [text, expected] : cases)
        CHECK(compact([&](JsonWriter& json) {
                  json.text("a" + text + "b");
              }) == "\"a" + expected + "b\"");
}

TEST_CASE("json writer: a large document reaches the stream whole") {
    const auto text = compact([](JsonWriter& json) {
        json.begin_array();
        for (int i = 0; i < 100'000; ++i)
            json.integer(i);
        json.end_array();
    });
    const auto parsed = boost::json::parse(text);
    CHECK(parsed.as_array().size() == 100'000);
    CHECK(parsed.as_array().back().as_int64() == 99'999);
}

} // namespace lyncprobe::report
