// SPDX-License-Identifier: MIT
#include "codec/xml.h"

#include "model/limits.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::codec;

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSize = 1u << 20;

Problem problem_of(std::string_view text) {
    const auto document = XmlDocument::read(text, kSize);
    REQUIRE_FALSE(document.has_value());
    return document.error();
}

std::string utf16(std::string_view ascii, bool big_endian) {
    std::string out = big_endian ? "\xfe\xff" : "\xff\xfe";
    for (const char c : ascii) {
        if (big_endian) out += '\0';
        out += c;
        if (!big_endian) out += '\0';
    }
    return out;
}

std::string nested(int depth) {
    std::string out;
    for (int i = 0; i < depth; ++i)
        out += "<a>";
    for (int i = 0; i < depth; ++i)
        out += "</a>";
    return out;
}

const std::string kSample = "<?xml version=\"1.0\"?>\n<!-- <!DOCTYPE x> -->\n"
                            "<t:top xmlns:t=\"urn:x\" t:id=\"1\">\n"
                            "  <a k='&lt;v&#x26;'/>\n"
                            "  <t:b> one <c/> two <![CDATA[<!ENTITY]]> </t:b>\n"
                            "</t:top>\n";

} // namespace

TEST_CASE("xml: names without prefix, attributes, text, lines") {
    const auto document = XmlDocument::read(kSample, kSize);
    REQUIRE(document.has_value());
    const auto root = document->root();
    CHECK(root.name() == "top");
    CHECK(root.attribute("id") == "1");
    CHECK(root.has("id"));
    CHECK_FALSE(root.has("other"));
    CHECK(root.attribute("other").empty());
    CHECK(root.attributes().size() == 2);
    const auto a = root.first();
    CHECK(a.name() == "a");
    CHECK(a.attribute("k") == "<v&");
    CHECK(document->line(a) == 4);
    const auto b = root.first("b");
    CHECK(b == a.next());
    CHECK(b.text() == "one  two <!ENTITY");
    CHECK(document->line(b) == 5);
    CHECK(b.parent() == root);
    CHECK_FALSE(root.parent());
    CHECK_FALSE(b.next());
    std::vector<std::string> order;
    for (auto element = root; element; element = element.following())
        order.emplace_back(element.name());
    CHECK(order == std::vector<std::string>{"top", "a", "b", "c"});
    const XmlElement none;
    CHECK(none.name().empty());
    CHECK(none.text().empty());
    CHECK_FALSE(none.first());
    CHECK_FALSE(none.following());
}

TEST_CASE("xml: text in pieces is put together, blanks between elements are none") {
    const auto document =
        XmlDocument::read("<a>\n one\n two &amp; <!-- x --> three<b/>\n <c/> four</a>", kSize);
    REQUIRE(document.has_value());
    CHECK(document->root().text() == "one\n two &  three four");
    CHECK(document->root().first().name() == "b");
    CHECK(document->root().first().next().name() == "c");
}

TEST_CASE("xml: UTF-8 and UTF-16 with their marks") {
    const std::string text = "<?xml version='1.0' encoding='utf-16'?><a b='c'/>";
    for (const auto& bytes : {utf16(text, true), utf16(text, false), "\xef\xbb\xbf" + text, text}) {
        const auto document = XmlDocument::read(bytes, kSize);
        REQUIRE(document.has_value());
        CHECK(document->root().attribute("b") == "c");
    }
    const auto wide =
        XmlDocument::read("\xfe\xff\0<\0a\0>\xd8\x3d\xde\x00\x20\xac\0<\0/\0a\0>"sv, kSize);
    REQUIRE(wide.has_value());
    CHECK(wide->root().text() == "\xf0\x9f\x98\x80\xe2\x82\xac");
    CHECK(problem_of("\xfe\xff\0<\0a\0"sv).what == "its UTF-16 is broken");
    CHECK(problem_of("\xfe\xff\0<\0a\0>\xd8\x3d\0<\0/\0a\0>"sv).what == "its UTF-16 is broken");
    CHECK(problem_of("\xfe\xff\xde\x00"sv).what == "its UTF-16 is broken");
    for (const auto bad :
         {"<a>\xff</a>"sv, "<a>\xc0\xaf</a>"sv, "<a>\xed\xa0\x80</a>"sv,
          "<a>\xf4\x90\x80\x80</a>"sv, "<a>\xe2\x82"sv, "<a>\0</a>"sv, "<a>\x1b</a>"sv,
          "<a>\xef\xbf\xbf</a>"sv})
        CHECK(problem_of(bad).what == "there is a byte that is no text (UTF-8)");
    for (const auto bad :
         {"<a>&#0;</a>"sv, "<a>&#x1b;</a>"sv, "<a>&#xd800;</a>"sv, "<a>&#;</a>"sv,
          "<a>&#99999999999;</a>"sv, "<a>&#12</a>"sv, "<a>&#-1;</a>"sv})
        CHECK(problem_of(bad).what == "there is a reference to no character");
}

