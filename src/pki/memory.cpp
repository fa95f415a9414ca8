// SPDX-License-Identifier: MIT
#include "pki/memory.h"

#include <cstdlib>
#include <new>

#include <openssl/crypto.h>

namespace lyncprobe::pki {

namespace {

// A failure belongs to the thread whose call of OpenSSL met it. Initialised without a constructor:
// to register one for a thread glibc needs memory itself.
thread_local constinit long failed = 0;

// As libcrypto's own functions, none of these asks malloc for no bytes.
void* allocate(std::size_t size, const char*, int) {
    if (size == 0) return nullptr;
    void* memory = std::malloc(size);
    if (memory == nullptr) ++failed;
    return memory;
}

void* reallocate(void* memory, std::size_t size, const char* file, int line) {
    if (memory == nullptr) return allocate(size, file, line);
    if (size == 0) {
        std::free(memory);
        return nullptr;
    }
    void* moved = std::realloc(memory, size);
    if (moved == nullptr) ++failed;
    return moved;
}

} // namespace

void count_failed_allocations() {
    // Null leaves libcrypto's own function, which is free().
    CRYPTO_set_mem_functions(allocate, reallocate, nullptr);
}

long failed_allocations() { return failed; }

void AllocationWatch::check() const {
    if (failed_allocations() != before_) throw std::bad_alloc();
}

} // namespace lyncprobe::pki
