// SPDX-License-Identifier: MIT
// To be preloaded: the allocation whose number stands in FAIL_ALLOCATION finds no memory, counted
// from the first one of the process; with FAIL_EVERY each n-th after it, too. GNU libc.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

namespace {

std::atomic<long> allocations{0};

long setting(const char* name) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::atol(text) : 0;
}

bool fails() {
    static const long first = setting("FAIL_ALLOCATION"), every = setting("FAIL_EVERY");
    const long number = ++allocations;
    const bool failing =
        number == first || (every > 0 && number > first && (number - first) % every == 0);
    if (failing) errno = ENOMEM;
    return failing;
}

} // namespace

void* malloc(std::size_t size) { return fails() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) {
    return fails() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    return fails() ? nullptr : __libc_realloc(memory, size);
}
}
