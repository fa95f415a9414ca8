// SPDX-License-Identifier: MIT
// Markdown, CSV, iCalendar and JUnit: what hostile text may do to them, and that each is a document
// by the grammar of its readers, whatever the kind of result.
#include "model/escape.h"
#include "unit/report/sample.h"

#include <algorithm>
#include <map>
#include <set>

#include <doctest/doctest.h>

namespace lyncprobe {
using namespace sample;

namespace {

ScanResult empty() {
    ScanResult run;
    run.started_at = *parse_time("2026-12-01T08:00:00Z");
    return run;
}

std::vector<ScanResult> every_kind() {
    auto records = discovery();
    records.domains[0].rows[0].answer.aliases = {kNasty};
    records.domains[0].findings[1].message = kNasty;
    return {deployment(), files(), std::move(records), federation(kNasty), empty()};
}

// By RFC 4180, which knows one line break.
std::vector<std::vector<std::string>> read_csv(std::string_view text) {
    REQUIRE(text.starts_with("\xef\xbb\xbf"));
    text.remove_prefix(3);
    std::vector<std::vector<std::string>> rows;
    while (!text.empty()) {
        auto& row = rows.emplace_back();
        for (bool more = true; more;) {
            auto& cell = row.emplace_back();
            if (text.starts_with('"')) {
                for (text.remove_prefix(1);; text.remove_prefix(1)) {
                    REQUIRE_FALSE(text.empty());
                    if (text.front() == '"') {
                        text.remove_prefix(1);
                        if (!text.starts_with('"')) break;
                    }
                    cell += text.front();
                }
            } else {
                const auto end = text.find_first_of(",\r\"");
                REQUIRE(end != std::string_view::npos);
                cell = text.substr(0, end);
                text.remove_prefix(end);
            }
            more = text.starts_with(',');
            if (!more) REQUIRE(text.starts_with("\r\n"));
            text.remove_prefix(more ? 1 : 2);
        }
    }
    return rows;
}

std::vector<std::string> unfolded(std::string text) {
    for (auto at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n "))
        text.erase(at, 3);
    std::vector<std::string> lines;
    for (auto& line : lines_of(text)) {
        REQUIRE(line.ends_with('\r'));
        lines.push_back(line.substr(0, line.size() - 1));
    }
    return lines;
}

bool harmless(std::string_view line) { return for_terminal(line, std::string::npos) == line; }

} // namespace

TEST_CASE("markdown: nothing of a peer is markup, HTML, a link or a mention") {
    CHECK(for_markdown("a|b") == "a\\|b");
    CHECK(for_markdown("<script>&") == "&lt;script&gt;&amp;");
    CHECK(for_markdown("[x](http://evil)") == "\\[x\\](http\\://evil)");
    CHECK(
        for_markdown("![x](y) *b* _i_ ~s~ `c`") == "\\!\\[x\\](y) \\*b\\* \\_i\\_ \\~s\\~ \\`c\\`"
    );
    CHECK(for_markdown("see WWW.evil.example") == "see WWW\\.evil.example");
    CHECK(
        for_markdown("mail a@b.example, @all, issue #1, ##") ==
        "mail a`@`b.example, `@`all, issue `#`1, `##`"
    );
    CHECK(for_markdown("1. a") == "1\\. a");
    CHECK(for_markdown("- a") == "\\- a");
    CHECK(for_markdown("=== ") == "\\=== ");
    CHECK(for_markdown("`@`") == "\\``@`\\`");
    CHECK(for_markdown("a\\\nb") == "a\\\\\\\\x0ab");
    CHECK(for_markdown("2026") == "2026");
}

TEST_CASE("markdown: hostile text stays on its line and in its cell") {
    for (const auto& run : every_kind()) {
        const auto text = written(report::write_markdown, run);
        CHECK(text.starts_with("# "));
        CHECK(text.find("<script") == std::string::npos);
        std::size_t columns = 0;
        for (auto line : lines_of(text)) {
            INFO(line);
            CHECK(harmless(line));
            for (auto at = line.find("\\|"); at != std::string::npos; at = line.find("\\|"))
                line.erase(at, 2);
            const auto bars = static_cast<std::size_t>(std::ranges::count(line, '|'));
            if (bars == 0) columns = 0;
            if (columns == 0) columns = bars;
            CHECK(bars == columns);
        }
    }
}

TEST_CASE("markdown: every thing to do is there in order, and the heading that was asked for") {
    const auto run = deployment();
    const auto text = written(report::write_markdown, run, {.title = "Move to <Redmond>"});
    CHECK(text.starts_with("# Move to &lt;Redmond&gt;\n"));
    std::size_t at = 0;
    for (const auto& item : run.summary.problems)
        for (const auto& reason : item.reasons) {
            INFO(reason.message);
            const auto found = text.find(for_markdown(reason.message), at);
            REQUIRE(found != std::string::npos);
            at = found;
        }
}

TEST_CASE("csv: no cell is a formula") {
    for (const auto* text :
         {"=1+1", "+1", "-1", "@SUM(A1)", "  =1+1",
          "\xef\xbc\x9d"
          "1"})
        CHECK(for_csv(text).starts_with("'"));
    CHECK(for_csv("a;=1+1") == "\"a;'=1+1\"");
    CHECK(for_csv("\t=1") == "\\x09=1");
    CHECK(for_csv("\r\n=1") == "\\x0d\\x0a=1");
    CHECK(for_csv("=a,\"b\"") == "\"'=a,\"\"b\"\"\"");
    CHECK(for_csv("plain") == "plain");
}

TEST_CASE("csv: every row has the columns of its head, and no cell begins a formula") {
    for (const auto& run : every_kind())
        for (const auto write :
             {report::write_csv, report::write_findings_csv, report::write_certificates_csv}) {
            const auto rows = read_csv(written(write, run));
            REQUIRE_FALSE(rows.empty());
            for (const auto& row : rows) {
                CHECK(row.size() == rows[0].size());
                for (const auto& cell : row) {
                    INFO(cell);
                    CHECK(harmless(cell));
                    CHECK(
                        (cell.empty() ||
                         std::string_view("=+-@").find(cell[0]) == std::string_view::npos)
                    );
                }
            }
        }
}

TEST_CASE("csv: each endpoint once, in the order of the run, each certificate once") {
    const auto run = deployment();
    const auto rows = read_csv(written(report::write_csv, run));
    REQUIRE(rows.size() >= run.endpoints.size() + 1);
    for (std::size_t i = 0; i < run.endpoints.size(); ++i)
        CHECK(rows[i + 1][1] == for_terminal(run.endpoints[i].id));
    const auto certificates = read_csv(written(report::write_certificates_csv, run));
    std::set<std::string> seen;
    for (std::size_t i = 1; i < certificates.size(); ++i)
        CHECK(seen.insert(certificates[i][4]).second);
    std::size_t findings = 0, listed = 0;
    for (const auto& row : run.endpoints)
        findings += row.findings.size();
    for (const auto& row : read_csv(written(report::write_findings_csv, run)))
        listed += row[0] == "endpoint" ? 1 : 0;
    CHECK(listed == findings);
}

TEST_CASE("ics: text is escaped, lines have at most 75 octets and cut no character") {
    CHECK(for_calendar("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\\\x0ae");
    auto run = deployment();
    auto wide = std::make_shared<Certificate>(*run.endpoints.front().main.chain->presented.front());
    for (int i = 0; i < 60; ++i)
        wide->subject += "\xe6\xbc\xa2";
    auto chain = std::make_shared<Chain>(*run.endpoints.front().main.chain);
    wide->sha256[0] ^= 0xff;
    chain->presented = {wide};
    run.endpoints.front().main.chain = chain;
    for (const auto& line : lines_of(written(report::write_calendar, run))) {
        INFO(line);
        CHECK(line.size() <= 76); // with CR
        CHECK(harmless(line.substr(0, line.size() - 1)));
    }
}

TEST_CASE("ics: what begins ends, each event has its own identifier, the same in every run") {
    for (const auto& run : every_kind()) {
        std::vector<std::string> open;
        std::set<std::string> ids;
        std::size_t components = 0;
        for (const auto& line : unfolded(written(report::write_calendar, run))) {
            INFO(line);
            const auto colon = line.find(':');
            REQUIRE(colon != std::string::npos);
            if (line.starts_with("BEGIN:")) open.push_back(line.substr(6));
            if (line.starts_with("UID:")) CHECK(ids.insert(line).second);
            if (line.starts_with("BEGIN:V") && open.size() == 2) ++components;
            if (!line.starts_with("END:")) continue;
            REQUIRE_FALSE(open.empty());
            CHECK(open.back() == line.substr(4));
            open.pop_back();
        }
        CHECK(open.empty());
        CHECK(components >= 1);
        CHECK(ids.size() == components);
    }
}

TEST_CASE("junit: a failure for what fails, an error for what could not be judged") {
    const auto run = deployment();
    const auto text = written(report::write_junit, run);
    const auto count = [&](std::string_view word) {
        std::size_t number = 0;
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
            ++number;
        return number;
    };
    std::size_t failures = 0;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        std::set<std::string> failed;
        for (const auto* finding : run.endpoints[i].findings)
            if (finding->verdict == Verdict::fail && !finding->waived) failed.insert(finding->rule);
        for (const auto& row : run.topology)
            if (std::ranges::count(row.endpoints, i) > 0 && row.finding->verdict == Verdict::fail)
                failed.insert(row.finding->rule);
        failures += failed.size();
    }
    for (const auto& row : run.identities) {
        std::set<std::string> failed;
        for (const auto* finding : row.findings)
            if (finding->verdict == Verdict::fail && !finding->waived) failed.insert(finding->rule);
        failures += failed.size();
    }
    CHECK(count("<failure ") == failures);
    CHECK(run.summary.unjudged > 0);
    CHECK(count("<error ") == run.summary.unjudged);
    CHECK(count("</testsuite>") == count("<testsuite "));
    CHECK(count("</testcase>") == count("<testcase "));
}

TEST_CASE("junit: no character that XML 1.0 forbids, and no markup of a peer") {
    for (const auto& run : every_kind()) {
        const auto text = written(report::write_junit, run);
        CHECK(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites "));
        CHECK(text.find("<script") == std::string::npos);
        for (const auto& line : lines_of(text))
            CHECK(harmless(line));
    }
}

TEST_CASE("formats: a longer ending wins, a hidden file has none") {
    CHECK(report::format_of_ending("out/r.findings.csv")->name == "csv-findings");
    CHECK(report::format_of_ending("R.CERTIFICATES.CSV")->name == "csv-certificates");
    CHECK(report::format_of_ending("findings.csv")->name == "csv");
    CHECK(report::format_of_ending("a.b/.md") == nullptr);
    CHECK(report::format_of_ending("plan.md")->name == "markdown");
    CHECK(report::format_of_ending("lyncprobe.xml")->name == "junit");
}

} // namespace lyncprobe
