// SPDX-License-Identifier: MIT
#include "pki/memory.h"

#include <cstdlib>
#include <new>

#include <openssl/crypto.h>

namespace lyncprobe::pki {

namespace {

thread_local long failed = 0;

void* counted(void* memory, std::size_t size) {
    if (memory == nullptr && size > 0) ++failed;
    return memory;
}

// As CRYPTO_malloc and CRYPTO_realloc: of no bytes there is nothing.
void* allocate(std::size_t size, const char*, int) {
    return size == 0 ? nullptr : counted(std::malloc(size), size);
}

void release(void* memory, const char*, int) { std::free(memory); }

void* reallocate(void* memory, std::size_t size, const char*, int) {
    if (size > 0) return counted(std::realloc(memory, size), size);
    std::free(memory);
    return nullptr;
}

} // namespace

void count_failed_allocations() { CRYPTO_set_mem_functions(allocate, reallocate, release); }

long failed_allocations() { return failed; }

void MemoryWatch::check() const {
    if (failed_allocations() != before_) throw std::bad_alloc();
}

} // namespace lyncprobe::pki
