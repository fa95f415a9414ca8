// SPDX-License-Identifier: MIT
// Target lists: mistakes with their place, several files, what a list says and what the command
// line makes of it.
#include "e2e/fixtures.h"

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

std::set<std::string> planned(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"scan", "--plan"});
    const auto done = lyncprobe(std::move(arguments));
    CHECK(done.exit_code == 0);
    const auto lines = lines_of(done.out);
    std::set<std::string> out(lines.begin(), lines.end());
    CHECK(out.size() == lines.size());
    return out;
}

const boost::json::object& first_finding(
    const boost::json::object& endpoint, std::string_view rule
) {
    for (const auto& finding : endpoint.at("findings").as_array())
        if (text_of(finding.as_object(), "rule") == rule) return finding.as_object();
    FAIL("no finding of " << rule);
    std::abort();
}

lab::CertificateSpec weak() {
    auto spec = server_spec();
    spec.digest = "SHA1";
    return spec;
}

} // namespace

TEST_CASE("a mistake in a list is told with file, line and column, and nothing is probed") {
    const Trap trap;
    const TemporaryFolder folder;
    const auto good =
        "targets:\n  - {host: 127.0.0.1, port: " + std::to_string(trap.port()) + "}\n";
    const auto refused = [&](const std::string& text, const std::string& place,
                             std::string_view what) {
        const auto list = folder.write("targets.yaml", text);
        const auto done = lyncprobe({"scan", list, "--output", folder.file("r.json")});
        CAPTURE(text);
        CAPTURE(done.err);
        CHECK(done.exit_code == 2);
        CHECK(done.out == "");
        CHECK(has(done.err, list + place));
        CHECK(has(done.err, what));
        CHECK(!exists(folder.file("r.json")));
    };
    refused(good + "    tiemout: 3s\n", ":3:", "");
    refused(good + "  - {host: a.example, tiemout: 3s}\n", ":3:23", "did you mean 'timeout'?");
    refused(good + "  - {host: a.example, port: 70000}\n", ":3:", "70000");
    refused(good + "  - {host: a.example, probe: spi}\n", ":3:", "did you mean 'sip'?");
    refused(good + "  - {host: a.example, role: frontend}\n", ":3:", "did you mean 'front-end'?");
    refused(good + "  - {port: 443}\n", ":3:", "host");
    refused(good + "  - {host: a.example, host: b.example}\n", ":3:", "host");
    refused(good + "  - {name: x, host: a.example}\n  - {name: x, host: b.example}\n", ":4:", "x");
    refused(good + "  - {host: b\u00fccher.example}\n", ":3:", "xn--bcher-kva");
    refused(good + "topology: [{site: A, pools: [{role: edge}]}]\n", ":3:", "fqdn");
    refused(good + "simple_urls: {meat: meet.a.example}\n", ":3:", "did you mean 'meet'?");
    refused(good + "policy: {sha1: maybe}\n", ":3:", "maybe");
    refused(good + "waivers: [{rule: server-eku, target: x}]\n", ":3:", "reason");
    refused(good + "  - {host: [a\n", ":", "");
    refused("", "", "");
    CHECK(!trap.was_called());
}

TEST_CASE("all mistakes of meaning are told at once") {
    const TemporaryFolder folder;
    const auto list = folder.write(
        "targets.yaml",
        "targets:\n  - {host: a.example, prot: 443}\n  - {host: b.example, port: 0}\n"
    );
    const auto done = lyncprobe({"scan", list});
    CHECK(done.exit_code == 2);
    CHECK(has(done.err, ":2:"));
    CHECK(has(done.err, ":3:"));
}

TEST_CASE("a list that is absent, a folder, binary or endless is refused with its name") {
    const TemporaryFolder folder;
    for (const auto& path :
         {folder.file("absent.yaml"), folder.path(),
          folder.write("binary.yaml", std::string("\0\1\2\xff", 4)), std::string("/dev/zero")}) {
        const auto done = lyncprobe({"scan", path});
        CAPTURE(path);
        CHECK(done.exit_code == 2);
        CHECK(has(done.err, path));
    }
}

