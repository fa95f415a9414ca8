// SPDX-License-Identifier: MIT
// Private files, temporary folders, signals and child processes.
#include "lab/posix.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace lyncprobe::lab {

namespace {

std::string reason() { return std::generic_category().message(errno); }
Problem problem(std::string_view doing) { return {fmt::format("{}: {}", doing, reason())}; }

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::write(file, bytes.data(), bytes.size());
        // A signal that is not held may come between.
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

sigset_t interrupts() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&set, signal);
    return set;
}

Result<pid_t> spawn(const std::vector<std::string>& command, const std::string& environment) {
    std::vector<char*> arguments, variables;
    for (const auto& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    // The child gets our environment and one variable more.
    for (char** variable = environ; *variable != nullptr; ++variable)
        variables.push_back(*variable);
    variables.push_back(const_cast<char*>(environment.c_str()));
    variables.push_back(nullptr);

    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none; // ours are held; the child's are not
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t child = 0;
    const int error = ::posix_spawnp(
        &child, arguments.front(), nullptr, &attributes, arguments.data(), variables.data()
    );
    ::posix_spawnattr_destroy(&attributes);
    if (error != 0)
        return Problem{
            .what = fmt::format(
                "cannot run {}: {}", command.front(), std::generic_category().message(error)
            )};
    return child;
}

} // namespace

Result<void> write_private_file(const std::string& path, std::string_view bytes) {
    // A name of its own first: an old file that others may read never holds the new bytes.
    const std::string fresh = fmt::format("{}.{}.new", path, ::getpid());
    const int file =
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) return problem("cannot create " + fresh);
    const bool written = write_all(file, bytes);
    if (const bool closed = ::close(file) == 0; !written || !closed) {
        Problem failure = problem("cannot write " + fresh);
        ::unlink(fresh.c_str());
        return failure;
    }
    if (::rename(fresh.c_str(), path.c_str()) != 0) {
        Problem failure = problem("cannot replace " + path);
        ::unlink(fresh.c_str());
        return failure;
    }
    return {};
}

Result<std::string> make_temporary_folder() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    // TMPDIR where it is set.
    std::string name = (error ? std::filesystem::path("/tmp") : parent) / "lyncprobe-lab.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return problem("cannot make a folder " + name);
    return Result<std::string>(boost::system::in_place_value, name);
}

void hold_interrupts() {
    sigset_t held = interrupts();
    // Before any thread starts: each inherits the mask, so that signals wait for sigwait alone.
    sigaddset(&held, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

void wait_for_interrupt() {
    const sigset_t awaited = interrupts();
    int signal = 0;
    ::sigwait(&awaited, &signal);
}

Result<int> run_command(const std::vector<std::string>& command, const std::string& environment) {
    const auto child = spawn(command, environment);
    if (child.has_error()) return child.error();
    sigset_t awaited = interrupts();
    sigaddset(&awaited, SIGCHLD);
    for (int status = 0;;) {
        siginfo_t event{};
        const int signal = ::sigwaitinfo(&awaited, &event);
        if (signal == SIGCHLD && ::waitpid(*child, &status, WNOHANG) == *child) {
            // As shells report it: 128 and the number of the signal.
            if (WIFEXITED(status)) return WEXITSTATUS(status);
            return 128 + WTERMSIG(status);
        }
        // The terminal sends Ctrl-C to both; what was sent to us alone goes on to the child.
        if (signal > 0 && signal != SIGCHLD && event.si_code <= 0) ::kill(*child, signal);
    }
}

} // namespace lyncprobe::lab
