// SPDX-License-Identifier: MIT
// To be preloaded: the allocation whose number stands in FAIL_ALLOCATION finds no memory, nor do
// those right behind it, FAIL_TIMES in all. Counted from the first use of OpenSSL on: before it
// nothing has happened yet, and not everything there takes it well. For the GNU C library.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>

namespace {

std::atomic<bool> counting{false};
std::atomic<long> allocations{0};

long number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text != nullptr ? std::atol(text) : 0;
}

bool fails() {
    static const long first = number_in("FAIL_ALLOCATION"), times = number_in("FAIL_TIMES");
    if (!counting) return false;
    const long number = ++allocations;
    if (number < first || number >= first + times) return false;
    errno = ENOMEM;
    return true;
}

} // namespace

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);

void* malloc(std::size_t size) { return fails() ? nullptr : __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) {
    return fails() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    return fails() ? nullptr : __libc_realloc(memory, size);
}

int OPENSSL_init_crypto(std::uint64_t options, const void* settings) {
    using Function = int (*)(std::uint64_t, const void*);
    static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "OPENSSL_init_crypto"));
    // Not in the first step, OPENSSL_INIT_BASE_ONLY: OpenSSL 3.5 waits for itself if that fails.
    constexpr std::uint64_t kFirstStep = 0x00040000;
    if (!counting) real(kFirstStep, nullptr);
    counting = true;
    return real(options, settings);
}
}
