// SPDX-License-Identifier: MIT
#include "pki/block_pool.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace lyncprobe::pki {

namespace {

constexpr std::size_t kAlignment = alignof(std::max_align_t);
constexpr std::size_t kHeader = sizeof(std::size_t);
constexpr std::size_t kPiece = 65'536;

// The kind of a block stands before it: 0 for malloc's alone, then the small sizes, then the
// middling ones, up to what libssl's buffers of a record and a message take.
constexpr std::size_t kMallocs = 0;
constexpr std::size_t kSmallKinds = 65;
constexpr std::size_t kMiddlingStep = 512;
constexpr std::size_t kMiddlingKinds = 62;
constexpr std::size_t kLargestSmall = kSmallKinds * kAlignment - kHeader;
constexpr std::size_t kLargest = kMiddlingKinds * kMiddlingStep;
static_assert(kAlignment >= sizeof(void*) + kHeader);

std::size_t kind_for(std::size_t size) {
    if (size <= kLargestSmall) return (size + kHeader + kAlignment - 1) / kAlignment;
    if (size <= kLargest) return kSmallKinds + (size + kMiddlingStep - 1) / kMiddlingStep;
    return kMallocs;
}

// The bytes that a block of the kind holds.
std::size_t room_of(std::size_t kind) {
    if (kind <= kSmallKinds) return kind * kAlignment - kHeader;
    return (kind - kSmallKinds) * kMiddlingStep;
}

std::size_t kind_of(const void* memory) {
    std::size_t kind = 0;
    std::memcpy(&kind, static_cast<const std::byte*>(memory) - kHeader, kHeader);
    return kind;
}

void* marked(void* memory, std::size_t kind) {
    std::memcpy(static_cast<std::byte*>(memory) - kHeader, &kind, kHeader);
    return memory;
}

void* whole_of(void* memory) { return static_cast<std::byte*>(memory) - kAlignment; }

void* from_malloc(std::size_t size, std::size_t kind) {
    if (size > SIZE_MAX - kAlignment) return nullptr;
    auto* whole = static_cast<std::byte*>(std::malloc(size + kAlignment));
    return whole == nullptr ? nullptr : marked(whole + kAlignment, kind);
}

// Most often somebody asks for the next block of a list soon, and it is in no cache any more.
void expect(const void* next) {
#if defined(__GNUC__)
    __builtin_prefetch(next, 1);
#else
    (void)next;
#endif
}

// The block that `list` begins with; the list must not be empty.
void* pop(void*& list) {
    void* memory = list;
    std::memcpy(&list, memory, sizeof list);
    expect(list);
    return memory;
}

void push(void*& list, void* memory) {
    std::memcpy(memory, &list, sizeof list);
    list = memory;
}

} // namespace

void BlockPool::clear() {
    static_assert(kKinds == 1 + kSmallKinds + kMiddlingKinds);
    give_back();
    while (pieces_ != nullptr)
        std::free(pop(pieces_));
    free_ = {};
    next_ = nullptr;
    left_ = 0;
}

void* BlockPool::allocate(std::size_t size) {
    if (size == 0) return nullptr;
    const std::size_t kind = kind_for(size);
    if (kind == kMallocs) return from_malloc(size, kMallocs);
    if (free_[kind] != nullptr) return pop(free_[kind]);
    if (kind > kSmallKinds) return from_malloc(room_of(kind), kind);
    return cut(kind);
}

void BlockPool::release(void* memory) {
    if (memory == nullptr) return;
    const std::size_t kind = kind_of(memory);
    if (kind == kMallocs)
        std::free(whole_of(memory));
    else
        push(free_[kind], memory);
}

bool BlockPool::give_back() {
    bool any = false;
    for (std::size_t kind = kSmallKinds + 1; kind < kKinds; ++kind)
        for (; free_[kind] != nullptr; any = true)
            std::free(whole_of(pop(free_[kind])));
    return any;
}

void* BlockPool::reallocate(void* memory, std::size_t size) {
    if (memory == nullptr) return allocate(size);
    if (size == 0) {
        release(memory);
        return nullptr;
    }
    const std::size_t kind = kind_of(memory);
    if (kind == kMallocs) {
        if (size > SIZE_MAX - kAlignment) return nullptr;
        auto* whole = static_cast<std::byte*>(std::realloc(whole_of(memory), size + kAlignment));
        return whole == nullptr ? nullptr : whole + kAlignment;
    }
    const std::size_t room = room_of(kind);
    if (size <= room) return memory;
    void* larger = allocate(size);
    if (larger == nullptr) return nullptr;
    std::memcpy(larger, memory, room);
    release(memory);
    return larger;
}

// A new small block.
void* BlockPool::cut(std::size_t kind) {
    const std::size_t size = kind * kAlignment;
    if (left_ < size && !take_piece()) return nullptr;
    void* memory = marked(next_, kind);
    next_ += size;
    left_ -= size;
    return memory;
}

// What is left of the old piece, less than one block, is lost.
bool BlockPool::take_piece() {
    auto* piece = static_cast<std::byte*>(std::malloc(kPiece));
    if (piece == nullptr) return false;
    push(pieces_, piece);
    next_ = piece + kAlignment; // behind the link and the first block's header
    left_ = kPiece - kAlignment;
    return true;
}

} // namespace lyncprobe::pki
