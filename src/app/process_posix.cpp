// SPDX-License-Identifier: MIT
#include "app/exit_code.h"
#include "app/output.h"
#include "app/process.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace lyncprobe::app {

namespace {

std::atomic<int> interrupts{0};
static_assert(std::atomic<int>::is_always_lock_free, "used in a signal handler");

void on_interrupt(int) {
    if (interrupts.fetch_add(1) == 0) return;
    remove_temporary_files();
    _exit(kExitInterrupted);
}

// A result file must never get the descriptor of a stdout that the caller closed.
void open_standard_descriptors() {
    while (true) {
        const int descriptor = open("/dev/null", O_RDWR);
        if (descriptor > STDERR_FILENO) close(descriptor);
        if (descriptor < 0 || descriptor > STDERR_FILENO) return;
    }
}

} // namespace

void prepare_process() {
    open_standard_descriptors();
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes then fails a write, as a full disk does
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
}

const std::atomic<int>& count_interrupts() {
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    struct sigaction hangup {};
    sigaction(SIGHUP, nullptr, &hangup);
    if (hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr); // unless under nohup
    return interrupts;
}

void end_at_first_interrupt() {
    interrupts = 1;
    count_interrupts();
}

bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

bool terminal_is_dumb() {
    const char* terminal = std::getenv("TERM");
    return terminal && std::string_view(terminal) == "dumb";
}

std::size_t terminal_width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
    return size.ws_col;
}

bool readable_by_others(const std::string& path) {
    struct stat info {};
    return stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

} // namespace lyncprobe::app
