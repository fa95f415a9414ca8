// SPDX-License-Identifier: MIT
// What is spoken at a port of which nothing is known but its number and the name of the host.
#pragma once

#include "model/vocabulary.h"

#include <cstdint>
#include <string_view>

namespace lyncprobe::plan {

struct PortProbe {
    Probe probe = Probe::tls;
    std::string_view why; // behind "since"; empty: nothing speaks for any protocol, so TLS alone
};

// By the ports of the services table; on 443 by the first label of the host, as the names of the
// Edge interfaces usually are (sip, access, av, lyncdiscover).
PortProbe probe_of(std::string_view host, std::uint16_t port);

} // namespace lyncprobe::plan
