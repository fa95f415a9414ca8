// SPDX-License-Identifier: MIT
// Short ways to read a target list in a test.
#pragma once

#include "config/target_list.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace lyncprobe::test {

inline config::ReadOutcome read(const std::vector<config::Source>& sources) {
    return config::read_target_lists(
        sources, {nullptr,
                  {"server-eku", "key-length", "key-length-recommended", "chain-order",
                   "sha1-deprecated", "crl-reachable-scheme"}}
    );
}

inline std::vector<std::string> texts(const config::ReadOutcome& outcome) {
    std::vector<std::string> out;
    for (const auto& problem : outcome.problems)
        out.push_back(to_text(problem));
    return out;
}

inline Deployment read_good(const std::string& text) {
    auto outcome = read({{"t.yaml", text}});
    CHECK(texts(outcome) == std::vector<std::string>{});
    return std::move(outcome.deployment);
}

inline std::string only_problem(const std::string& text) {
    const auto problems = texts(read({{"t.yaml", text}}));
    REQUIRE(problems.size() == 1);
    return problems.front();
}

} // namespace lyncprobe::test