TEST_CASE("xml: a mistake has its line and column") {
    const auto problem = problem_of("<a>\n  <b>\n</a>");
    CHECK(problem.what == "it is not well-formed: mismatched tag");
    CHECK(problem.where.line == 3);
    CHECK(problem.where.column == 3);
    CHECK(
        problem_of("<a>\n<b/>").what ==
        "it is not well-formed: it ends before its outermost element does"
    );
    CHECK(problem_of("<a b='1' b='2'/>").what == "it is not well-formed: duplicate attribute");
    const auto second = problem_of("<a/>\n <b/>");
    CHECK(second.what == "it has a second root element");
    CHECK(second.where.line == 2);
    CHECK(second.where.column == 2);
    CHECK(problem_of("").what == "it has no element");
    CHECK(problem_of("<!-- only -->").what == "it has no element");
    CHECK(problem_of("just text").what == "it has no element");
}

TEST_CASE("xml: entity bombs and external entities are refused before they are read") {
    std::string bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\">";
    for (int i = 0; i < 9; ++i)
        bomb += "<!ENTITY lol" + std::to_string(i) + " \"&lol;&lol;&lol;&lol;\">";
    bomb += "]><lolz>&lol8;</lolz>";
    const std::string external =
        "<!DOCTYPE a [<!ENTITY xxe SYSTEM \"file:///etc/passwd\">]><a>&xxe;</a>";
    for (const auto& text :
         {bomb, external, std::string("<!doctype html><html/>"), std::string("<a><!ENTITY x></a>"),
          std::string("<a/><!DOCTYPE a>"), std::string("<![INCLUDE[<a/>]]>"),
          utf16(external, false)}) {
        const auto problem = problem_of(text);
        CHECK(problem.what == "it declares a document type or an entity, which is not read");
        CHECK(problem.where.line > 0);
    }
    CHECK(problem_of(bomb).where.line == 2);
    CHECK(problem_of(bomb).where.column == 1);
    // Without a declaration an entity means nothing.
    const auto undeclared = problem_of("<a>\n &xxe;</a>");
    CHECK(undeclared.what == "it is not well-formed: undefined entity");
    CHECK(undeclared.where.line == 2);
    CHECK(undeclared.where.column == 2);
}

TEST_CASE("xml: blanks before the declaration are no mistake, and are counted") {
    const auto document = XmlDocument::read("\r\n  <?xml version='1.0'?>\n<a/>", kSize);
    REQUIRE(document.has_value());
    CHECK(document->line(document->root()) == 3);
    const auto problem = problem_of("\n  <a b></a>");
    CHECK(problem.where.line == 2);
    CHECK(problem.where.column == 7);
}

TEST_CASE("xml: size and depth are bounded") {
    CHECK(XmlDocument::read("<a/>", 4).has_value());
    CHECK_FALSE(XmlDocument::read("<a/>", 3).has_value());
    CHECK(XmlDocument::read(nested(limits::kXmlDepth), kSize).has_value());
    const auto problem = problem_of(nested(limits::kXmlDepth + 1));
    CHECK(problem.what == "its elements are nested deeper than 64");
    CHECK(problem.where.column == 3 * limits::kXmlDepth + 1);
    CHECK_FALSE(XmlDocument::read(nested(140'000), kSize).has_value());
    std::string open;
    for (int i = 0; i < 300'000; ++i)
        open += "<a>";
    CHECK_FALSE(XmlDocument::read(open, kSize).has_value());
    std::string wide = "<a>";
    for (int i = 0; i < 200'000; ++i)
        wide += "<b/>";
    CHECK(XmlDocument::read(wide + "</a>", kSize).has_value());
}

TEST_CASE("xml: cut at every byte it is a problem, never a document") {
    const auto end = kSample.rfind('>');
    for (std::size_t size = 0; size < end; ++size) {
        CAPTURE(size);
        CHECK_FALSE(XmlDocument::read(kSample.substr(0, size), kSize).has_value());
    }
}
