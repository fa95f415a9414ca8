// SPDX-License-Identifier: MIT
// The topology of a deployment → targets: every machine on every port that its pool's role has,
// with the names that the certificate there must carry.
#pragma once

#include "model/deployment.h"
#include "plan/services.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lyncprobe::plan {

// Does it run on this pool: as `services:` says, else where a port was given, else as usual?
// How we know of the service where it runs: by `services:` or `ports:` of the pool, else by the
// role.
Listing listing_of(const Pool&, const Service&);

bool runs_on(const Pool&, const Service&);

// The ports on which it listens there.
std::vector<std::uint16_t> ports_on(const Pool&, const Service&);

// The servers of a pool; the pool itself where none is listed.
std::vector<PoolServer> servers_of(const Pool&);

// In the order of the sites, the pools, and the table of services.
std::vector<Target> expand(const Deployment&);

} // namespace lyncprobe::plan
