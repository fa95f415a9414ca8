// SPDX-License-Identifier: MIT
// Comparing what pointers refer to instead of the pointers.
#pragma once

#include <algorithm>
#include <vector>

namespace lyncprobe {

// Both refer to nothing, or to equal things. `Pointer`: a raw or shared one.
template <class Pointer>
bool same(const Pointer& a, const Pointer& b) {
    return a == b || (a && b && *a == *b);
}

template <class Pointer>
bool same(const std::vector<Pointer>& a, const std::vector<Pointer>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return same(x, y);
    });
}

} // namespace lyncprobe
