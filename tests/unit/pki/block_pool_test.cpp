// SPDX-License-Identifier: MIT
#include "pki/block_pool.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

struct BlockPool : pki::BlockPool {
    ~BlockPool() { clear(); }
};

} // namespace

TEST_CASE("block pool: every block is aligned as malloc's, and none lies in another") {
    BlockPool pool;
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (std::size_t size = 1; size <= 3000; ++size) {
        auto* block = static_cast<unsigned char*>(pool.allocate(size));
        REQUIRE(block != nullptr);
        REQUIRE(reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t) == 0);
        std::memset(block, static_cast<int>(size % 251), size);
        blocks.emplace_back(block, size);
    }
    for (const auto& [block, size] : blocks) {
        CHECK(std::string(block, block + size) == std::string(size, static_cast<char>(size % 251)));
        pool.release(block);
    }
}

TEST_CASE("block pool: what was given back is used again before anything new") {
    BlockPool pool;
    void* first = pool.allocate(100);
    void* second = pool.allocate(100);
    pool.release(first);
    pool.release(second);
    CHECK(pool.allocate(97) == second); // the same size in steps, last in, first out
    CHECK(pool.allocate(100) == first);
    CHECK(pool.allocate(100) != first);
}

TEST_CASE("block pool: a block that grows or shrinks keeps what it held") {
    BlockPool pool;
    std::string expected = "x";
    auto* block = static_cast<char*>(pool.reallocate(nullptr, 1));
    *block = 'x';
    for (const std::size_t size : {24U, 25U, 1000U, 1048U, 1049U, 5000U, 70'000U, 10U, 2000U}) {
        CAPTURE(size);
        block = static_cast<char*>(pool.reallocate(block, size));
        REQUIRE(block != nullptr);
        expected.resize(std::min(expected.size(), size));
        CHECK(std::string(block, expected.size()) == expected);
        expected.resize(size, static_cast<char>('a' + size % 26));
        std::memcpy(block, expected.data(), size);
    }
    CHECK(pool.reallocate(block, 0) == nullptr);
}

TEST_CASE("block pool: nothing is asked for, and too much") {
    BlockPool pool;
    CHECK(pool.allocate(0) == nullptr);
    CHECK(pool.reallocate(nullptr, 0) == nullptr);
    pool.release(nullptr);
    CHECK(pool.allocate(SIZE_MAX) == nullptr);
    CHECK(pool.allocate(SIZE_MAX - 8) == nullptr);
    void* small = pool.allocate(10);
    CHECK(pool.reallocate(small, SIZE_MAX) == nullptr);
    void* large = pool.allocate(10'000);
    CHECK(pool.reallocate(large, SIZE_MAX) == nullptr);
    pool.release(small); // both are still what they were
    pool.release(large);
}

TEST_CASE("block pool: a block of one pool ends well in another, as of another thread") {
    BlockPool one, other;
    void* block = one.allocate(40);
    other.release(block);
    CHECK(other.allocate(40) == block);
    CHECK(one.allocate(40) != block);
    other.release(block);
    void* large = one.allocate(4000);
    large = other.reallocate(large, 8000);
    one.release(large);
}

TEST_CASE("block pool: blocks that come and go in any order never share a byte") {
    BlockPool pool;
    std::mt19937 random(1);
    struct Held {
        unsigned char* block;
        std::size_t size;
        unsigned char mark;
    };
    std::vector<Held> held;
    for (int turn = 0; turn < 20'000; ++turn) {
        if (held.size() < 200 && (held.empty() || random() % 2 == 0)) {
            const std::size_t size = 1 + random() % 1200;
            const auto mark = static_cast<unsigned char>(random());
            auto* block = static_cast<unsigned char*>(pool.allocate(size));
            std::memset(block, mark, size);
            held.push_back({block, size, mark});
            continue;
        }
        std::swap(held[random() % held.size()], held.back());
        const auto& [block, size, mark] = held.back();
        bool whole = true;
        for (std::size_t i = 0; i < size; ++i)
            whole = whole && block[i] == mark;
        REQUIRE(whole);
        pool.release(block);
        held.pop_back();
    }
    for (const auto& one : held)
        pool.release(one.block);
}

TEST_CASE("block pool: what waits in the lists of middling blocks can be given back") {
    BlockPool pool;
    CHECK(!pool.give_back());
    pool.release(pool.allocate(100)); // of a piece, which stays
    CHECK(!pool.give_back());
    void* used = pool.allocate(20'000);
    pool.release(pool.allocate(20'000));
    pool.release(pool.allocate(3000));
    CHECK(pool.give_back());
    CHECK(!pool.give_back());
    pool.release(used);
}

TEST_CASE("block pool: goes on after it was cleared") {
    BlockPool pool;
    pool.release(pool.allocate(100));
    pool.release(pool.allocate(5000));
    pool.clear();
    CHECK(!pool.give_back());
    auto* block = static_cast<unsigned char*>(pool.allocate(100));
    std::memset(block, 1, 100);
    pool.release(block);
}
