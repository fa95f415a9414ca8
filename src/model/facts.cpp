// SPDX-License-Identifier: MIT
#include "model/facts.h"

namespace lyncprobe {

void Facts::set(std::string_view key, Value value) {
    // A list, not a map: an answer has a dozen keys, and reports keep the order in which they came.
    for (auto& [known, old] : entries_)
        if (known == key) {
            old = std::move(value);
            return;
        }
    entries_.emplace_back(std::string(key), std::move(value));
}

const Value* Facts::find(std::string_view key) const {
    for (const auto& [known, value] : entries_)
        if (known == key) return &value;
    return nullptr;
}

std::string_view Facts::text(std::string_view key) const {
    const auto* value = find(key);
    const auto* text = value ? std::get_if<std::string>(value) : nullptr;
    return text ? std::string_view(*text) : std::string_view();
}

} // namespace lyncprobe
