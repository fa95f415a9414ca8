// SPDX-License-Identifier: MIT
// Whole reports against tests/golden/. LYNCPROBE_BLESS=1 rewrites the files; read the difference
// before keeping it.
#include "unit/report/sample.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe {
using namespace sample;

namespace {

// The program's version changes with every release, the golden files do not.
std::string without_version(std::string text) {
    constexpr std::string_view kVersion = LYNCPROBE_VERSION;
    for (auto at = text.find(kVersion); at != std::string::npos; at = text.find(kVersion, at))
        text.replace(at, kVersion.size(), "VERSION");
    return text;
}

void compare(std::string_view name, const std::string& actual) {
    INFO(name);
    const auto lines = lines_of(without_version(actual)),
               expected = lines_of(golden(name, without_version(actual)));
    for (std::size_t i = 0; i < std::min(lines.size(), expected.size()); ++i)
        REQUIRE(lines[i] == expected[i]);
    CHECK(lines.size() == expected.size());
}

// The style sheet and the script have tests of their own.
std::string page_of(const ScanResult& run) {
    auto page = html_of(run);
    for (const std::string_view name : {"style", "script"}) {
        const auto begin = page.find(fmt::format("<{}>", name)) + name.size() + 2;
        page.erase(begin, page.find(fmt::format("</{}>", name)) - begin);
    }
    const auto policy = page.find(" content=\"default-src");
    return page.erase(policy, page.find("/>", policy) - policy);
}

} // namespace

TEST_CASE("golden: the page of each kind of result says what it said before") {
    compare("scan.html", page_of(deployment()));
    compare("check.html", page_of(files()));
    compare("discovery.html", page_of(discovery()));
    compare("federation.html", page_of(federation()));
}

TEST_CASE("golden: each format of a run says what it said before") {
    const auto it = deployment();
    compare("scan.md", written(report::write_markdown, it));
    compare("scan.csv", written(report::write_csv, it));
    compare("scan.findings.csv", written(report::write_findings_csv, it));
    compare("scan.certificates.csv", written(report::write_certificates_csv, it));
    compare("scan.ics", written(report::write_calendar, it));
    compare("scan.xml", written(report::write_junit, it));
    compare("federation.md", written(report::write_markdown, federation()));
    compare("federation.xml", written(report::write_junit, federation()));
}

TEST_CASE("golden: the text report of a run says what it said before") {
    const auto it = deployment();
    compare("scan.txt", text_of(it));
    compare("scan-verbose.txt", text_of(it, {.verbose = true}));
    compare("scan-quiet.txt", text_of(it, {.quiet = true}));
}

TEST_CASE("golden: the JSON of a run says what it said before") {
    const auto it = deployment();
    compare("scan.json", json_of(it));
    compare("scan.ndjson", ndjson_of(it));
}

TEST_CASE("golden: the reports of a certificate check say what they said before") {
    const auto it = files();
    compare("check.txt", text_of(it));
    compare("check.json", json_of(it));
}

TEST_CASE("golden: the reports of a discovery say what they said before") {
    const auto it = discovery();
    compare("discovery.txt", text_of(it));
    compare("discovery-verbose.txt", text_of(it, {.verbose = true}));
    compare("discovery.json", json_of(it));
}

TEST_CASE("golden: the reports of a federation check say what they said before") {
    const auto it = federation();
    compare("federation.txt", text_of(it));
    compare("federation-verbose.txt", text_of(it, {.verbose = true}));
    compare("federation.json", json_of(it));
}

} // namespace lyncprobe
