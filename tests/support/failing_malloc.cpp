// SPDX-License-Identifier: MIT
// To be preloaded: the allocation whose number stands in FAIL_ALLOCATION, counted from main() on,
// finds no memory, nor does the next, which may be a second attempt. For the GNU C library.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <dlfcn.h>

namespace {

using Main = int (*)(int, char**, char**);
using Start = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);

std::atomic<bool> counting{false};
std::atomic<long> allocations{0};
long failing = 0;
Main program = nullptr;

bool fails() {
    if (!counting) return false;
    const long number = ++allocations;
    if (failing == 0 || (number != failing && number != failing + 1)) return false;
    errno = ENOMEM;
    return true;
}

int counted_main(int argc, char** argv, char** environment) {
    const char* number = std::getenv("FAIL_ALLOCATION");
    failing = number != nullptr ? std::atol(number) : 0;
    counting = true;
    return program(argc, argv, environment);
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

int __libc_start_main(
    Main its_main, int argc, char** argv, void (*init)(), void (*fini)(), void (*linker)(),
    void* stack
) {
    program = its_main;
    const auto start = reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"));
    return start(counted_main, argc, argv, init, fini, linker, stack);
}
}
