// SPDX-License-Identifier: MIT
// The demonstration, as a newcomer runs it.
#include "e2e/fixtures.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace lyncprobe::test {

TEST_CASE("the demonstration: every endpoint once, every planted fault found, every format valid") {
    const TemporaryFolder folder;
    const auto done = run(
        {lab_path(), "--directory", folder.path(), "--", lyncprobe_path(), "scan",
         folder.file("targets.yaml"), "--output", folder.file("r.json"), "--output",
         folder.file("r.ndjson"), "--output", folder.file("r.txt")}
    );
    CHECK(done.exit_code == 1);
    CHECK(done.err == "");
    CHECK(done.seconds < 30);

    const auto plan = lyncprobe({"scan", "--plan", folder.file("targets.yaml")});
    CHECK(plan.exit_code == 0);
    const auto result = json_file(folder.file("r.json"));
    const auto endpoints = target_names(result).size();
    CHECK(endpoints >= 80);
    CHECK(endpoints == lines_of(plan.out).size());
    CHECK(result.at("summary").at("endpoints").to_number<std::size_t>() == endpoints);
    CHECK(result.at("summary").at("exit_code").as_int64() == 1);
    CHECK(text_of(result.at("summary").as_object(), "verdict") == "fail");
    CHECK(result.at("run").at("interrupted").as_bool() == false);

    // What does not fit together, all of it planted: copies that were forgotten on the second Edge
    // Server, Persistent Chat with a certificate of its own that nobody accepts, a port without the
    // intermediate certificate that the others send, and two OAuth certificates of former times.
    std::set<std::string> apart;
    for (const auto& finding : result.at("topology_findings").as_array()) {
        const auto& said = finding.as_object();
        const auto verdict = text_of(said, "verdict");
        if (verdict == "pass") continue;
        for (const auto& endpoint : said.at("endpoints").as_array())
            apart.insert(
                text_of(said, "rule") + " " + verdict + ": " + std::string(endpoint.as_string())
            );
    }
    const auto at = [&](const std::string& name) {
        return text_of(endpoint_named(result, name), "id");
    };
    std::set<std::string> planted{
        "pool-certificate fail: " + at("edge02 XMPP proxy"),
        "pool-certificate fail: " + at("edge02 Web Conferencing Edge"),
        "pool-certificate warn: " + at("edge02 A/V authentication"),
        "stale-certificate fail: " + at("edge02 Access Edge, clients"),
        "one-internal-pki fail: " + at("Persistent Chat"),
        "mutual-trust fail: " + at("Persistent Chat"),
        "chain-elsewhere warn: " + at("fe02 conference control"),
        "oauth-certificate warn: " + at("dir01 internal web site"),
        "oauth-certificate fail: " + at("dir01 internal web site"),
        "oauth-certificate fail: " + at("dir02 internal web site")};
    // Persistent Chat connects to every registrar; one is there only where IPv6 is.
    for (const auto& name : target_names(result))
        if (has(name, " registrar")) planted.insert("mutual-trust fail: " + at(name));
    CHECK(apart == planted);

    // The five worst planted faults stand on the first screen and on the last, in one order.
    const auto screen = lines_of(done.out);
    const auto is_title = [](const std::string& line) {
        return line.starts_with("To do first (5 of ");
    };
    const auto first = std::ranges::find_if(screen, is_title);
    REQUIRE(first - screen.begin() < 10);
    const auto last = std::find_if(first + 1, screen.end(), is_title);
    REQUIRE(screen.end() - last < 10);
    const char* const worst[] = {
        "set the clock of fe03", "mend the Autodiscover service",
        "have our certificate accepted by access02", "lead lyncdiscover.contoso.example to",
        "reissue the certificate of med01"};
    for (std::size_t i = 0; i < std::size(worst); ++i) {
        CHECK(has(first[i + 1], "  A  " + std::string(worst[i])));
        CHECK(last[i + 1] == first[i + 1]);
    }

    const auto check = run({lab_path(), "--check", folder.file("r.json")});
    CHECK_MESSAGE(check.exit_code == 0, check.out);

    const auto asked = run(
        {lab_path(), "--directory", folder.path(), "--", "sh", "-c",
         "exec \"$0\" discover contoso.example wingtip.example --resolver \"$(cat \"$1\")\" "
         "--output \"$2\"",
         lyncprobe_path(), folder.file("resolver.txt"), folder.file("dns.json")}
    );
    CHECK_MESSAGE(asked.exit_code == 1, asked.err);
    const auto dns = run({lab_path(), "--check", folder.file("dns.json")});
    CHECK_MESSAGE(dns.exit_code == 0, dns.out);

    const auto files = lyncprobe(
        {"check", folder.file("fe04.pfx"), folder.file("fe04-cng.pfx"),
         folder.file("fe04-without-key.pfx"), "--role", "front-end", "--ca-file",
         folder.file("root.pem"), "--output", folder.file("files.json")}
    );
    CHECK_MESSAGE(files.exit_code == 1, files.err);
    const auto imported = run({lab_path(), "--check", folder.file("files.json")});
    CHECK_MESSAGE(imported.exit_code == 0, imported.out);
    CHECK(has(imported.out, "2 of 2 planted faults found"));
    const auto listed = run({lab_path(), "--list"});
    for (const auto* fault :
         {"SIP domain wingtip.example", "second host for fail-over", "without its private key",
          "key storage provider of CNG"})
        CHECK_MESSAGE(has(listed.out, fault), fault);

    const auto identity = lyncprobe(
        {"check", folder.file("identity.pem"), "--ca-file", folder.file("root.pem"), "--format",
         "json"}
    );
    CHECK(identity.exit_code == 0);
    folder.write("check.json", identity.out);
    require_valid({folder.file("r.json"), folder.file("r.ndjson"), folder.file("check.json")});
    const auto lines = lines_of(read_text(folder.file("r.ndjson")));
    CHECK(lines.size() == endpoints + 1);
    CHECK(parse_json(lines.back()).as_object().contains("summary"));

    for (const auto& text : {done.out, read_text(folder.file("r.txt"))}) {
        CHECK(widest_line(text) <= 100);
        CHECK(harmless_on_a_terminal(text));
        CHECK(has(text, std::to_string(endpoints) + " endpoints: "));
    }
    // Only the screen says where the files are.
    CHECK(
        done.out.substr(0, done.out.find("\nWritten: ")) + '\n' ==
        read_text(folder.file("r.txt")) + '\n'
    );
}

TEST_CASE("the lab tells of a result that misses a fault, and of one that is none") {
    const TemporaryFolder folder;
    const auto up = run({lab_path(), "--directory", folder.path(), "--", "true"});
    CHECK(up.exit_code == 0);
    const auto clean = run(
        {lab_path(), "--directory", folder.path(), "--check",
         folder.write("r.json", R"({"endpoints": []})")}
    );
    CHECK(clean.exit_code == 1);
    CHECK(has(clean.out, "MISSING"));
    CHECK(
        run({lab_path(), "--directory", folder.path(), "--check",
             folder.write("x.json", "nonsense")})
            .exit_code == 2
    );
    CHECK(
        run({lab_path(), "--directory", folder.path(), "--check", folder.file("absent.json")})
            .exit_code == 2
    );
}

TEST_CASE("the lab hands on the exit code of its command, and keeps its key to itself") {
    const TemporaryFolder folder;
    CHECK(
        run({lab_path(), "--directory", folder.path(), "--", "sh", "-c", "exit 42"}).exit_code == 42
    );
    struct stat info {};
    REQUIRE(stat(folder.file("identity.key").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0600U);
}

} // namespace lyncprobe::test
