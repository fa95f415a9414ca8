// SPDX-License-Identifier: MIT
// `lyncprobe report`: a saved result says what its run said, in every format, with its exit code.
#include "e2e/fixtures.h"

#include <filesystem>

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

// Scans the lab's deployment with these options, which are those of the report on stdout, too.
Finished scan_of_lab(const TemporaryFolder& folder, const std::vector<std::string>& options) {
    std::vector<std::string> words{
        lab_path(),
        "--directory",
        folder.path(),
        "--",
        lyncprobe_path(),
        "scan",
        folder.file("targets.yaml"),
        "--output",
        folder.file("r.json"),
        "--output",
        folder.file("r.ndjson")};
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
}

} // namespace

TEST_CASE("report: what the lab's scan saved is what it said") {
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{}, {"--verbose", "--versions", "--mtls-matrix"}, {"--quiet"}}) {
        const TemporaryFolder folder;
        const auto scanned = scan_of_lab(folder, options);
        std::vector<std::string> words{"report", folder.file("r.json")};
        if (!options.empty()) words.push_back(options.front());
        const auto report = lyncprobe(words);
        CHECK(report.err == "");
        CHECK(report.exit_code == scanned.exit_code);
        // The scan says besides which files it wrote.
        CHECK(report.out == scanned.out.substr(0, scanned.out.find("\nWritten: ")));
        words = {"report",   folder.file("r.json"),      "--format", "json",
                 "--output", folder.file("again.ndjson")};
        const bool same = lyncprobe(words).out == read_text(folder.file("r.json"));
        CHECK(same); // too long to be shown
        require_valid({folder.file("r.json"), folder.file("again.ndjson")});
        // Lines come in the order of completion, so they are compared as they are read back.
        const auto lines = lyncprobe({"report", folder.file("r.ndjson"), "--format", "ndjson"});
        const bool same_lines = lines.out == read_text(folder.file("r.ndjson"));
        CHECK(same_lines);
    }
}

TEST_CASE("report: results of check and discover, and from stdin") {
    const TemporaryFolder folder;
    const auto junk = folder.write("junk.pem", "nothing");
    const auto check = lyncprobe({"check", junk, "--output", folder.file("check.json")});
    const auto again = lyncprobe({"report", folder.file("check.json")});
    CHECK(again.out == check.out);
    CHECK(again.exit_code == 2);
    CHECK(again.err == "");
    const auto found = lyncprobe(
        {"discover", "contoso.example", "--resolver", "127.0.0.1:9", "--timeout", "100ms",
         "--output", folder.file("found.json")}
    );
    const auto shown = lyncprobe({"report", folder.file("found.json")});
    CHECK(shown.out == found.out);
    CHECK(shown.exit_code == found.exit_code);
    CHECK(
        run({"sh", "-c", lyncprobe_path() + " report - < " + folder.file("found.json")}).out ==
        found.out
    );
    const auto lines = lyncprobe({"report", folder.file("found.json"), "--format", "ndjson"});
    CHECK(lines.exit_code == 2);
    CHECK(has(lines.err, "no lines"));
    require_valid({folder.file("check.json"), folder.file("found.json")});
}

TEST_CASE("report: what cannot be read is told in one line, exit code 2; an output, exit code 4") {
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& path, std::string_view because) {
        const auto done = lyncprobe({"report", path});
        CAPTURE(done.err);
        CHECK(done.exit_code == 2);
        CHECK(done.out == "");
        CHECK(lines_of(done.err).size() == 1);
        CHECK(has(done.err, path));
        CHECK(has(done.err, because));
    };
    refused(folder.file("absent.json"), "No such file");
    refused(folder.path(), "cannot read it");
    refused(folder.write("empty.json", ""), "no JSON at byte 1");
    refused(folder.write("list.yaml", "targets: []\n"), "no JSON at byte 1");
    refused(folder.write("other.json", R"({"version": "2.1.0", "runs": []})"), "no result");
    refused(folder.write("later.json", R"({"schema": "lyncprobe/2"})"), "lyncprobe/2");
    const auto check =
        lyncprobe({"check", folder.write("junk.pem", "x"), "--output", folder.file("r.json")});
    const auto text = read_text(folder.file("r.json"));
    refused(folder.write("cut.json", text.substr(0, text.size() / 2)), "ends too early");
    CHECK(
        run({"sh", "-c", lyncprobe_path() + " report " + folder.file("r.json") + " > /dev/full"})
            .exit_code == 4
    );
    CHECK(
        lyncprobe({"report", folder.file("r.json"), "--output", folder.file("absent/x.txt")})
            .exit_code == 2
    );
}

} // namespace lyncprobe::test
