// SPDX-License-Identifier: MIT
// The HTML page: what hostile text may do to it, what it may load, and how large it is.
#include "model/escape.h"
#include "report/html/kinds.h"
#include "report/html/sections.h"
#include "rules/engine/judge.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace lyncprobe {
using namespace sample;

namespace {

// Tag is one tag of a page as a browser reads it; `attributes` still with their references.
struct Tag {
    std::string name; // "/p" at the end of one
    std::map<std::string, std::string> attributes;
    bool empty = false; // "<meta/>"
};

struct Parsed {
    std::vector<Tag> tags;
    std::string text; // between the tags, style and script left out
};

std::string take(std::string_view& from, std::string_view until) {
    const auto end = from.find_first_of(until);
    if (end == std::string_view::npos) throw std::runtime_error("the page ends inside a tag");
    const std::string out(from.substr(0, end));
    from.remove_prefix(end);
    return out;
}

Tag read_tag(std::string_view& rest) {
    rest.remove_prefix(1);
    const bool end = rest.front() == '/';
    if (end) rest.remove_prefix(1);
    Tag tag;
    tag.name = (end ? "/" : "") + take(rest, " />");
    while (rest.front() == ' ') {
        rest.remove_prefix(1);
        const auto name = take(rest, "=");
        if (rest.substr(0, 2) != "=\"") throw std::runtime_error("no quote behind " + name);
        rest.remove_prefix(2);
        tag.attributes[name] = take(rest, "\"");
        rest.remove_prefix(1);
    }
    tag.empty = rest.front() == '/';
    if (tag.empty) rest.remove_prefix(1);
    if (rest.front() != '>') throw std::runtime_error("no end of " + tag.name);
    rest.remove_prefix(1);
    return tag;
}

// The markup that the page may consist of is narrower than HTML; anything else throws.
Parsed parse(std::string_view page) {
    constexpr std::string_view kType = "<!DOCTYPE html>\n";
    REQUIRE(page.starts_with(kType));
    page.remove_prefix(kType.size());
    Parsed out;
    std::vector<std::string> open;
    while (!page.empty()) {
        if (page.front() != '<') {
            const auto end = std::min(page.find('<'), page.size());
            out.text += page.substr(0, end);
            page.remove_prefix(end);
            continue;
        }
        auto tag = read_tag(page);
        if (tag.name == "style" || tag.name == "script")
            page.remove_prefix(page.find("</" + tag.name));
        if (tag.name.starts_with('/')) {
            if (open.empty() || "/" + open.back() != tag.name)
                throw std::runtime_error("unexpected <" + tag.name + ">");
            open.pop_back();
        } else if (!tag.empty)
            open.push_back(tag.name);
        out.tags.push_back(std::move(tag));
    }
    if (!open.empty()) throw std::runtime_error(open.back() + " does not end");
    return out;
}

std::vector<ScanResult> all_kinds() {
    auto records = discovery();
    records.domains[0].rows[0].answer.aliases = {kNasty};
    records.domains[0].findings[1].message = kNasty;
    return {deployment(), files(), std::move(records), federation(kNasty)};
}

std::string between(const std::string& page, std::string_view begin, std::string_view end) {
    const auto from = page.find(begin) + begin.size();
    return page.substr(from, page.find(end, from) - from);
}

std::string policy_hash(const std::string& text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, 45> base64{}; // with its null
    EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(digest.size()));
    return "'sha256-" + std::string(reinterpret_cast<const char*>(base64.data())) + "'";
}

} // namespace

TEST_CASE("html: no character of a peer is markup, and nothing that is not seen is left") {
    CHECK(for_html("<script>&\"'</script>") == "&lt;script&gt;&amp;&quot;&#39;&lt;/script&gt;");
    CHECK(for_html(std::string("a\0\x07\n\xe2\x80\xae", 7)) == "a\\x00\\x07\\x0a\\u{202e}");
    CHECK(for_html("caf\xc3\xa9") == "caf\xc3\xa9");
}