TEST_CASE("a list may come from stdin, and with Windows line ends, a byte order mark or in UTF-16"
) {
    Site site;
    site.add("good", good_server());
    const auto text = read_text(site.list("", "targets.yaml", false));
    std::string windows = "\xEF\xBB\xBF", utf16 = "\xFF\xFE";
    for (const char c : text) {
        windows += c == '\n' ? "\r\n" : std::string(1, c);
        utf16 += {c, '\0'};
    }
    for (const auto& form : {text, windows, utf16}) {
        Process::Options options;
        options.stdin_text = form;
        const auto done = lyncprobe(
            {"scan", "-", "--ca-file", site.file("root.pem"), "--format", "json"}, options
        );
        CHECK(done.exit_code == 0);
        CHECK(outcome_of(parse_json(done.out), "good") == "ok");
    }
}

TEST_CASE("several lists are merged; what contradicts between them is an error at its place") {
    Site first(1), second(11);
    first.add("first", good_server());
    second.add("second", good_server());
    const auto one = first.list("policy: {sha1: fail}"), two = second.list();
    const auto done = lyncprobe({"scan", one, two, "--format", "json"});
    CHECK(done.exit_code == 0);
    const auto result = parse_json(done.out);
    CHECK(target_names(result) == std::set<std::string>{"first", "second"});
    CHECK(result.at("run").at("inputs").as_array().size() == 2);

    const auto contradicting = second.list("policy: {sha1: pass}", "other.yaml");
    const auto refused = lyncprobe({"scan", one, contradicting});
    CHECK(refused.exit_code == 2);
    CHECK(has(refused.err, contradicting + ":2:"));
}

