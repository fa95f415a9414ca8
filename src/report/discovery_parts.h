// SPDX-License-Identifier: MIT
// What the reports of `discover` and `federation` say about records in the same words.
#pragma once

#include "model/discovery.h"

#include <string>
#include <vector>

namespace lyncprobe::report {

// Raw text, not escaped yet: at least one line for a record, its targets with their addresses.
std::vector<std::string> answer_lines(const DomainDiscovery&, const DiscoveryRow&);
std::string host_text(const DnsAnswer&);

} // namespace lyncprobe::report
