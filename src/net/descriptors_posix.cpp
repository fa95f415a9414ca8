// SPDX-License-Identifier: MIT
// The descriptor limit by getrlimit and setrlimit (POSIX).
#include "net/descriptors.h"

#include <limits>

#include <sys/resource.h>

namespace lyncprobe::net {

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return limit.rlim_cur == RLIM_INFINITY ? std::numeric_limits<std::size_t>::max()
                                           : limit.rlim_cur;
}

} // namespace lyncprobe::net
