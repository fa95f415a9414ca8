// SPDX-License-Identifier: MIT
// What ends before anything is connected to: names, the policy, a deadline, Ctrl-C.
#include "fetch/fetch.h"

#include <map>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::fetch;

namespace {

struct Asked {
    std::map<std::size_t, Answer> answers;
    std::vector<std::vector<std::string>> look_ups; // names of each round
};

Asked ask(const std::vector<std::string>& urls, Options options) {
    Asked out;
    options.resolve = [&out](const std::vector<std::string>& names) {
        out.look_ups.push_back(names);
        std::vector<NameFound> found;
        for (const auto& name : names) {
            NameFound one;
            if (name == "private.example") one.addresses = {*parse_address("10.0.0.1")};
            if (name == "meta.example") one.addresses = {*parse_address("169.254.169.254")};
            one.no_such_name = name == "none.example";
            if (one.addresses.empty()) one.failure = "a reason";
            found.push_back(std::move(one));
        }
        return found;
    };
    std::vector<Request> requests;
    for (const auto& url : urls)
        requests.push_back({.url = url, .body = {}, .limit = 1000});
    fetch::fetch(requests, options, [&out](std::size_t request, Answer&& answer) {
        CHECK(out.answers.emplace(request, std::move(answer)).second);
    });
    CHECK(out.answers.size() == urls.size());
    return out;
}

} // namespace

TEST_CASE("fetch: each host is looked up once, and what may not be asked ends there") {
    const auto asked =
        ask({"http://private.example/a", "http://private.example/b", "http://none.example/",
             "http://silent.example/", "http://meta.example/", "http://10.0.0.1/", "file:///x"},
            {});
    REQUIRE(asked.look_ups.size() == 1);
    CHECK(
        asked.look_ups.front() ==
        std::vector<std::string>{
            "meta.example", "none.example", "private.example", "silent.example"}
    );
    const FetchOutcome expected[] = {FetchOutcome::forbidden,    FetchOutcome::forbidden,
                                     FetchOutcome::no_such_name, FetchOutcome::dns_failure,
                                     FetchOutcome::forbidden,    FetchOutcome::forbidden,
                                     FetchOutcome::unsupported};
    for (std::size_t i = 0; i < std::size(expected); ++i)
        CHECK_MESSAGE(asked.answers.at(i).outcome == expected[i], i);
    CHECK(asked.answers.at(3).detail.find("a reason") != std::string::npos);
}

TEST_CASE("fetch: after Ctrl-C and after the deadline nothing is asked") {
    const std::atomic<int> interrupts{1};
    auto asked =
        ask({"http://private.example/"}, {.private_networks = true, .interrupts = &interrupts});
    CHECK(asked.answers.at(0).outcome == FetchOutcome::interrupted);
    CHECK(asked.look_ups.empty());
    asked = ask({"http://127.0.0.1:1/"}, {.private_networks = true, .interrupts = &interrupts});
    CHECK(asked.answers.at(0).outcome == FetchOutcome::interrupted);
    asked =
        ask({"http://127.0.0.1:1/"},
            {.private_networks = true, .deadline = std::chrono::steady_clock::now()});
    CHECK(asked.answers.at(0).outcome == FetchOutcome::skipped);
}
