// SPDX-License-Identifier: MIT
#include "model/request_hint.h"

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

ScanResult run_of(std::string input, std::string server) {
    ScanResult run;
    run.inputs = {std::move(input)};
    run.targets.emplace_back().role = Role::front_end;
    run.endpoints.emplace_back();
    auto& item = run.summary.problems.emplace_back();
    item.kind = Remedy::reissue;
    item.server = server;
    item.servers = {std::move(server)};
    item.endpoints = {0};
    return run;
}

std::string hint(const ScanResult& run) { return request_hint(run, run.summary.problems.front()); }

} // namespace

TEST_CASE("request hint: of our own certificates only, of letters that no shell acts on") {
    auto run = run_of("lists/a-1.yaml", "fe01.contoso.com");
    CHECK(hint(run) == "lyncprobe certificates lists/a-1.yaml --target fe01.contoso.com");
    // A stranger's result may have anything for names.
    for (const auto* bad : {"$(reboot)", "a b", "x;y", "--output", "`id`", "\x1b[2J", "a'b", ""}) {
        INFO(bad);
        CHECK(
            hint(run_of(bad, "fe01.contoso.com")) ==
            "lyncprobe certificates TARGETS.yaml --target fe01.contoso.com"
        );
        CHECK(hint(run_of("t.yaml", bad)) == "lyncprobe certificates t.yaml");
    }
    run.targets.front().role = Role::partner;
    CHECK(hint(run).empty());
    run.targets.front().role = Role::edge;
    run.summary.problems.front().kind = Remedy::settings;
    CHECK(hint(run).empty());
    run.summary.problems.front().kind = Remedy::reissue;
    run.inputs.clear();
    CHECK(hint(run).empty());
}
