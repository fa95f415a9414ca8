// SPDX-License-Identifier: MIT
// What a port of a topology file is: the words that the file has for it, against the services of
// plan/services.h.
#pragma once

#include "config/topology_xml.h"
#include "model/vocabulary.h"

#include <string_view>
#include <vector>

namespace lyncprobe::config {

// Ids of the services that the port may be, the likeliest first; whether the pool's role has such
// a service is for the caller to see.
std::vector<std::string_view> service_candidates(const PortFacts&, Role);

bool can_be_probed(const PortFacts&); // it speaks TLS, or is the media relay
Transport transport_of(const PortFacts&);
bool faces_outside(const PortFacts&);

// For a port that is no service of its pool.
Probe probe_of(const PortFacts&);
CertificateUse use_of(const PortFacts&, Role);

} // namespace lyncprobe::config
