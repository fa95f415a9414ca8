// SPDX-License-Identifier: MIT
#include "model/finding.h"

#include <functional>

namespace lyncprobe {

namespace {

template <class T>
void mix(std::size_t& hash, const T& value) {
    // Fibonacci hashing: std::hash of a small integer is the integer.
    constexpr std::size_t kGolden = 0x9e3779b97f4a7c15;
    hash = (hash ^ std::hash<T>()(value)) * kGolden;
    hash ^= hash >> 32;
}

void mix(std::size_t& hash, const std::vector<std::string>& list) {
    for (const auto& entry : list)
        mix(hash, entry);
}

} // namespace

std::size_t FindingPool::Hash::operator()(const Finding& it) const {
    // What operator== compares, so that equal findings meet in one bucket.
    std::size_t hash = 0;
    mix(hash, it.rule);
    mix(hash, static_cast<int>(it.verdict));
    if (it.certificate)
        mix(hash, std::string_view(
                      reinterpret_cast<const char*>(it.certificate->data()), it.certificate->size()
                  ));
    mix(hash, it.message);
    if (it.importance) mix(hash, static_cast<int>(*it.importance));
    for (const auto& [key, value] : it.evidence)
        std::visit([&](const auto& one) { mix(hash, one); }, value);
    return hash;
}

const Finding* FindingPool::keep(Finding finding) {
    // Addresses in an unordered_set stay valid when it grows.
    return &*findings_.insert(std::move(finding)).first;
}

} // namespace lyncprobe
