// SPDX-License-Identifier: MIT
// Facts: an ordered list of key → value, the form of a probe's answer and of a finding's evidence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lyncprobe {

using Value = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

// Facts keeps the order in which keys were added; a key added twice keeps its place and takes the
// last value.
class Facts {
  public:
    using Entry = std::pair<std::string, Value>;

    void set(std::string_view key, Value value);
    const Value* find(std::string_view key) const;     // owned by this; nullptr where absent
    std::string_view text(std::string_view key) const; // empty where absent or no text
    bool empty() const { return entries_.empty(); }
    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }
    bool operator==(const Facts&) const = default;

  private:
    std::vector<Entry> entries_;
};

} // namespace lyncprobe
