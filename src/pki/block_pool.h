// SPDX-License-Identifier: MIT
// Memory for a library that asks for thousands of small blocks a handshake and gives them back in
// no order: by glibc's allocator that was a seventh of a run's time.
#pragma once

#include <array>
#include <cstddef>

namespace lyncprobe::pki {

// BlockPool cuts small blocks from pieces of 64 KiB, takes middling ones from malloc, and keeps
// what comes back in a list for each size; larger blocks are malloc's alone. So it stays at the sum
// of what each size once took, until clear() or give_back(). One thread at a time; a block may be
// released into another pool than it came from, as long as that one is not cleared. Trivially
// destructible, so that it can be a thread's until its last object is gone.
class BlockPool {
  public:
    constexpr BlockPool() = default;
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    // As malloc, realloc and free, but null for no bytes. Null where there is no memory.
    void* allocate(std::size_t size);
    void* reallocate(void* memory, std::size_t size);
    void release(void* memory);
    // Gives the middling blocks of the lists back to malloc; false where there was none.
    bool give_back();
    // All of that, and every small block, in use or not.
    void clear();

  private:
    static constexpr std::size_t kKinds = 128; // of blocks, by size

    void* cut(std::size_t kind);
    bool take_piece();

    std::array<void*, kKinds> free_{}; // the first word of a block links
    std::byte* next_ = nullptr;        // of the piece in use
    std::size_t left_ = 0;
    void* pieces_ = nullptr; // all of them; the first word links
};

} // namespace lyncprobe::pki
