// SPDX-License-Identifier: MIT
// Which servers of the deployment can connect to which by mutual TLS, from the lists of issuers and
// the chains that they show.
#pragma once

#include "model/scan_result.h"

namespace lyncprobe::rules {

// From the targets and endpoints of the run, and from where its chains lead. Servers that look
// alike are judged once, so that the work grows with the number of different chains and lists, not
// with that of pairs.
MutualTrust trust_links(const ScanResult&, const IssuerClosures&);

} // namespace lyncprobe::rules
