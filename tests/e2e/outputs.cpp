// SPDX-License-Identifier: MIT
// Result files and stdout: whole or not at all, and known to be writable before anything is probed.
#include "e2e/fixtures.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>

namespace lyncprobe::test {

namespace {

namespace fs = std::filesystem;

std::string trap_list(const TemporaryFolder& folder, const Trap& trap) {
    return folder.write(
        "targets.yaml",
        "targets:\n  - {host: 127.0.0.1, port: " + std::to_string(trap.port()) + "}\n"
    );
}

} // namespace

TEST_CASE("an output that cannot be written is told before anything is probed") {
    const Trap trap;
    const TemporaryFolder folder;
    const auto list = trap_list(folder, trap);
    fs::create_directory(folder.file("folder.json"));
    for (const auto& path :
         {folder.file("absent/r.json"), folder.file("folder.json"), std::string("/proc/r.json")}) {
        const auto done =
            lyncprobe({"scan", list, "--output", folder.file("good.json"), "--output", path});
        CAPTURE(path);
        CHECK(done.exit_code == 2);
        CHECK(has(done.err, path));
        CHECK(!exists(folder.file("good.json")));
    }
    CHECK(temporary_files_in(folder.path()).empty());
    CHECK(!trap.was_called());
}

TEST_CASE("a disk that is full: exit code 4, the other outputs are complete, the old file stays") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    fs::create_symlink("/dev/full", site.file("full.json"));
    const auto done = lyncprobe(
        {"scan", list, "--output", site.file("full.json"), "--output", site.file("good.json")}
    );
    CHECK(done.exit_code == 4);
    CHECK(has(done.err, "full.json"));
    CHECK(has(done.out, "1 endpoint"));
    require_valid({site.file("good.json")});

    // A limit on the size of files stands for a file system without space (and sends SIGXFSZ).
    site.folder().write("old.json", "the result of yesterday");
    const auto limited = run(
        {"bash", "-c", "ulimit -f 1; exec \"$@\"", "bash", lyncprobe_path(), "scan", list,
         "--output", site.file("old.json")}
    );
    CHECK(limited.exit_code == 4);
    CHECK(read_text(site.file("old.json")) == "the result of yesterday");
    CHECK(temporary_files_in(site.folder().path()).empty());
}

TEST_CASE("a reader of stdout that goes away is no fault, and the files are written") {
    auto failing_spec = server_spec();
    failing_spec.eku = std::vector<std::string>{"1.3.6.1.5.5.7.3.2"};
    Site site;
    site.add("failing", server_with(failing_spec));
    Process::Options options;
    options.close_stdout_early = true;
    for (const auto* format : {"text", "json", "ndjson"}) {
        const auto done = lyncprobe(
            {"scan", site.list(), "--format", format, "--output", site.file("r.json")}, options
        );
        CHECK(done.exit_code == 1);
        CHECK(done.signal == 0);
        CHECK(done.err == "");
        require_valid({site.file("r.json")});
    }
}

TEST_CASE("a file is replaced, keeps its permissions, and a symbolic link stays one") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    const auto file = site.folder().write("r.json", "the result of yesterday");
    fs::permissions(file, fs::perms{0640});
    fs::create_symlink("r.json", site.file("link.json"));
    fs::create_directory(site.file("results"));
    fs::create_symlink("results/new.json", site.file("dangling.json"));
    CHECK(
        lyncprobe({"scan", list, "--output", site.file("link.json"), "--output",
                   site.file("dangling.json")})
            .exit_code == 0
    );
    require_valid({file, site.file("results/new.json")});
    CHECK(fs::is_symlink(site.file("link.json")));
    CHECK(fs::is_symlink(site.file("dangling.json")));
    CHECK(fs::status(file).permissions() == fs::perms{0640});
    CHECK(temporary_files_in(site.folder().path()).empty());
}

TEST_CASE("a new file has the permissions that the umask leaves") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    const auto done = run(
        {"bash", "-c", "umask 027; exec \"$@\"", "bash", lyncprobe_path(), "scan", list, "--output",
         site.file("r.json")}
    );
    CHECK(done.exit_code == 0);
    CHECK(fs::status(site.file("r.json")).permissions() == fs::perms{0640});
}

TEST_CASE("an output in the working folder, and one to a pipe") {
    Site site;
    site.add("good", good_server());
    (void)site.list();
    Process::Options options;
    options.directory = site.folder().path();
    CHECK(lyncprobe({"scan", "targets.yaml", "--output", "r.json"}, options).exit_code == 0);
    require_valid({site.file("r.json")});
    const auto piped =
        run({"bash", "-c", "\"$@\" --output >(cat >piped) && sleep 0.2; cat piped", "bash",
             lyncprobe_path(), "scan", "targets.yaml", "--quiet"},
            options);
    CHECK(has(piped.err + piped.out, "format")
    ); // /dev/fd/63 names no format, and the program says so
    fs::create_symlink("/dev/stderr", site.file("log.json"));
    const auto to_stderr =
        lyncprobe({"scan", "targets.yaml", "--quiet", "--output", "log.json"}, options);
    CHECK(to_stderr.exit_code == 0);
    CHECK(parse_json(to_stderr.err).as_object().contains("summary"));
}

TEST_CASE("two runs at once on one output: the file is one whole result") {
    lab::Faults slow;
    slow.silent = true;
    Site site;
    site.add("good", good_server());
    site.add("silent", server_with(slow), "timeout: 700ms");
    const auto list = site.list();
    const std::vector<std::string> command{
        lyncprobe_path(),     "scan", list, "--output", site.file("r.json"), "--output",
        site.file("r.ndjson")};
    Process one(command), two(command);
    CHECK(one.wait().exit_code == 1);
    CHECK(two.wait().exit_code == 1);
    require_valid({site.file("r.json"), site.file("r.ndjson")});
    CHECK(temporary_files_in(site.folder().path()).empty());
}

