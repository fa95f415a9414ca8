// SPDX-License-Identifier: MIT
#include "pki/memory.h"

#include "pki/block_pool.h"

#include <cstdlib>
#include <new>

#include <openssl/crypto.h>

namespace lyncprobe::pki {

namespace {

// A sanitizer sees the end of a block only where each block is malloc's.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LYNCPROBE_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LYNCPROBE_SANITIZED
#endif

#ifdef LYNCPROBE_SANITIZED
struct Pool {
    static void* allocate(std::size_t size) { return size == 0 ? nullptr : std::malloc(size); }
    static void* reallocate(void* memory, std::size_t size) {
        if (size > 0) return std::realloc(memory, size);
        std::free(memory);
        return nullptr;
    }
    static void release(void* memory) { std::free(memory); }
};
#else
using Pool = BlockPool;
#endif

// Never destroyed: libcrypto gives memory back when the thread's other objects are gone already,
// and other threads may hold blocks of it.
union Forever {
    constexpr Forever() : pool() {}
    ~Forever() {} // NOLINT(modernize-use-equals-default): that would be deleted
    Pool pool;
};
thread_local constinit Forever memory_of_thread;
Pool& pool() { return memory_of_thread.pool; }

thread_local constinit long failed = 0;

void* counted(void* memory, std::size_t size) {
    if (memory == nullptr && size > 0) ++failed;
    return memory;
}

void* allocate(std::size_t size, const char*, int) { return counted(pool().allocate(size), size); }

void* reallocate(void* memory, std::size_t size, const char*, int) {
    return counted(pool().reallocate(memory, size), size);
}

void release(void* memory, const char*, int) { pool().release(memory); }

} // namespace

void take_over_memory() { CRYPTO_set_mem_functions(allocate, reallocate, release); }

long failed_allocations() { return failed; }

void MemoryWatch::check() const {
    if (failed_allocations() != before_) throw std::bad_alloc();
}

} // namespace lyncprobe::pki
