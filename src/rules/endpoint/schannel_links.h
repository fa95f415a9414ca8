// SPDX-License-Identifier: MIT
// schannel-compatibility for the links between servers of a topology: by the tables of both ends.
#pragma once

#include "rules/engine/rule.h"
#include "schannel/agreement.h"

#include <string>
#include <vector>

namespace lyncprobe::rules {

std::vector<RunRuling> check_schannel_links(const ScanResult&, const IssuerClosures&);

// What of a chain decides; of signatures that TLS has no number for nothing.
schannel::ServerChain server_chain_of(const Chain&);

// "SHA512 with RSA": a pair as signature_algorithms numbers it.
std::string scheme_text(std::uint16_t scheme);

} // namespace lyncprobe::rules
