// SPDX-License-Identifier: MIT
// The table of endings: which can be, what each says about whether the endpoint answers, the usual
// reason and how it is mended.
#pragma once

#include "model/observation.h"
#include "rules/engine/rule.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace lyncprobe::rules {

// Probes is a set of probes.
using Probes = std::uint16_t;
constexpr Probes only(Probe probe) {
    return static_cast<Probes>(1U << static_cast<unsigned>(probe));
}

// Reach is one row: an ending with its verdict under endpoint-reachable.
struct Reach {
    Outcome outcome;
    Stage stage;
    Cause cause; // none: whatever is not a row of its own
    Probes probes;
    Verdict verdict;
    std::string_view why; // one clause, said behind what was seen
    std::string_view fix; // of what is open; else empty
};

std::span<const Reach> reach_table();

// The row of an ending; null where no endpoint can end so.
const Reach* reach_of(Outcome, Stage, Cause, Probe);

// The cause as the rules know it: what the network said, and what was received.
Cause cause_of(const Subject&);

} // namespace lyncprobe::rules
