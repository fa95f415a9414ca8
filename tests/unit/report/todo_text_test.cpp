// SPDX-License-Identifier: MIT
// What is to be done, as the text report says it: first, last, whole and in a line each.
#include "report/format.h"
#include "rules/engine/judge.h"
#include "rules/verdicts/importance.h"
#include "rules/verdicts/summary.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

namespace lyncprobe {

using namespace sample;

namespace {

std::string line_with(std::string_view part, const std::string& text) {
    for (const auto& line : lines_of(text))
        if (line.find(part) != std::string::npos) return line;
    return {};
}

} // namespace

TEST_CASE("todo text: the first and the last screen say what to do first") {
    const auto run = deployment();
    const auto lines = lines_of(text_of(run, {.files = {"result.json", "page.html"}}));
    CHECK(lines[0].starts_with("FAIL 6 things to do; broken: "));
    const std::string title = "To do first (5 of 6)";
    const auto first = std::ranges::find(lines, title);
    REQUIRE(first != lines.end());
    CHECK(first - lines.begin() < 6);
    const auto last = std::find(first + 1, lines.end(), title);
    REQUIRE(lines.end() - last == 8);
    for (int i = 1; i <= 5; ++i) {
        CHECK(first[i].starts_with(
            "  " + std::string(to_text(run.summary.problems[i - 1].importance))
        ));
        CHECK(last[i] == first[i]);
    }
    CHECK(lines.back() == "Written: result.json, page.html");
}

TEST_CASE("todo text: a line each is no line more, however narrow the page") {
    const auto run = deployment();
    for (const std::size_t width : {60, 80, 100, 200}) {
        const auto lines = lines_of(text_of(run, {.width = width}));
        const auto at = std::ranges::find(lines, "To do first (5 of 6)");
        REQUIRE(at != lines.end());
        for (int i = 1; i <= 5; ++i)
            CHECK(at[i].substr(0, 2) == "  ");
        CHECK(at[6].starts_with("  A: "));
    }
}

TEST_CASE("todo text: brief is a line for each thing, with every place, and nothing is cut") {
    const auto run = large(1000, 200);
    const auto text = text_of(run, {.width = 60, .brief = true});
    CHECK(lines_of(text).size() == 1 + run.summary.problems.size());
    for (const auto& row : run.endpoints)
        CHECK(text.find(row.id) != std::string::npos);
    CHECK(text.find("…") == std::string::npos);
    CHECK(text.find(" more") == std::string::npos);
}

TEST_CASE("todo text: brief names endpoints that say nothing, files that cannot be read, domains") {
    CHECK(
        line_with("OPEN ", text_of(deployment(), {.brief = true})).find(": ") != std::string::npos
    );
    CHECK(line_with("no certificate in it", text_of(files(), {.brief = true}))
              .starts_with("FAIL pki/"));
    const auto run = federation();
    const auto text = text_of(run, {.brief = true});
    for (const auto& row : run.federation)
        CHECK(line_with(row.domain + ": ", text).starts_with(row.domain));
}

TEST_CASE("todo text: what breaks nothing says so, what is waived is not to be done") {
    auto run = large(1, 1);
    for (auto& row : run.endpoints)
        row.findings.clear();
    Finding old;
    old.rule = "legacy-protocols";
    old.verdict = Verdict::warn;
    old.message = "TLS 1.0";
    old.importance = Importance::none;
    run.endpoints.front().findings = {run.findings->keep(old)};
    run.summary = rules::summarise(run, Verdict::fail);
    CHECK(text_of(run).find("breaks nothing") != std::string::npos);
    CHECK(lines_of(text_of(run)).front() == "WARN 1 thing to do");
    old.waived = "known";
    run.endpoints.front().findings = {run.findings->keep(old)};
    run.summary = rules::summarise(run, Verdict::fail);
    CHECK(lines_of(text_of(run)).front() == "PASS nothing to do");
}

TEST_CASE("todo text: two certificates of which the same is said are two things, each with its own"
) {
    const auto text = text_of(deployment());
    const auto at = text.find("C renew the CA certificate Contoso Issuing CA 1\n");
    REQUIRE(at != std::string::npos);
    const auto item = text.substr(at, text.find("\n\n", at) - at);
    CHECK(
        item.find("Contoso Issuing CA 1 (thumbprint A1B20002…): signed with SHA-1") !=
        std::string::npos
    );
    CHECK(item.find("sip.contoso.com (thumbprint") == std::string::npos);
}

TEST_CASE(
    "todo text: of fifty faults on four hundred endpoints the first forty lines say where to begin"
) {
    auto run = large(400, 400);
    std::vector<std::string_view> ids;
    for (const auto* rule : rules::all())
        if (rule->scope != rules::Scope::deployment) ids.push_back(rule->id);
    ids.resize(50);
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        Finding fault;
        fault.rule = ids[i % ids.size()];
        fault.verdict = Verdict::fail;
        fault.message = "fault " + std::to_string(i % ids.size());
        fault.fix = "mend " + fault.message;
        fault.certificate = run.endpoints[i].main.chain->presented.front()->sha256;
        run.endpoints[i].findings = {run.findings->keep(std::move(fault))};
    }
    rules::rate(run);
    run.summary = rules::summarise(run, Verdict::fail);
    const auto lines = lines_of(text_of(run));
    std::string first;
    for (std::size_t i = 0; i < 40; ++i)
        (first += lines[i]) += '\n';
    CHECK(first.find("To do first (5 of ") != std::string::npos);
    CHECK(first.find("       fix: mend fault ") != std::string::npos);
    CHECK(run.summary.problems.front().importance == Importance::a);
    const auto brief = text_of(run, {.brief = true});
    std::ostringstream page;
    report::format_of_name("html")->write(page, run, {});
    for (const auto& row : run.endpoints) {
        CHECK(brief.find(row.id) != std::string::npos);
        CHECK(page.str().find(row.id) != std::string::npos);
    }
}

} // namespace lyncprobe
