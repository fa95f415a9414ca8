// SPDX-License-Identifier: MIT
// A web server of a fuzz target: what it says comes in two parts, then it closes.
#pragma once

#include "model/limits.h"
#include "probes/probe.h"

#include <cstdint>
#include <cstdlib>

namespace lyncprobe {

// The answer of a conversation that asks a few times and ends, whatever is answered; no list of it
// is longer than is kept.
inline probes::Answer play_fuzzed_web(
    const probes::ProbeInfo& probe, const Target& target, std::string_view bytes
) {
    using probes::Received;
    using probes::Want;
    std::string_view rest = bytes;
    auto conversation = probe.converse(probes::Peer{.target = &target});
    auto want = conversation->start();
    std::size_t requests = 0;
    while (want.kind != Want::Kind::done) {
        if (want.kind == Want::Kind::send) {
            if (++requests > 5) std::abort();
            want = conversation->on({.kind = Received::Kind::sent});
        } else if (!rest.empty()) {
            const auto half = bytes.size() / 2;
            const auto part =
                rest.substr(0, rest.size() > half ? bytes.size() - half : rest.size());
            rest.remove_prefix(part.size());
            want = conversation->on({.kind = Received::Kind::bytes, .bytes = part});
        } else {
            want = conversation->on({.kind = Received::Kind::end_of_stream});
            if (want.kind != Want::Kind::done) std::abort();
        }
    }
    auto answer = conversation->answer();
    for (const auto& [key, value] : answer.facts) {
        const auto* lines = std::get_if<std::vector<std::string>>(&value);
        if (lines != nullptr && lines->size() > limits::kLearntKept) std::abort();
    }
    return answer;
}

} // namespace lyncprobe
