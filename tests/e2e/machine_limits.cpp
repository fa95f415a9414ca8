// SPDX-License-Identifier: MIT
// What the machine may keep from us: memory, the disk, stdout. No endpoint is lost, no output is
// half written, and the message says what is wrong.
#include "e2e/fixtures.h"

#include <chrono>
#include <filesystem>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

namespace lyncprobe::test {

namespace {

// `command` in a shell that has set this limit before.
Finished run_with(const std::string& limit, std::vector<std::string> command) {
    command.insert(command.begin(), {"bash", "-c", limit + "; exec \"$@\"", "bash"});
    return run(std::move(command));
}

// A server whose Certificate message is as large as is accepted: 1 MB.
lab::ServerSpec server_with_huge_chain(int which) {
    auto spec = server_spec();
    for (int number = 0; number < 5000; ++number)
        spec.dns.push_back(
            "host" + std::to_string(number) + ".site" + std::to_string(which) + ".contoso.example"
        );
    const auto issued = pki().issuing.issue(spec);
    lab::ServerSpec server;
    server.key_pem = issued.key_pem;
    server.chain_pem = {issued.certificate_pem};
    const std::size_t others = (1u << 20) / (issued.certificate_der.size() + 3) - 1;
    server.chain_pem.insert(server.chain_pem.end(), others, issued.certificate_pem);
    return server;
}

std::string memory_limit(int kib) { return "ulimit -v " + std::to_string(kib); }

// KiB of address space without which the loader has no room for the libraries of this system.
int least_memory() {
    int kib = 16 << 10;
    while (run_with(memory_limit(kib), {lyncprobe_path(), "--version"}).exit_code != 0) {
        kib += 1 << 10;
        REQUIRE(kib < 1 << 20);
    }
    return kib;
}

} // namespace

TEST_CASE("little memory: every endpoint once, and none is blamed for what we lack") {
    Site site;
    constexpr int kHuge = 12, kGood = 8;
    for (int number = 1; number <= kHuge; ++number)
        site.add("huge " + std::to_string(number), server_with_huge_chain(number));
    for (int number = 1; number <= kGood; ++number)
        site.add("good " + std::to_string(number), good_server());
    const auto list = site.list();
    const auto scan = [&](const std::string& limit) {
        const auto done = run_with(
            limit, {lyncprobe_path(), "scan", list, "--output", site.file("r.json"), "--output",
                    site.file("r.ndjson"), "--concurrency", "200", "--timeout", "30s"}
        );
        CHECK(done.signal == 0);
        CHECK(done.err == "");
        require_valid({site.file("r.json"), site.file("r.ndjson")});
        auto result = json_file(site.file("r.json"));
        CHECK(target_names(result).size() == kHuge + kGood);
        // Every huge chain that there was room for is a finding.
        const bool found = count_of(result, "outcomes", "local_error") < kHuge;
        CHECK(done.exit_code == (found ? 1 : 3));
        for (int number = 1; number <= kGood; ++number)
            CHECK(outcome_of(result, "good " + std::to_string(number)) == "ok");
        return result;
    };
    // A sanitizer needs terabytes of addresses, so that there only the endless memory is tested.
    const auto roomy = scan(kSanitized ? "true" : memory_limit(200 << 10));
    CHECK(count_of(roomy, "outcomes", "ok") == kHuge + kGood);
    if (kSanitized) return;
    const int least = least_memory();
    for (const int more : {8 << 10, 2 << 10}) {
        CAPTURE(more);
        const auto tight = scan(memory_limit(least + more));
        const auto starved = count_of(tight, "outcomes", "local_error");
        CHECK(count_of(tight, "outcomes", "ok") + starved == kHuge + kGood);
    }
}

TEST_CASE("stdout that takes nothing is told, and the files are written") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    for (const auto* format : {"text", "json", "ndjson"}) {
        CAPTURE(format);
        const auto done = run_with(
            "exec >/dev/full",
            {lyncprobe_path(), "scan", list, "--format", format, "--output", site.file("r.json")}
        );
        CHECK(done.exit_code == 4);
        CHECK(has(done.err, "cannot write to stdout: No space left on device"));
        require_valid({site.file("r.json")});
    }
    // The other commands print, too.
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"rules"}, {"docs", "rules"}, {"scan", list, "--plan"}}) {
        auto command = words;
        command.insert(command.begin(), lyncprobe_path());
        const auto done = run_with("exec >/dev/full", command);
        CHECK(done.exit_code == 4);
        CHECK(has(done.err, "No space left on device"));
    }
}

