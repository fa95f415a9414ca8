// SPDX-License-Identifier: MIT
#include "support/process.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>
#include <unistd.h>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace lyncprobe::test {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

std::string unused_path(const char* kind) {
    static std::atomic<int> counter{0};
    return fs::temp_directory_path() /
           ("lyncprobe-test-" + std::to_string(getpid()) + "-" + std::to_string(counter++) + kind);
}

// In the child, before the program: descriptors, folder, environment. Only async-signal-safe calls.
// Without any allocation: the child inherits the allocator's lock where a thread of the test held
// it.
[[noreturn]] void become(
    std::vector<char*>& argv, std::vector<char*>& variables, const std::string& in,
    const std::string& out, const std::string& err, const Process::Options& options,
    const int broken_pipe[2]
) {
    const int from = open(in.empty() ? "/dev/null" : in.c_str(), O_RDONLY);
    const int to = options.close_stdout_early
                       ? broken_pipe[1]
                       : open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int errors = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(from, STDIN_FILENO);
    dup2(to, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    for (const int descriptor : {from, to, errors, broken_pipe[0], broken_pipe[1]})
        if (descriptor > STDERR_FILENO) close(descriptor);
    for (const int ours : {SIGPIPE, SIGINT, SIGTERM}) // doctest has handlers of its own
        signal(ours, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(126);
    environ = variables.data();
    execvp(argv[0], argv.data());
    _exit(127);
}

std::string take_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    fs::remove(path);
    return text.str();
}

int connect_to(std::uint16_t port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int result =
        connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    close(descriptor);
    return result;
}

} // namespace

Process::Process(std::vector<std::string> argv, const Options& options)
    : out_path_(options.stdout_path.empty() ? unused_path(".out") : options.stdout_path),
      err_path_(unused_path(".err")),
      own_out_(options.stdout_path.empty()),
      started_(std::chrono::steady_clock::now()) {
    if (!options.stdin_text.empty()) {
        in_path_ = unused_path(".in");
        std::ofstream(in_path_, std::ios::binary) << options.stdin_text;
    }
    std::vector<char*> pointers;
    for (auto& argument : argv)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    std::vector<char*> variables; // the first of a name counts
    for (const auto& variable : options.environment)
        variables.push_back(const_cast<char*>(variable.c_str()));
    for (char** inherited = environ; *inherited != nullptr; ++inherited)
        variables.push_back(*inherited);
    variables.push_back(nullptr);
    int broken_pipe[2] = {-1, -1};
    if (options.close_stdout_early) REQUIRE(pipe(broken_pipe) == 0);
    sigset_t all, before; // a signal for the child must not meet the handlers of this program
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_ = fork();
    if (pid_ == 0)
        become(pointers, variables, in_path_, out_path_, err_path_, options, broken_pipe);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    for (const int descriptor : broken_pipe)
        if (descriptor >= 0) close(descriptor);
    REQUIRE(pid_ > 0);
}

Process::~Process() {
    if (pid_ <= 0) return;
    send_signal(SIGTERM);
    (void)wait(1s);
}

void Process::send_signal(int signal) const {
    if (pid_ > 0) kill(pid_, signal);
}

bool Process::running() const {
    siginfo_t ended{};
    return pid_ > 0 &&
           waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
}

std::string Process::stderr_so_far() const {
    std::ifstream in(err_path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Finished Process::wait(std::chrono::seconds limit) {
    Finished done;
    if (pid_ <= 0) return done;
    const auto end = std::chrono::steady_clock::now() + limit;
    int status = 0;
    rusage used{};
    while (wait4(pid_, &status, WNOHANG, &used) == 0) {
        if (std::chrono::steady_clock::now() > end && !done.timed_out) {
            done.timed_out = true;
            kill(pid_, SIGKILL);
        }
        std::this_thread::sleep_for(2ms);
    }
    pid_ = -1;
    done.peak_kib = used.ru_maxrss;
    if (WIFEXITED(status)) done.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) done.signal = WTERMSIG(status);
    done.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    if (own_out_) done.out = take_file(out_path_);
    done.err = take_file(err_path_);
    if (!in_path_.empty()) fs::remove(in_path_);
    return done;
}

Finished run(
    std::vector<std::string> argv, const Process::Options& options, std::chrono::seconds limit
) {
    Process process(std::move(argv), options);
    return process.wait(limit);
}

std::string installed_program(const std::string& name, const std::string& debian_package) {
    const char* path = std::getenv("PATH");
    std::istringstream folders((path != nullptr ? path : std::string()) + ":/usr/sbin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (const auto candidate = folder + "/" + name; access(candidate.c_str(), X_OK) == 0)
            return candidate;
    FAIL(
        "program " << name << " is missing: install the package " << debian_package
                   << " (scripts/install-deps test)"
    );
    return {};
}

Finished lyncprobe(std::vector<std::string> arguments, const Process::Options& options) {
    arguments.insert(arguments.begin(), lyncprobe_path());
    return run(std::move(arguments), options);
}

std::string lyncprobe_path() { return LYNCPROBE_BINARY_DIR "/lyncprobe"; }

std::string lab_path() { return LYNCPROBE_BINARY_DIR "/lyncprobe-lab"; }

std::string preloaded(const std::string& library) {
    return "LD_PRELOAD=" LYNCPROBE_BINARY_DIR "/tests/lib" + library + ".so";
}

TemporaryFolder::TemporaryFolder() : path_(unused_path("")) { fs::create_directories(path_); }

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return file(name);
}

std::string read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE_MESSAGE(in.good(), path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

bool exists(const std::string& path) { return fs::exists(path); }

std::uint16_t free_port() {
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    REQUIRE(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    close(descriptor);
    return ntohs(address.sin_port);
}

bool wait_for_port(std::uint16_t port, std::chrono::seconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
        if (connect_to(port) == 0) return true;
        std::this_thread::sleep_for(20ms);
    }
    return false;
}

} // namespace lyncprobe::test
