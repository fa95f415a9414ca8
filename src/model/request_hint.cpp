// SPDX-License-Identifier: MIT
#include "model/request_hint.h"

#include "model/text/ascii.h"
#include "model/text/lists.h"

#include <algorithm>

namespace lyncprobe {

std::string request_hint(const ScanResult& run, const TodoItem& item) {
    const bool ours = std::ranges::any_of(item.endpoints, [&](std::size_t index) {
        return run.targets[run.endpoints[index].target].role != Role::partner;
    });
    // A probe has no list to draw it up from.
    if (item.kind != Remedy::reissue || run.kind != ResultKind::scan || run.inputs.empty() || !ours)
        return {};
    const auto plain = [](std::string_view text) {
        return !text.empty() && !text.starts_with('-') &&
               std::ranges::all_of(text, [](char letter) {
                   return is_letter_or_digit(letter) ||
                          std::string_view("._-/").find(letter) != std::string_view::npos;
               });
    };
    const bool named = std::ranges::all_of(run.inputs, plain);
    std::string out =
        "lyncprobe certificates " + (named ? joined(run.inputs, " ") : std::string("TARGETS.yaml"));
    const auto& server = item.server.empty() ? item.servers.front() : item.server;
    return plain(server) ? out + " --target " + server : out;
}

} // namespace lyncprobe
