// SPDX-License-Identifier: MIT
// Lists and counts as sentences have them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lyncprobe {

// "a, b, c and 4 more": at most `shown` of the list; all of it where only one would be left out.
std::string enumerate(std::span<const std::string>, std::size_t shown);
std::string enumerate(std::span<const std::string_view>, std::size_t shown);

// "a, b, c"
std::string joined(std::span<const std::string>, std::string_view separator = ", ");
std::string joined(std::span<const std::string_view>, std::string_view separator = ", ");

// "1 endpoint", "2 endpoints"; the noun's plural ends in s.
std::string counted(std::size_t count, std::string_view noun);

// "" after one, "s" after any other number.
constexpr std::string_view plural_s(std::size_t count) { return count == 1 ? "" : "s"; }

} // namespace lyncprobe
