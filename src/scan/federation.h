// SPDX-License-Identifier: MIT
// Will federation with a domain work? DNS as a partner asks it, a scan of what the records name,
// and the verdict drawn from both.
#pragma once

#include "scan/scan.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lyncprobe::scan {

struct FederationOptions {
    std::vector<std::string> domains; // SIP domains in lower case
    bool self = false;                // they are ours, seen as a partner sees them
    std::string direct;               // a partner's Access Edge by name; empty = by SRV record
    std::uint16_t direct_port = 5061;
    std::string our_domain; // in whose name is asked; empty = as our certificate's names say
    // That our Edge runs on: asked as it besides, unless `settings.as_os` says as whom. Unknown, or
    // one of which nothing is known: Server 2012 R2, the newest that Lync Server 2013 runs on.
    OperatingSystem edge_os = OperatingSystem::unknown;
    RunSettings settings;
    std::vector<Waiver> waivers = {};
    std::vector<std::string> resolvers; // "address[:port]"; empty = the system's
};

// `Inputs::identities`: the certificate that is shown, or none. A Problem besides those of scan():
// a domain that is the one in whose name is asked.
Result<ScanResult> federation(const FederationOptions&, ScanOptions, Inputs, Observer&);

} // namespace lyncprobe::scan
