// SPDX-License-Identifier: MIT
// What DNS says about SIP domains, asked and judged. Nothing is connected.
#pragma once

#include "scan/scan.h"

#include <string>
#include <vector>

namespace lyncprobe::scan {

struct DiscoverOptions {
    std::vector<std::string> domains; // SIP domains in lower case; one given twice counts once
    RunSettings settings;
    std::vector<std::string> resolvers = {}; // "address[:port]"; empty = the system's
    rules::Selection selection = {};         // of the rules about DNS
    std::vector<Waiver> waivers = {};
};

// A Problem where a resolver is no address. The summary is not filled in.
Result<ScanResult> discover(const DiscoverOptions&, const ScanOptions&);

} // namespace lyncprobe::scan
