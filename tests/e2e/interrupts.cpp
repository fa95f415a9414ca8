// SPDX-License-Identifier: MIT
// Ctrl-C and SIGTERM in the middle of a scan.
#include "e2e/fixtures.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace lyncprobe::test {

namespace {

using namespace std::chrono_literals;

// Good servers that are done at once, and silent ones that keep the scan busy.
void fill(Site& site) {
    lab::Faults silent;
    silent.silent = true;
    for (int number = 1; number <= 3; ++number)
        site.add("good " + std::to_string(number), good_server());
    for (int number = 1; number <= 9; ++number)
        site.add("silent " + std::to_string(number), server_with(silent));
}

std::vector<std::string> scan_of(const Site& site) {
    return {
        lyncprobe_path(),
        "scan",
        site.file("targets.yaml"),
        "--concurrency",
        "6",
        "--timeout",
        "30s",
        "--output",
        site.file("r.json"),
        "--output",
        site.file("r.ndjson"),
        "--output",
        site.file("r.txt")};
}

// The NDJSON of stdout is written while the scan goes on: once the good servers are there, it is in
// the middle.
void wait_until_in_the_middle(const std::string& ndjson_path) {
    for (int tries = 0; tries < 500; ++tries) {
        if (exists(ndjson_path) && lines_of(read_text(ndjson_path)).size() >= 3) return;
        std::this_thread::sleep_for(20ms);
    }
    FAIL("the scan did not get going");
}

Process::Options with_stdout(const Site& site) {
    Process::Options options;
    options.stdout_path = site.file("stdout.ndjson");
    return options;
}

std::vector<std::string> with_ndjson(std::vector<std::string> command) {
    command.insert(command.end(), {"--format", "ndjson"});
    return command;
}

} // namespace

TEST_CASE("an interrupted scan reports what it knows, lists the rest, and exits with 130") {
    for (const int signal : {SIGINT, SIGTERM}) {
        CAPTURE(signal);
        Site site;
        fill(site);
        (void)site.list();
        Process scan(with_ndjson(scan_of(site)), with_stdout(site));
        wait_until_in_the_middle(site.file("stdout.ndjson"));
        const auto before = std::chrono::steady_clock::now();
        scan.send_signal(signal);
        const auto done = scan.wait();
        CHECK(std::chrono::steady_clock::now() - before < 5s);
        CHECK(done.exit_code == 130);

        require_valid({site.file("r.json"), site.file("r.ndjson"), site.file("stdout.ndjson")});
        const auto result = json_file(site.file("r.json"));
        CHECK(result.at("run").at("interrupted").as_bool());
        CHECK(result.at("summary").at("exit_code").as_int64() == 130);
        CHECK(target_names(result).size() == 12);
        CHECK(outcome_of(result, "good 1") == "ok");
        CHECK(verdict_of(result, "good 1", "server-eku") == "pass");
        CHECK(outcome_of(result, "silent 1") == "interrupted");
        CHECK(outcome_of(result, "silent 9") == "interrupted");
        CHECK(lines_of(read_text(site.file("r.ndjson"))).size() == 13);
        CHECK(has(read_text(site.file("r.txt")), "interrupted"));
        CHECK(temporary_files_in(site.folder().path()).empty());
    }
}

TEST_CASE("a second interrupt ends the program at once: an older result stays as it was, and no "
          "half file is left") {
    Site site;
    fill(site);
    (void)site.list();
    site.folder().write("r.json", "the result of yesterday");
    Process scan(with_ndjson(scan_of(site)), with_stdout(site));
    wait_until_in_the_middle(site.file("stdout.ndjson"));
    const auto before = std::chrono::steady_clock::now();
    scan.send_signal(SIGINT);
    std::this_thread::sleep_for(100ms);
    scan.send_signal(SIGINT);
    const auto done = scan.wait();
    CHECK(
        std::chrono::steady_clock::now() - before < 900ms
    ); // less than the second that open attempts are given
    CHECK(done.exit_code == 130);
    CHECK(read_text(site.file("r.json")) == "the result of yesterday");
    CHECK(!exists(site.file("r.ndjson")));
    CHECK(!exists(site.file("r.txt")));
    CHECK(temporary_files_in(site.folder().path()).empty());
}

TEST_CASE("an interrupt at any moment leaves a whole result or none, and no temporary file") {
    lab::Faults silent;
    silent.silent = true;
    Site site;
    site.add("good", good_server());
    site.add("silent", server_with(silent), "timeout: 100ms");
    const auto list = site.list();
    for (int milliseconds = 0; milliseconds < 300; milliseconds += 12) {
        CAPTURE(milliseconds);
        std::filesystem::remove(site.file("r.json"));
        Process scan({lyncprobe_path(), "scan", list, "--output", site.file("r.json")});
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        scan.send_signal(SIGINT);
        const auto done = scan.wait();
        const bool in_the_middle = done.exit_code == 130, too_late = done.exit_code == 3;
        const bool before_it_began = done.signal == SIGINT;
        CHECK((in_the_middle || too_late || before_it_began));
        if (before_it_began)
            CHECK(!exists(site.file("r.json")));
        else
            CHECK(target_names(json_file(site.file("r.json"))).size() == 2);
        CHECK(temporary_files_in(site.folder().path()).empty());
    }
}

TEST_CASE("an interrupted check leaves nothing behind") {
    const TemporaryFolder folder;
    const auto endless = folder.file("pipe.pem"); // nobody ever writes into it
    REQUIRE(mkfifo(endless.c_str(), 0600) == 0);
    Process check({lyncprobe_path(), "check", endless, "--output", folder.file("r.json")});
    for (int tries = 0; tries < 500 && temporary_files_in(folder.path()).empty(); ++tries)
        std::this_thread::sleep_for(10ms);
    REQUIRE(!temporary_files_in(folder.path()).empty());
    check.send_signal(SIGINT);
    CHECK(check.wait(std::chrono::seconds{10}).exit_code == 130);
    CHECK(temporary_files_in(folder.path()).empty());
    CHECK(!exists(folder.file("r.json")));
}

} // namespace lyncprobe::test
