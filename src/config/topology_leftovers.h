// SPDX-License-Identifier: MIT
// What of a topology file no pool of the target list says: ports that become targets of their own,
// and names that no target list takes.
#pragma once

#include "config/topology_import.h"

#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::config {

// Leftover is a port that is no service of its pool. Both point into the TopologyFacts.
struct Leftover {
    const ClusterFacts* cluster;
    const PortFacts* port;
    Role role = Role::other;
};

// Every leftover is a target of its own on each machine, unless a target that `out` already has
// probes that port. False where they are more than limits::kTopologyTargets.
bool add_leftovers(
    const std::vector<Leftover>&, const std::vector<std::string>&, ImportedTopology& out
);

// The name as target lists take it; empty, and noted in `left_out`, where it is none.
std::string checked_name(
    const std::string& name, int line, std::string_view what, std::vector<LeftOut>& left_out
);

} // namespace lyncprobe::config
