// SPDX-License-Identifier: MIT
// The pure part of a run's order: which endpoints there are, what they are called, what to try on
// each and what next.
#pragma once

#include "model/deployment.h"
#include "model/observation.h"

#include <string>
#include <vector>

namespace lyncprobe::plan {

struct Prepared {
    std::vector<Target> targets;
    std::vector<Problem> warnings; // same endpoint with another role, names, use or identity
};

// Targets equal in all but the name become one with the other names in `also`; order is kept. Each
// gets its id.
Prepared prepare(std::vector<Target> targets, const std::vector<std::string>& inputs);

// Stable across runs; `addresses_of_name`: how many endpoints the target became.
std::string endpoint_id(
    const Target&, const std::optional<Address>&, std::size_t addresses_of_name
);

// ProbeVariants are what an endpoint is asked besides its primary attempt, each by one connection.
struct ProbeVariants {
    bool versions = false;  // a raw hello for each of SSL 2.0 to TLS 1.3
    bool mtls = false;      // with and without our certificate, where there is one
    bool sni = false;       // without a server name and with a foreign one
    bool inventory = false; // raw hellos only, a handshake where they show no certificate
    bool tls12 = false;     // where TLS 1.3 was chosen: a raw hello of TLS 1.2, as a Lync server's
    // A handshake as this Windows release makes it, of targets that pose as none anyway.
    OperatingSystem as_os = OperatingSystem::unknown;
};

// `tls12` and `as_os` are no settings: the verdict about federation needs them.
ProbeVariants variants_of(
    const RunSettings&, bool tls12, OperatingSystem as_os = OperatingSystem::unknown
);

// The endpoint's own attempt: offers the target's identity unless `mutual: none`.
Attempt first_attempt(const Target&, const ProbeVariants& = {});

// What else to try after these observations; empty = finished. `mutual: both` adds the other way
// round; where libssl came to no certificate, a raw hello is tried, then one of SSL 3.0. Retries
// are the engine's (same attempt again), not a further attempt.
std::vector<Attempt> further_attempts(
    const Target&, const std::vector<Observation>&, const ProbeVariants& = {}
);

} // namespace lyncprobe::plan