TEST_CASE("equal targets are one endpoint with both names; another role makes another endpoint and "
          "a warning") {
    Site site;
    site.add("one", good_server());
    const auto address = site.address_of("one");
    const auto colon = address.find(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
    site.name("two", address.substr(0, colon), port);
    site.name("three", address.substr(0, colon), port, "role: edge");
    const auto done = lyncprobe({"scan", site.list(), "--format", "json"});
    const auto result = parse_json(done.out);
    CHECK(target_names(result) == std::set<std::string>{"one", "three"});
    CHECK(
        endpoint_named(result, "one").at("target").at("also").as_array() ==
        boost::json::array{"two"}
    );
    CHECK(
        text_of(endpoint_named(result, "one"), "id") !=
        text_of(endpoint_named(result, "three"), "id")
    );
    CHECK(has(done.err, "three"));
}

TEST_CASE("--plan prints what would be probed and probes nothing") {
    const Trap trap;
    const TemporaryFolder folder;
    const auto list = folder.write(
        "targets.yaml",
        "targets:\n  - {name: trap, host: 127.0.0.1, port: " + std::to_string(trap.port()) + "}\n"
    );
    const auto done = lyncprobe({"scan", list, "--plan", "--output", folder.file("r.json")});
    CHECK(done.exit_code == 0);
    CHECK(has(done.out, trap.address()));
    CHECK(!exists(folder.file("r.json")));
    CHECK(!trap.was_called());
}

TEST_CASE("the shards of a list are together the whole, and apart from each other") {
    const TemporaryFolder folder;
    std::string text = "targets:\n";
    for (int number = 0; number < 23; ++number)
        text += "  - {host: 127.0.0.1, port: " + std::to_string(20000 + number) + "}\n";
    const auto list = folder.write("targets.yaml", text);
    const auto whole = planned({list});
    CHECK(whole.size() == 23);
    std::set<std::string> together;
    for (int shard = 0; shard < 4; ++shard)
        for (const auto& line : planned({list, "--shard", std::to_string(shard) + "/4"}))
            CHECK_MESSAGE(together.insert(line).second, line << " is in two shards");
    CHECK(together == whole);
    CHECK(planned({list, "--shard", "1/4"}) == planned({list, "--shard", "1/4"}));
}

TEST_CASE("--target chooses by name; a name that nothing has is an error") {
    const TemporaryFolder folder;
    const auto list = folder.write(
        "targets.yaml",
        "targets:\n  - {name: fe01 sip, host: a.example}\n  - {name: fe02 sip, host: b.example}\n"
        "  - {name: edge, host: c.example}\n"
    );
    CHECK(planned({list, "--target", "fe*"}).size() == 2);
    CHECK(planned({list, "--target", "fe0?*", "--target", "edge"}).size() == 3);
    CHECK(planned({list, "--target", "edge"}).size() == 1);
    const auto none = lyncprobe({"scan", list, "--target", "director*"});
    CHECK(none.exit_code == 2);
    CHECK(has(none.err, "--target"));
}

TEST_CASE("an accepted finding stays in the report with its reason and does not count") {
    Site site;
    site.add("weak", server_with(weak()));
    site.add("other", server_with(weak()));
    const auto waivers = [](const std::string& more) {
        return "waivers: [{rule: \"sha1*\", target: weak, reason: replaced in spring" + more + "}]";
    };
    const auto list = site.list(waivers(""), "waived.yaml");
    const auto waived =
        lyncprobe({"scan", list, "--fail-on", "warn", "--target", "weak", "--format", "json"});
    CHECK(waived.exit_code == 0);
    const auto result = parse_json(waived.out);
    const auto& finding = first_finding(endpoint_named(result, "weak"), "sha1-deprecated");
    CHECK(text_of(finding, "verdict") == "warn");
    CHECK(text_of(finding, "waived") == "replaced in spring");
    CHECK(count_of(result, "verdicts", "warn") == 0);
    CHECK(has(lyncprobe({"scan", list, "--target", "weak"}).out, "replaced in spring"));
    CHECK(lyncprobe({"scan", list, "--fail-on", "warn", "--target", "other"}).exit_code == 1);

    SUBCASE("until its day") {
        const auto ending = site.list(waivers(", until: 2030-06-30"), "ending.yaml");
        const auto on = [&](const std::string& day) {
            return lyncprobe({"scan", ending, "--fail-on", "warn", "--target", "weak", "--only",
                              "sha1-deprecated", "--at", day})
                .exit_code;
        };
        CHECK(on("2030-06-30T23:59:00Z") == 0);
        CHECK(on("2030-07-01") == 1);
    }
}

TEST_CASE("decisions of the list change verdicts") {
    Site site;
    site.add("weak", server_with(weak()));
    const auto verdict = [&](const std::string& policy) {
        const auto done = lyncprobe({"scan", site.list(policy), "--format", "json"});
        return verdict_of(parse_json(done.out), "weak", "sha1-deprecated") + " " +
               std::to_string(done.exit_code);
    };
    CHECK(verdict("") == "warn 0");
    CHECK(verdict("policy: {sha1: fail}") == "fail 1");
    CHECK(verdict("policy: {sha1: pass}") == "pass 0");
}

TEST_CASE("expected names of a target are what its certificate must cover") {
    Site site;
    site.add("covered", good_server(), "names: [server.contoso.example]");
    site.add("not covered", good_server(), "names: [server.contoso.example, meet.contoso.example]");
    const auto result = parse_json(lyncprobe({"scan", site.list(), "--format", "json"}).out);
    CHECK(verdict_of(result, "covered", "host-name") == "pass");
    CHECK(verdict_of(result, "not covered", "host-name") == "fail");
    CHECK(
        has(text_of(first_finding(endpoint_named(result, "not covered"), "host-name"), "message"),
            "meet.contoso.example")
    );
}

TEST_CASE("a target's own time limit holds, and the command line wins over it") {
    lab::Faults silent;
    silent.silent = true;
    Site site;
    site.add("silent", server_with(silent), "timeout: 1s");
    const auto list = site.list("defaults: {timeout: 20s}");
    const auto own = lyncprobe({"scan", list});
    CHECK(own.exit_code == 1);
    CHECK(own.seconds < 5);
    CHECK(own.seconds > 0.9);
    CHECK(lyncprobe({"scan", list, "--timeout", "200ms"}).seconds < own.seconds);
}

TEST_CASE("the example list of the project is valid") {
    const auto done = lyncprobe({"scan", "--plan", LYNCPROBE_SOURCE_DIR "/targets.example.yaml"});
    CHECK(done.exit_code == 0);
    CHECK(lines_of(done.out).size() >= 5);
}

} // namespace lyncprobe::test
