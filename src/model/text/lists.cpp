// SPDX-License-Identifier: MIT
#include "model/text/lists.h"

#include <fmt/format.h>

namespace lyncprobe {

namespace {

template <class Text>
std::string enumerated(std::span<const Text> list, std::size_t shown) {
    // "and 1 more" would be as long as the one it hides.
    if (list.size() <= shown + 1) shown = list.size();
    auto text = joined(list.first(shown));
    if (shown < list.size()) text += fmt::format(" and {} more", list.size() - shown);
    return text;
}

} // namespace

std::string enumerate(std::span<const std::string> list, std::size_t shown) {
    return enumerated(list, shown);
}

std::string enumerate(std::span<const std::string_view> list, std::size_t shown) {
    return enumerated(list, shown);
}

std::string joined(std::span<const std::string> list, std::string_view separator) {
    return fmt::format("{}", fmt::join(list, separator));
}

std::string joined(std::span<const std::string_view> list, std::string_view separator) {
    return fmt::format("{}", fmt::join(list, separator));
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, plural_s(count));
}

} // namespace lyncprobe
