// SPDX-License-Identifier: MIT
// Certificate files: a row for each, whatever is in it.
#include "scan/check.h"
#include "unit/scan/play.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::scan_test;

TEST_CASE("check: each file has its row; what cannot be read is a row with the reason") {
    Play play;
    Heard heard;
    const std::vector<scan::FileInput> files{
        {"good.cer", good(contoso().leaf("a.contoso.com"))},
        {"none.cer", good(std::string("no certificate"))},
        {"missing.cer", Problem{.what = "no such file"}}};
    Target described;
    described.names = {"b.contoso.com"};
    const auto result = scan::check(
        files, {.settings = {}, .described = described}, {.world = play.world()},
        contoso().anchors(), heard
    );
    REQUIRE(result.has_value());
    REQUIRE(result->files.size() == 3);
    CHECK(result->files[0].error.empty());
    const auto* names = finding(result->files[0].findings, "host-name");
    REQUIRE(names != nullptr);
    CHECK(names->verdict == Verdict::fail);
    CHECK_FALSE(result->files[1].error.empty());
    CHECK(result->files[2].error == "no such file");
    CHECK(heard.warnings.size() == 2);
    CHECK(play.rounds.empty());
}
