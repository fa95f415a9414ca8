// SPDX-License-Identifier: MIT
// Short lists in which each value is once, in the order of their first sight.
#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

namespace lyncprobe {

// Appends the value; false where the list has it already. Looks through the whole list: meant for
// the few entries of a pool or a target, not for the endpoints of a run.
template <class T>
bool add_once(std::vector<T>& list, std::type_identity_t<T> value) {
    if (std::find(list.begin(), list.end(), value) != list.end()) return false;
    list.push_back(std::move(value));
    return true;
}

} // namespace lyncprobe
