// SPDX-License-Identifier: MIT
// Port 4443 on the inside of an Edge: the replica agent that takes the configuration from the
// server with the Central Management Store. It trusts servers of the topology only, so that a
// refusal is what everybody else should see. The keys of probes/http_exchange.h.
// Not to be mixed up with 4443 on a Front End, which is its external web site.
#pragma once

#include "probes/probe.h"

namespace lyncprobe::probes {

extern const ProbeInfo replication;

} // namespace lyncprobe::probes
