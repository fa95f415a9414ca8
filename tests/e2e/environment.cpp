// SPDX-License-Identifier: MIT
// What the machine may do to us: few descriptors, little memory, another language, time zone or
// OpenSSL policy.
#include "e2e/fixtures.h"

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

constexpr int kManyTargets = 2000;

// The same ports of 127.80.0.0/16, where nobody listens.
std::string many_targets(const TemporaryFolder& folder) {
    std::string text = "targets:\n";
    const auto port = std::to_string(free_port());
    for (int number = 0; number < kManyTargets; ++number)
        text += "  - {host: 127.80." + std::to_string(number / 200) + "." +
                std::to_string(1 + number % 200) + ", port: " + port + "}\n";
    return folder.write("targets.yaml", text);
}

std::vector<std::string> limited(
    const std::string& limit, const std::vector<std::string>& command
) {
    std::vector<std::string> out{"bash", "-c", limit + "; exec \"$@\"", "bash"};
    out.insert(out.end(), command.begin(), command.end());
    return out;
}

// A result without what differs from run to run.
std::string comparable(const std::string& json_text) {
    auto result = parse_json(json_text);
    auto& run_facts = result.at("run").as_object();
    run_facts.erase("started_at");
    run_facts.erase("finished_at");
    for (auto& endpoint : result.at("endpoints").as_array()) {
        endpoint.as_object().erase("timing_ms");
        for (auto& finding : endpoint.at("findings").as_array())
            finding.as_object().erase("message"); // days left
    }
    return boost::json::serialize(result);
}

} // namespace

TEST_CASE("2,000 targets with 64 and 256 descriptors: each once, all of them refused") {
    const TemporaryFolder folder;
    const auto list = many_targets(folder);
    for (const auto* limit : {"ulimit -n 64", "ulimit -n 256"}) {
        CAPTURE(limit);
        const auto done = run(limited(
            limit, {lyncprobe_path(), "scan", list, "--output", folder.file("r.json"), "--output",
                    folder.file("r.ndjson"), "--concurrency", "500"}
        ));
        CHECK(done.exit_code == 1);
        CHECK(done.seconds < 30);
        const auto warnings = lines_of(done.err);
        REQUIRE(warnings.size() == 1);
        CHECK(has(warnings.front(), "ulimit -n"));
        const auto result = json_file(folder.file("r.json"));
        CHECK(target_names(result).size() == kManyTargets);
        CHECK(count_of(result, "outcomes", "refused") == kManyTargets);
        CHECK(lines_of(read_text(folder.file("r.ndjson"))).size() == kManyTargets + 1);
        CHECK(done.out.size() < 200'000);
    }
}

TEST_CASE("64 descriptors suffice for a scan, slowly") {
    Site site;
    for (int number = 1; number <= 20; ++number)
        site.add("good " + std::to_string(number), good_server());
    const auto done =
        run(limited("ulimit -n 64", {lyncprobe_path(), "scan", site.list(), "--format", "json"}));
    CHECK(done.exit_code == 0);
    CHECK(has(done.err, "concurrency is 32 instead of 100"));
    CHECK(count_of(parse_json(done.out), "outcomes", "ok") == 20);
}

TEST_CASE("language, time zone and the machine's OpenSSL policy change nothing") {
    Site site;
    auto old = server_spec();
    old.key.bits = 1024;
    old.digest = "SHA1";
    auto old_server = server_with(old);
    old_server.min_version = 0x0301;
    old_server.max_version = 0x0301;
    site.add("old", old_server);
    site.add("good", good_server());
    const auto list = site.list();
    const auto policy = site.folder().write(
        "openssl.cnf", "openssl_conf = all\n[all]\nssl_conf = modules\n[modules]\nsystem_default = "
                       "policy\n[policy]\n"
                       "CipherString = DEFAULT:@SECLEVEL=3\nMinProtocol = TLSv1.3\n"
    );
    const auto scan = [&](const std::vector<std::string>& environment) {
        Process::Options options;
        options.environment = environment;
        const auto done = lyncprobe(
            {"scan", list, "--format", "json", "--at", "2026-12-01T12:00:00Z", "--vantage",
             "\u0130stanbul"},
            options
        );
        CHECK(done.err == "");
        return comparable(done.out);
    };
    const auto plain = scan({});
    CHECK(has(plain, "\"outcome\":\"ok\""));
    CHECK(!has(plain, "tls_failure"));
    CHECK(scan({"LC_ALL=tr_TR.UTF-8", "LANG=tr_TR.UTF-8", "LC_NUMERIC=de_DE.UTF-8"}) == plain);
    CHECK(scan({"TZ=Pacific/Chatham"}) == plain);
    CHECK(scan({"OPENSSL_CONF=" + policy}) == plain);
    CHECK(
        scan(
            {"OPENSSL_CONF=/nonexistent", "SSL_CERT_DIR=/nonexistent", "SSL_CERT_FILE=/nonexistent"}
        ) == plain
    );
}

TEST_CASE("a proxy of the environment is nobody we call") {
    const Trap trap;
    Site site;
    site.add("good", good_server());
    Process::Options options;
    for (const auto* name : {"http_proxy=http://", "https_proxy=http://", "ALL_PROXY=socks5://"})
        options.environment.push_back(name + trap.address());
    CHECK(lyncprobe({"scan", site.list()}, options).exit_code == 0);
    CHECK(!trap.was_called());
}

TEST_CASE("closed standard descriptors do no harm") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    CHECK(
        run(limited("exec <&-", {lyncprobe_path(), "scan", list, "--output", site.file("r.json")}))
            .exit_code == 0
    );
    require_valid({site.file("r.json")});
    CHECK(
        run(limited("exec 2>&-", {lyncprobe_path(), "scan", list, "--output", site.file("r.json")}))
            .exit_code == 0
    );
    require_valid({site.file("r.json")});
    // Nothing of stdout's report may land in a file that took its descriptor.
    (void)run(limited("exec >&-", {lyncprobe_path(), "scan", list, "--output", site.file("r.json")})
    );
    require_valid({site.file("r.json")});
}

} // namespace lyncprobe::test
