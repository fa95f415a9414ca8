// SPDX-License-Identifier: MIT
// Programs run by tests: the product's own binaries and other people's servers; temporary folders;
// free ports.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace lyncprobe::test {

// Whether this build is under a sanitizer, whose memory and time say nothing of the product's.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Finished is what a program left behind.
struct Finished {
    int exit_code = -1; // -1: ended by a signal, or killed by the test's time limit
    int signal = 0;
    bool timed_out = false;
    std::string out, err;
    double seconds = 0;
    long peak_kib =
        0; // of resident memory; the test program's own counts, since it is a copy first
};

// Process is a running program; its destructor ends it (SIGTERM, after a second SIGKILL) and reaps
// it.
class Process {
  public:
    struct Options {
        std::string stdin_text;
        std::string stdout_path;              // instead of collecting stdout
        std::vector<std::string> environment; // "NAME=value", beside the test's own
        std::string directory;                // working directory
        bool close_stdout_early = false;      // the reader of stdout goes away at once
    };
    // argv[0] is looked up in PATH where it has no slash. Fails the test where the program does not
    // start.
    Process(std::vector<std::string> argv, const Options&);
    explicit Process(std::vector<std::string> argv) : Process(std::move(argv), Options{}) {}
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    void send_signal(int signal) const;
    // False once it has ended; it is not reaped, so that wait() still tells how.
    bool running() const;
    std::string stderr_so_far() const;
    // Waits for the end and collects the output; after `limit` the program is killed.
    Finished wait(std::chrono::seconds limit = std::chrono::seconds{60});

  private:
    pid_t pid_ = -1;
    std::string out_path_, err_path_, in_path_; // files, so that no pipe can fill up
    bool own_out_ = true;
    std::chrono::steady_clock::time_point started_;
};

Finished run(
    std::vector<std::string> argv, const Process::Options& options = {},
    std::chrono::seconds limit = std::chrono::seconds{60}
);

// Where a program is, in PATH or where Debian keeps daemons; fails the test where it is missing.
std::string installed_program(const std::string& name, const std::string& debian_package);

// `lyncprobe ARGUMENTS…` of this build.
Finished lyncprobe(std::vector<std::string> arguments, const Process::Options& options = {});
std::string lyncprobe_path();
std::string lab_path();
// For the environment of a process: support/failing_malloc.cpp or jumping_clock.cpp.
std::string preloaded(const std::string& library);

// TemporaryFolder is removed with all that is in it.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }
    // Writes a file and gives its path.
    std::string write(const std::string& name, const std::string& text) const;

  private:
    std::string path_;
};

std::string read_text(const std::string& path); // fails the test where there is none
bool exists(const std::string& path);

// A port of 127.0.0.1 that nobody listens on at this moment.
std::uint16_t free_port();
// Waits until somebody accepts connections there; false after `limit`.
bool wait_for_port(std::uint16_t port, std::chrono::seconds limit = std::chrono::seconds{15});

} // namespace lyncprobe::test
