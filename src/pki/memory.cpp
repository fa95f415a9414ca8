// SPDX-License-Identifier: MIT
#include "pki/memory.h"

#include "pki/block_pool.h"

#include <cstdlib>
#include <new>
#include <type_traits>

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
    static bool give_back() { return false; }
};
#else
using Pool = BlockPool;
#endif

// Never destroyed, since libcrypto gives memory back when the thread's other objects are gone
// already and other threads may hold blocks of it: a thread that ends leaves its pool behind. And
// to register a destructor glibc needs memory, for want of which it ends the program.
static_assert(std::is_trivially_destructible_v<Pool>);
thread_local constinit Pool pool;
thread_local constinit long failed = 0;

// A second time with what the pool had put aside.
template <class Allocate>
void* counted(std::size_t size, Allocate allocate) {
    void* memory = allocate();
    if (memory == nullptr && size > 0 && pool.give_back()) memory = allocate();
    if (memory == nullptr && size > 0) ++failed;
    return memory;
}

void* allocate(std::size_t size, const char*, int) {
    return counted(size, [&] { return pool.allocate(size); });
}

void* reallocate(void* memory, std::size_t size, const char*, int) {
    return counted(size, [&] { return pool.reallocate(memory, size); });
}

void release(void* memory, const char*, int) { pool.release(memory); }

// std::new_handler: our own objects, too, may have what the pool put aside.
void give_back() {
    if (!pool.give_back()) throw std::bad_alloc();
}

} // namespace

void take_over_memory() {
    if (CRYPTO_set_mem_functions(allocate, reallocate, release) == 1)
        std::set_new_handler(give_back);
}

long failed_allocations() { return failed; }

void MemoryWatch::check() const {
    if (failed_allocations() != before_) throw std::bad_alloc();
}

} // namespace lyncprobe::pki
