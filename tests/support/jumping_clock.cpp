// SPDX-License-Identifier: MIT
// To be preloaded: one or two seconds after the program's start the wall clock goes back by a day.
// For Linux.
#include <ctime>
#include <unistd.h>

#include <sys/syscall.h>

namespace {

time_t steady_seconds() {
    timespec time{};
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

const time_t kStart = steady_seconds();

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
    constexpr time_t kDay = 86'400;
    const long failed = syscall(SYS_clock_gettime, clock, time);
    if (failed == 0 && clock == CLOCK_REALTIME && steady_seconds() > kStart + 1)
        time->tv_sec -= kDay;
    return static_cast<int>(failed);
}
