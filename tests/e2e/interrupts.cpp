// SPDX-License-Identifier: MIT
// Ctrl-C and SIGTERM in the middle of a scan.
#include "e2e/fixtures.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace lyncprobe::test {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kYesterday = "the result of yesterday";

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

namespace {

// How many runs are interrupted; docs/robustness.md has the figures of 500.
int interrupted_runs() {
    const char* number = std::getenv("LYNCPROBE_INTERRUPTS");
    return number != nullptr ? std::atoi(number) : 50;
}

constexpr std::size_t kTargets = 20;

// Good, failing and silent servers, whose scan takes a third of a second.
void fill_for_interrupts(Site& site) {
    lab::Faults silent, refusing, slow;
    silent.silent = true;
    refusing.refuse = true;
    slow.byte_every_ms = 1;
    for (std::size_t number = 0; number < kTargets; ++number) {
        const auto name = "target " + std::to_string(number);
        switch (number % 5) {
        case 0: site.add(name, server_with(silent), "timeout: 200ms"); break;
        case 1: site.add(name, server_with(refusing)); break;
        case 2: site.add(name, server_with(slow), "timeout: 300ms"); break;
        default: site.add(name, good_server());
        }
    }
}

// What a run may leave: a whole result, or the file of before. `twice`: it had two signals.
void check_left_over(const Finished& done, const Site& site, const std::string& name, bool twice) {
    CHECK_FALSE(done.timed_out);
    const bool in_the_middle = done.exit_code == 130, too_late = done.exit_code == 1;
    const bool before_it_began = done.signal == SIGINT || done.signal == SIGTERM;
    CHECK((in_the_middle || too_late || before_it_began));
    const auto json = read_text(site.file(name + ".json"));
    const bool replaced = json != kYesterday;
    if (before_it_began) CHECK_FALSE(replaced);
    if (too_late || (in_the_middle && !twice)) CHECK(replaced);
    if (!replaced) return;
    const auto result = parse_json(json);
    CHECK(target_names(result).size() == kTargets);
    if (!twice) CHECK(result.at("run").at("interrupted").as_bool() == in_the_middle);
    const auto lines = lines_of(done.out);
    if (twice) return; // it may have been in the middle of the next output
    CHECK(lines.size() == kTargets + 1);
    for (const auto& line : lines)
        (void)parse_json(line);
}

} // namespace

TEST_CASE("interrupts at random moments leave a whole result or the old one, and nothing else") {
    Site site;
    fill_for_interrupts(site);
    const auto list = site.list();
    const auto command = [&](const std::string& name) {
        return std::vector<std::string>{
            lyncprobe_path(),         "scan", list, "--format", "ndjson", "--output",
            site.file(name + ".json")};
    };
    const auto whole = run(command("whole"));
    REQUIRE(whole.exit_code == 1);
    std::mt19937 random(20'131'125); // the same moments in every run
    std::uniform_real_distribution<double> moment(0, whole.seconds * 1.1);
    constexpr int kAtOnce = 4; // as fast as they come, and against each other
    for (int begun = 0; begun < interrupted_runs(); begun += kAtOnce) {
        CAPTURE(begun);
        struct Run {
            std::unique_ptr<Process> process;
            std::string name;
            double first, second; // seconds
            int signal;
        };
        std::vector<Run> runs;
        for (int i = 0; i < kAtOnce; ++i) {
            const auto name = "r" + std::to_string(i);
            site.folder().write(name + ".json", std::string(kYesterday));
            const double first = moment(random);
            // Every fifth run gets a second signal.
            const double second = random() % 5 == 0 ? first + moment(random) / 4 : -1;
            runs.push_back(
                {std::make_unique<Process>(command(name)), name, first, second,
                 random() % 2 == 0 ? SIGINT : SIGTERM}
            );
        }
        std::vector<std::pair<double, const Run*>> signals;
        for (const auto& one : runs) {
            signals.emplace_back(one.first, &one);
            if (one.second >= 0) signals.emplace_back(one.second, &one);
        }
        std::ranges::sort(signals);
        const auto start = std::chrono::steady_clock::now();
        for (const auto& [at, one] : signals) {
            std::this_thread::sleep_until(start + std::chrono::duration<double>(at));
            one->process->send_signal(one->signal);
        }
        for (const auto& one : runs) {
            CAPTURE(one.first);
            CAPTURE(one.second);
            check_left_over(one.process->wait(), site, one.name, one.second >= 0);
        }
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