TEST_CASE("no core is dumped, since there could be a key in it") {
    lab::Faults silent;
    silent.silent = true;
    Site site;
    site.add("silent", server_with(silent));
    const Process scan({lyncprobe_path(), "scan", site.list(), "--output", site.file("r.json")});
    while (scan.running() && temporary_files_in(site.folder().path()).empty())
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto limits = read_text("/proc/" + std::to_string(scan.pid()) + "/limits");
    const auto line = limits.substr(limits.find("Max core file size"));
    std::istringstream words(line.substr(std::string("Max core file size").size()));
    std::string soft, hard;
    words >> soft >> hard;
    CHECK(soft == "0");
    CHECK(hard == "0");
}

TEST_CASE("a wall clock that jumps moves no deadline") {
    if (kSanitized) return; // whose own library must be loaded first
    Site site;
    lab::Faults silent;
    silent.silent = true;
    site.add("silent", server_with(silent));
    site.add("good", good_server());
    Process::Options options;
    options.environment = {preloaded("jumping_clock")};
    const auto done = lyncprobe(
        {"scan", site.list(), "--timeout", "3s", "--output", site.file("r.json")}, options
    );
    CHECK(done.err == "");
    CHECK(done.seconds > 2.9);
    CHECK(done.seconds < 6);
    const auto result = json_file(site.file("r.json"));
    CHECK(outcome_of(result, "silent") == "timeout");
    CHECK(outcome_of(result, "good") == "ok");
    for (const auto* name : {"silent", "good"}) {
        const auto total =
            endpoint_named(result, name).at("timing_ms").at("total").to_number<double>();
        CHECK(total >= 0);
        CHECK(total < 5000);
    }
    const auto& run = result.at("run").as_object(); // it did go back
    CHECK(text_of(run, "started_at") > text_of(run, "finished_at"));
}

TEST_CASE("an allocation that fails, wherever it is: a clean end, and a whole result or none") {
    if (kSanitized) return; // which has allocation functions of its own
    Site site;
    lab::Faults alert;
    alert.alert = 40;
    auto sip = good_server();
    sip.speaks_sip = true;
    site.add("good", sip, "probe: sip");
    site.add("alert", server_with(alert));
    const auto list = site.list();
    const auto scan = [&](long number, int times) {
        std::filesystem::remove(site.file("r.json"));
        Process::Options options;
        options.environment = {
            preloaded("failing_malloc"), "FAIL_ALLOCATION=" + std::to_string(number),
            "FAIL_TIMES=" + std::to_string(times)};
        return lyncprobe({"scan", list, "--output", site.file("r.json")}, options);
    };
    REQUIRE(scan(1, 0).exit_code == 1); // the alert
    // Close together where a run allocates for the first time, then ever farther apart.
    // Every other time two in a row, since whoever fails once may try again.
    int failed_runs = 0, turn = 0;
    for (long number = 1; number < 200'000; number += 1 + number / 12) {
        const int times = 1 + turn++ % 2;
        CAPTURE(number);
        CAPTURE(times);
        const auto done = scan(number, times);
        CHECK(done.signal == 0);
        CAPTURE(done.out);
        CAPTURE(done.exit_code);
        // 3: what could not be judged for want of memory is the alert, and nothing else failed.
        const bool finished = done.exit_code == 1 || done.exit_code == 3;
        CHECK((finished || done.exit_code == 2 || done.exit_code == 4));
        if (!finished) {
            ++failed_runs;
            CHECK(done.err != "");
        }
        if (exists(site.file("r.json")))
            CHECK(target_names(json_file(site.file("r.json"))).size() == 2);
        else
            CHECK_FALSE(finished);
        CHECK(temporary_files_in(site.folder().path()).empty());
    }
    CHECK(failed_runs > 0);
}

} // namespace lyncprobe::test
