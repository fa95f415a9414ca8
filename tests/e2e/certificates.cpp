// SPDX-License-Identifier: MIT
// `lyncprobe certificates`: the requests of a list, what a result shows, and its exit codes.
#include "e2e/fixtures.h"

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

constexpr const char* kHostileList = "sip_domains: [contoso.com]\n"
                                     "topology:\n"
                                     "  - site: \"Bob's; calc; \\\"x & y%z\"\n"
                                     "    pools:\n"
                                     "      - {fqdn: se.contoso.com, role: standard-edition}\n"
                                     "      - {fqdn: gw.contoso.com, role: gateway}\n";

// The server with its list and a result of its scan; the certificate carries `names`.
struct Scanned {
    Site site;
    std::string list, result;
    explicit Scanned(const std::vector<std::string>& names) {
        auto spec = server_spec();
        spec.dns = names;
        site.add(
            "edge", server_with(spec),
            "role: edge, use: AccessEdgeExternal, side: external, names: [server.contoso.example, "
            "sip.contoso.example]"
        );
        list = site.list();
        result = site.file("r.json");
        lyncprobe({"scan", list, "--output", result});
    }
};

// Why the one certificate of the plan has to be requested now.
std::string reasons(const std::string& plan) {
    return boost::json::serialize(boost::json::parse(plan).at("wanted").at(0).at("due"));
}

} // namespace

TEST_CASE("certificates: no name of the list leaves its quotes") {
    const TemporaryFolder folder;
    const auto list = folder.write("hostile.yaml", kHostileList);
    const auto done = lyncprobe(
        {"certificates", list, "--output", folder.file("plan.json"), "--output",
         folder.file("plan.txt")}
    );
    CHECK(done.err == "");
    CHECK(done.exit_code == 0);
    CHECK(
        done.out.find("-FriendlyName 'Bob''s; calc; \"x & y%z se.contoso.com") != std::string::npos
    );
    CHECK(
        done.out.find("FriendlyName = \"Bob's- calc- -x - y-z gw.contoso.com") != std::string::npos
    );
    CHECK(done.out.find("_continue_ = \"dns=gw.contoso.com&\"") != std::string::npos);
    CHECK(read_text(folder.file("plan.txt")) == done.out);
    require_valid({folder.file("plan.json")});
    CHECK(
        lyncprobe({"certificates", list, "--target", "GW.*"}).out.find("se.contoso.com") ==
        std::string::npos
    );
}

TEST_CASE("certificates: with a result, 1 where one has to be requested now") {
    const Scanned lacking({"server.contoso.example"});
    const auto due =
        lyncprobe({"certificates", lacking.list, "--result", lacking.result, "--quiet"});
    CHECK(due.err == "");
    CHECK(due.exit_code == 1);
    CHECK(due.out.find("request now") != std::string::npos);
    CHECK(lyncprobe({"certificates", lacking.list}).exit_code == 0);
    const auto json =
        lyncprobe({"certificates", lacking.list, "--result", lacking.result, "--format", "json"});
    CHECK(json.exit_code == 1);
    CHECK(reasons(json.out).find("lacks sip.contoso.example") != std::string::npos);

    const Scanned good({"server.contoso.example", "sip.contoso.example"});
    const auto none = lyncprobe({"certificates", good.list, "--result", good.result});
    CHECK(none.exit_code == 0);
    CHECK(none.out.find("presented") != std::string::npos);
    CHECK(none.out.find("request now:") == std::string::npos);
    // The list of today wants a name that the scan did not look for.
    const auto wider =
        good.site.list("sip_domains: [contoso.example, fabrikam.example]", "wider.yaml");
    const auto now =
        lyncprobe({"certificates", wider, "--result", good.result, "--format", "json"});
    CHECK(now.exit_code == 1);
    CHECK(reasons(now.out).find("lacks sip.fabrikam.example") != std::string::npos);
}

TEST_CASE("certificates: what cannot be read is 2, what cannot be written is 4") {
    const TemporaryFolder folder;
    const auto list =
        folder.write("targets.yaml", "targets: [{host: fe01.contoso.com, role: front-end}]\n");
    const auto code = [](std::vector<std::string> more) {
        more.insert(more.begin(), "certificates");
        return lyncprobe(more).exit_code;
    };
    CHECK(code({list}) == 0);
    CHECK(code({folder.file("missing.yaml")}) == 2);
    CHECK(code({list, "--result", folder.file("missing.json")}) == 2);
    CHECK(code({list, "--result", list}) == 2);
    CHECK(code({list, "--target", "nobody"}) == 2);
    CHECK(code({list, "--format", "ndjson"}) == 2);
    CHECK(code({list, "--output", folder.file("missing/plan.json")}) == 4);
}

} // namespace lyncprobe::test
