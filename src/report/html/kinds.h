// SPDX-License-Identifier: MIT
// The rules by what a reader looks for: the columns of the matrix.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace lyncprobe::report::html {

struct Kind {
    std::string_view title;
    std::span<const std::string_view> rules; // ids
};

std::span<const Kind> kinds();
std::optional<std::size_t> kind_of(std::string_view rule); // absent for an id that no kind has

} // namespace lyncprobe::report::html
