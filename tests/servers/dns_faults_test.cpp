// SPDX-License-Identifier: MIT
// `lyncprobe scan` with name servers that lie about addresses, are huge, or name what is no server.
#include "servers/name_servers.h"
#include "servers/scan.h"

#include <memory>

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

// A name, and an address where nobody listens, so that the run goes on beside it.
std::string two_targets(const TemporaryFolder& folder, const std::string& host) {
    return folder.write(
        "targets.yaml", "targets:\n  - {name: named, host: " + host +
                            ", port: 9}\n  - {name: other, host: 127.0.0.1, port: 9}\n"
    );
}

std::vector<std::string> scan_of(
    const std::string& list, const std::string& resolver, const std::string& timeout = "20s"
) {
    return {lyncprobe_path(), "scan",  list,       "--resolver", resolver,
            "--timeout",      timeout, "--format", "json"};
}

std::vector<boost::json::value> endpoints(const Finished& done, std::string_view target) {
    boost::system::error_code error;
    const auto document = boost::json::parse(done.out, error);
    REQUIRE_MESSAGE(!error, done.err);
    std::vector<boost::json::value> out;
    for (const auto& row : document.at("endpoints").as_array())
        if (row.at("target").at("name").as_string() == target) out.push_back(row);
    return out;
}

} // namespace

TEST_CASE("scan: a name server that lies about an address costs its own target, in time") {
    struct Asked {
        std::string name;
        Lie lie;
        std::string outcome;
    };
    const std::string failed = "dns_failure", reached = "refused"; // nobody listens at 127.0.0.1:9
    const std::vector<Asked> all{
        {"silent", Lie::silent, failed},
        {"wrong id", Lie::wrong_id, failed},
        {"wrong question", Lie::wrong_question, failed},
        {"no response", Lie::not_a_response, reached}, // c-ares does not look at this bit
        {"lying count", Lie::count, failed},
        {"lying length", Lie::length, failed},
        {"pointer loop", Lie::pointer_loop, failed},
        {"pointer forward", Lie::pointer_forward, failed},
        {"bad label", Lie::bad_label, failed},
        {"short address", Lie::srv_short, failed},
        {"garbage", Lie::garbage, failed},
        {"empty", Lie::empty, failed},
        {"header only", Lie::header_only, failed},
        {"truncated", Lie::always_truncated, failed},
        {"alias to itself", Lie::alias_to_itself, failed},
        {"alias loop", Lie::alias_loop, failed},
        {"alias to fresh names", Lie::alias_fresh, failed},
        {"alias chain", Lie::alias_chain, failed},
        {"odd alias", Lie::odd_host, failed},
        {"honest", Lie::none, reached},
    };
    const TemporaryFolder folder;
    const auto list = two_targets(folder, "here.contoso.example");
    std::vector<std::unique_ptr<LyingDns>> servers;
    std::vector<std::unique_ptr<Process>> scans;
    for (const auto& one : all) {
        servers.push_back(std::make_unique<LyingDns>(one.lie, LyingDns::About::addresses));
        scans.push_back(std::make_unique<Process>(scan_of(list, servers.back()->address(), "1500ms")
        ));
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(all[i].name);
        const auto done = scans[i]->wait();
        CHECK(done.exit_code == 1); // of the other target, which is refused
        CHECK(done.seconds < 10);   // twenty scans at once; the look-up has 1.5 seconds
        const auto named = endpoints(done, "named");
        REQUIRE(named.size() == 1);
        const std::string detail(named[0].at("detail").as_string());
        CAPTURE(detail);
        const std::string outcome(named[0].at("outcome").as_string());
        // Newer c-ares follows a long chain of aliases to its end.
        CHECK((outcome == all[i].outcome || (all[i].lie == Lie::alias_chain && outcome == reached))
        );
        CHECK(detail != "");
        CHECK(named[0].at("timing_ms").at("total").to_number<double>() < 2500);
        REQUIRE(endpoints(done, "other").size() == 1);
        CHECK(endpoints(done, "other")[0].at("outcome") == "refused");
    }
}

TEST_CASE("scan: of a thousand addresses eight are probed and the rest is counted") {
    std::string records;
    for (int number = 0; number < 1000; ++number)
        records += "many A 127.0." + std::to_string(1 + number / 200) + "." +
                   std::to_string(1 + number % 200) + "\n";
    const Nsd nsd({Nsd::Zone{"contoso.example", records}});
    const TemporaryFolder folder;
    const auto done = run(scan_of(two_targets(folder, "many.contoso.example"), nsd.address()));
    const auto named = endpoints(done, "named");
    REQUIRE(named.size() == 8);
    for (const auto& row : named) {
        CHECK(row.at("outcome") == "refused");
        CHECK(row.at("target").at("addresses_skipped") == 992);
    }
}

TEST_CASE("scan: a name whose addresses are never a server's is skipped without a connection") {
    const Dnsmasq dns(
        {"--local=/contoso.example/", "--host-record=odd.contoso.example,0.0.0.0",
         "--host-record=odd.contoso.example,224.0.0.1",
         "--host-record=odd.contoso.example,255.255.255.255",
         "--host-record=odd.contoso.example,127.0.0.1"}
    );
    const TemporaryFolder folder;
    const auto done = run(scan_of(two_targets(folder, "odd.contoso.example"), dns.address()));
    const auto named = endpoints(done, "named");
    REQUIRE(named.size() == 4);
    int skipped = 0;
    for (const auto& row : named) {
        if (row.at("target").at("address") == "127.0.0.1") {
            CHECK(row.at("outcome") == "refused");
            continue;
        }
        ++skipped;
        CHECK(row.at("outcome") == "skipped");
        CHECK(row.at("attempts") == 0);
    }
    CHECK(skipped == 3);
}

} // namespace lyncprobe::test
