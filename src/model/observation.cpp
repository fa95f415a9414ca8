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

constexpr auto kCauses = std::to_array<Word<Cause>>({
    {Cause::none, "none"},
    {Cause::no_such_name, "no_such_name"},
    {Cause::no_such_record, "no_such_record"},
    {Cause::resolver_failure, "resolver_failure"},
    {Cause::resolver_refused, "resolver_refused"},
    {Cause::resolver_silent, "resolver_silent"},
    {Cause::run_deadline, "run_deadline"},
    {Cause::no_route, "no_route"},
    {Cause::udp_silence, "udp_silence"},
    {Cause::other_side, "other_side"},
    {Cause::plain_sip, "plain_sip"},
    {Cause::plain_http, "plain_http"},
    {Cause::plain_xmpp, "plain_xmpp"},
    {Cause::other_service, "other_service"},
    {Cause::nothing_in_common, "nothing_in_common"},
    {Cause::unknown_server_name, "unknown_server_name"},
    {Cause::server_fault, "server_fault"},
    {Cause::read_in_part, "read_in_part"},
    {Cause::pseudo_tls, "pseudo_tls"},
    {Cause::without_tls, "without_tls"},
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

template <>
std::span<const Word<Cause>> words() {
    return kCauses;
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