TEST_CASE("a named pipe gets the result, whenever somebody comes to read it") {
    Site site;
    site.add("good", good_server());
    const auto pipe = site.file("pipe.json");
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    Process scan(std::vector<std::string>{
        lyncprobe_path(), "scan", site.list(), "--output", pipe, "--output", site.file("r.txt")});
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    CHECK(has(scan.stderr_so_far(), "waiting for a reader")); // and the scan is over
    CHECK(parse_json(read_text(pipe)).as_object().contains("summary"));
    CHECK(scan.wait().exit_code == 0);
    CHECK(exists(site.file("r.txt")));

    Process alone(std::vector<std::string>{
        lyncprobe_path(), "scan", site.list(), "--output", pipe, "--output", site.file("again.txt")}
    );
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    alone.send_signal(SIGINT); // nobody comes
    const auto done = alone.wait();
    CHECK(done.exit_code == 4);
    CHECK(has(done.err, "nobody reads it"));
}

TEST_CASE("what a killed run left behind goes with the next one; what another one writes stays") {
    lab::Faults silent;
    silent.silent = true;
    Site site;
    site.add("silent", server_with(silent), "timeout: 3s");
    const std::vector<std::string> command{
        lyncprobe_path(), "scan", site.list(), "--output", site.file("r.json")};
    {
        Process killed(command);
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
        killed.send_signal(SIGKILL);
        CHECK(killed.wait().signal == SIGKILL);
    }
    CHECK(temporary_files_in(site.folder().path()).size() == 1);
    Process slow(command);
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    CHECK(temporary_files_in(site.folder().path()).size() == 1);
    const auto own = temporary_files_in(site.folder().path()).front();
    site.folder().write(
        "nothing.yaml", "targets:\n  - {host: 127.0.0.1, port: 9, timeout: 100ms}\n"
    );
    CHECK(
        lyncprobe({"scan", site.file("nothing.yaml"), "--output", site.file("s.json")}).signal == 0
    );
    CHECK(temporary_files_in(site.folder().path()) == std::vector{own});
    CHECK(slow.wait().signal == 0);
    require_valid({site.file("r.json")});
    CHECK(temporary_files_in(site.folder().path()).empty());
}

TEST_CASE("stdout in every format, with and without colours, quiet and verbose") {
    auto failing_spec = server_spec();
    failing_spec.eku = std::vector<std::string>{"1.3.6.1.5.5.7.3.2"};
    Site site;
    site.add("failing", server_with(failing_spec));
    site.add("good", good_server());
    const auto list = site.list();
    const auto scan = [&](std::vector<std::string> more,
                          const std::vector<std::string>& environment = {}) {
        more.insert(more.begin(), {"scan", list});
        Process::Options options;
        options.environment = environment;
        const auto done = lyncprobe(std::move(more), options);
        CHECK(done.exit_code == 1);
        return done.out;
    };
    CHECK(parse_json(scan({"--format", "json"})).as_object().contains("endpoints"));
    CHECK(lines_of(scan({"--format", "ndjson"})).size() == 3);
    const auto text = scan({"--format", "text"});
    CHECK(text == scan({}));
    CHECK(harmless_on_a_terminal(text)); // no colours into a file
    CHECK(has(scan({"--color", "always"}), "\x1b["));
    CHECK(has(scan({"--color", "always"}, {"NO_COLOR=1"}), "\x1b["));
    CHECK(harmless_on_a_terminal(scan({"--color", "auto"}, {"NO_COLOR=1"})));
    CHECK(harmless_on_a_terminal(scan({"--color", "never"})));
    const auto quiet = scan({"--quiet"}), verbose = scan({"--verbose"});
    CHECK(quiet.size() < text.size());
    CHECK(text.size() < verbose.size());
    CHECK(has(quiet, "server-eku"));
    CHECK(has(verbose, "key-length-recommended")); // a rule that passed
    CHECK(widest_line(verbose) <= 100);
    (void)scan({"--color", "always", "--output", site.file("r.txt")});
    CHECK(harmless_on_a_terminal(read_text(site.file("r.txt")))); // colours are for stdout only
}

TEST_CASE("colours on a terminal, and none with NO_COLOR or --color never") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    const auto on_terminal = [&](const std::string& more,
                                 const std::vector<std::string>& environment = {}) {
        Process::Options options;
        options.environment = environment;
        return run({"script", "-qec", lyncprobe_path() + " scan " + list + " --no-progress " + more,
                    "/dev/null"},
                   options)
            .out;
    };
    CHECK(has(on_terminal(""), "\x1b["));
    CHECK(!has(on_terminal("--color never"), "\x1b["));
    CHECK(!has(on_terminal("", {"NO_COLOR=1"}), "\x1b["));
    CHECK(has(on_terminal("", {"NO_COLOR="}), "\x1b["));
    CHECK(has(on_terminal("--color always", {"NO_COLOR=1"}), "\x1b["));
}

TEST_CASE("--vantage is in the result, and without it there is null") {
    Site site;
    site.add("good", good_server());
    const auto list = site.list();
    CHECK(
        parse_json(lyncprobe({"scan", list, "--vantage", "perimeter", "--format", "json"}).out)
            .at("run")
            .at("vantage") == "perimeter"
    );
    CHECK(parse_json(lyncprobe({"scan", list, "--format", "json"}).out)
              .at("run")
              .at("vantage")
              .is_null());
}

} // namespace lyncprobe::test
