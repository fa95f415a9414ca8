// SPDX-License-Identifier: MIT
#include "model/observation.h"

#include <array>

namespace lyncprobe {

namespace {

constexpr auto kRoles = std::to_array<Word<AttemptRole>>({
    {AttemptRole::primary, "primary"},
    {AttemptRole::without_identity, "without_identity"},
    {AttemptRole::supplementary, "supplementary"},
    {AttemptRole::without_sni, "without_sni"},
    {AttemptRole::foreign_sni, "foreign_sni"},
});

// Further is: the endpoint's own, a finished conversation, then the stage, then having seen a
// chain.
int distance(const Observation& seen) {
    return (is_primary(seen.attempt.role) ? 1000 : 0) + (seen.outcome == Outcome::ok ? 100 : 0) +
           10 * static_cast<int>(seen.stage) + (seen.presented.empty() ? 0 : 1);
}

} // namespace

template <>
std::span<const Word<AttemptRole>> words() {
    return kRoles;
}

std::size_t furthest(const std::vector<Observation>& observations) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < observations.size(); ++i)
        if (distance(observations[i]) > distance(observations[best])) best = i;
    return best;
}

bool judged(const Observation& seen) {
    return !seen.presented.empty() || seen.pseudo_tls || seen.plain;
}

} // namespace lyncprobe
