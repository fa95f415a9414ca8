// SPDX-License-Identifier: MIT
// A bounds-checked reader of big-endian wire formats: after the first short read everything fails.
#pragma once

#include <cstdint>
#include <string_view>

namespace lyncprobe::codec {

class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    bool good() const { return good_; }
    bool empty() const { return rest_.empty(); }

    // Big-endian number of `size` bytes (1 to 4); 0 after a failure.
    std::uint32_t number(std::size_t size) {
        std::uint32_t value = 0;
        for (const char c : take(size))
            value = value << 8 | static_cast<std::uint8_t>(c);
        return value;
    }
    // The next `size` bytes; empty after a failure.
    std::string_view take(std::size_t size) {
        if (!good_ || rest_.size() < size) {
            good_ = false;
            rest_ = {};
            return {};
        }
        const auto out = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return out;
    }
    // A vector with its length in front (RFC 8446 3.4).
    std::string_view vector(std::size_t length_size) { return take(number(length_size)); }

  private:
    std::string_view rest_;
    bool good_ = true;
};

} // namespace lyncprobe::codec
