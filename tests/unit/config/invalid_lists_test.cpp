// SPDX-License-Identifier: MIT
// Walks tests/unit/config/invalid: each file has one kind of mistake, and its head says the answer:
//     # expect: 4:5: unknown key 'timout' (did you mean 'timeout'?)
#include "unit/config/reading.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace lyncprobe::test;

namespace {

std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in.good());
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string expected_lines(const std::string& text) {
    const std::string mark = "# expect: ";
    std::string out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line) && line.starts_with('#');)
        if (line.starts_with(mark)) out += "list.yaml:" + line.substr(mark.size()) + "\n";
    return out;
}

} // namespace

TEST_CASE("every wrong list gets the answer that stands in its head") {
    std::size_t files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(LYNCPROBE_SOURCE_DIR "/tests/unit/config/invalid")) {
        CAPTURE(entry.path().filename().string());
        const auto text = contents(entry.path());
        const auto expected = expected_lines(text);
        CHECK_FALSE(expected.empty());
        std::string answer;
        for (const auto& line : texts(read({{"list.yaml", text}})))
            answer += line + "\n";
        CHECK(answer == expected);
        ++files;
    }
    CHECK(files >= 100);
}

TEST_CASE("targets.example.yaml is valid and shows every key") {
    const auto text = contents(LYNCPROBE_SOURCE_DIR "/targets.example.yaml");
    const auto outcome = read({{"targets.example.yaml", text}});
    CHECK(texts(outcome) == std::vector<std::string>{});
    const auto& deployment = outcome.deployment;
    std::size_t listed = 0;
    for (const auto& target : deployment.targets)
        listed += target.service.empty() ? 1 : 0;
    CHECK(listed == 13);
    CHECK(deployment.targets.size() == listed + 64);
    CHECK(deployment.warnings.empty());
    CHECK(deployment.identities.size() == 2);
    CHECK(deployment.waivers.size() == 2);
    for (const auto& decision : lyncprobe::decisions()) {
        CAPTURE(decision.key);
        CHECK(
            text.find(
                "  " + std::string(decision.key) + ": " + std::string(to_text(decision.by_default))
            ) != std::string::npos
        );
        CHECK(deployment.policy[decision.decision] == decision.by_default);
    }
    const std::string keys =
        "name host addresses port transport probe role use side pool server site sni names "
        "identity mutual "
        "enrollment method ca_os requester_os kb922706 os timeout connect_timeout defaults "
        "identities "
        "trust resolvers policy sip_domains simple_urls topology targets waivers "
        "fqdn servers pstn_addresses internal_web external_web external nat web_conferencing av "
        "access services ports sip_names autodiscover_names publishes product meet dialin admin";
    std::istringstream in(keys);
    for (std::string key; in >> key;) {
        CAPTURE(key);
        CHECK(text.find(key + ":") != std::string::npos);
    }
}
