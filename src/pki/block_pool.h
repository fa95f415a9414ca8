// SPDX-License-Identifier: MIT
// Memory for a library that asks for thousands of small blocks a handshake and gives them back in
// no order: of glibc's allocator that is a seventh of the handshake's time.
#pragma once

#include <array>
#include <cstddef>

namespace lyncprobe::pki {

// BlockPool cuts small blocks from pieces of 64 KiB and takes middling ones from malloc, and keeps
// what comes back in a list for each size; larger blocks are malloc's alone. What is in the lists
// is given back to the system with the pool only, so memory stays at its peak. One thread at a
// time; a block may be released into another pool than it came from, as long as that one lives.
class BlockPool {
  public:
    constexpr BlockPool() = default;
    ~BlockPool();
    BlockPool(const BlockPool&) = delete;
    BlockPool& operator=(const BlockPool&) = delete;

    // As malloc, realloc and free, but null for no bytes. Null where there is no memory.
    void* allocate(std::size_t size);
    void* reallocate(void* memory, std::size_t size);
    void release(void* memory);
    // Gives the middling blocks of the lists back to malloc; false where there was none.
    bool give_back();

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