TEST_CASE("html: hostile text stays text in every context") {
    const std::set<std::string> loading{"img",   "iframe", "link", "object",
                                        "embed", "base",   "form", "video",
                                        "audio", "image",  "use",  "foreignObject"};
    for (const auto& run : all_kinds()) {
        const auto page = html_of(run);
        CHECK(page.find("<script>alert") == std::string::npos);
        CHECK(std::ranges::none_of(lines_of(page), [](const std::string& line) {
            return for_terminal(line, std::string::npos) != line;
        }));
        const auto parsed = parse(page);
        CHECK(parsed.text.find("&lt;script&gt;alert(1)&lt;/script&gt;") != std::string::npos);
        for (const auto& tag : parsed.tags) {
            INFO(tag.name);
            for (const auto& [name, value] : tag.attributes) {
                INFO(name, ": ", value);
                CHECK_FALSE(name.starts_with("on"));
                CHECK_FALSE(name == "style");
                CHECK_FALSE(name == "src");
                CHECK(value.find_first_of("<>'") == std::string::npos);
                if (name == "href") CHECK(value.starts_with("#"));
            }
            // The form of the filter has no action, and the policy allows none.
            if (tag.name == "form")
                CHECK_FALSE(tag.attributes.contains("action"));
            else
                CHECK_FALSE(loading.contains(tag.name));
        }
    }
}

TEST_CASE("html: each link leads somewhere, and each anchor is there once") {
    for (const auto& run : all_kinds()) {
        const auto parsed = parse(html_of(run));
        std::multiset<std::string> anchors;
        for (const auto& tag : parsed.tags)
            if (const auto id = tag.attributes.find("id"); id != tag.attributes.end())
                anchors.insert("#" + id->second);
        for (const auto& tag : parsed.tags)
            if (const auto link = tag.attributes.find("href"); link != tag.attributes.end()) {
                INFO(link->second);
                CHECK(anchors.count(link->second) == 1);
            }
    }
}

TEST_CASE("html: its policy names its own style and script, and nothing else") {
    const auto page = html_of(deployment());
    const auto style = between(page, "<style>", "</style>"),
               script = between(page, "<script>", "</script>");
    CHECK(
        report::html::kPolicy.view ==
        "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + policy_hash(style) +
            "; script-src " + policy_hash(script)
    );
    CHECK(page.find("Content-Security-Policy") < page.find("<style>"));
    // The end tag would end the element; a comment would begin another kind of text.
    for (const auto* word : {"</", "<!--"}) {
        CHECK(style.find(word) == std::string::npos);
        CHECK(script.find(word) == std::string::npos);
    }
}

TEST_CASE("html: every endpoint is there with its steps, and every problem") {
    const auto run = deployment();
    const auto page = html_of(run);
    for (std::size_t i = 0; i < run.endpoints.size(); ++i)
        CHECK(page.find("<b>" + for_html(run.endpoints[i].id) + "</b>") != std::string::npos);
    for (const auto& item : run.summary.problems)
        for (const auto& reason : item.reasons)
            CHECK(page.find(for_html(reason.message)) != std::string::npos);
    CHECK(page.find("Ended here, timeout: connected, then nothing for 10 s") != std::string::npos);
    CHECK(page.find("replaced with the move to the new site") != std::string::npos);
}

TEST_CASE("html: every rule has its column in the matrix, and no column names another") {
    std::set<std::string_view> ids;
    for (const auto* rule : rules::catalogue()) {
        ids.insert(rule->id);
        if (rule->scope == rules::Scope::dns || rule->scope == rules::Scope::conclusion) continue;
        INFO(rule->id);
        CHECK(report::html::kind_of(rule->id));
    }
    for (const auto& kind : report::html::kinds())
        for (const auto id : kind.rules) {
            INFO(id);
            CHECK(ids.contains(id));
        }
}

TEST_CASE("html: the verdict at the top is that of the go-live, and of files that cannot be read") {
    const auto verdict_of = [](const ScanResult& run) {
        return between(html_of(run), "<p class=\"verdict\"><span class=\"v ", "\"");
    };
    auto run = federation();
    REQUIRE_FALSE(run.summary.worst);
    CHECK(verdict_of(run) == "fail");
    CHECK(html_of(run).find("Nothing is wrong") == std::string::npos);
    run.federation[0].verdict = GoLive::cannot_tell;
    CHECK(verdict_of(run) == "open");
    run.federation.erase(run.federation.begin());
    CHECK(verdict_of(run) == "pass");
    auto check = files();
    check.files.erase(check.files.begin());
    check.files.pop_back();
    check.summary = {};
    CHECK(verdict_of(check) == "fail");
    CHECK(html_of(check).find("Files that could not be read: 1.") != std::string::npos);
}

TEST_CASE("html: a page of 95 endpoints has at most 1 MB, one of 10,000 at most 25") {
    CHECK(html_of(large(95, 40)).size() < 1'000'000);
    CHECK(html_of(large(10'000, 2'000)).size() < 25'000'000);
}

} // namespace lyncprobe
