// SPDX-License-Identifier: MIT
// Path building with a way back: a first issuer that leads nowhere does not hide a second one that
// does.
#pragma once

#include "model/certificate.h"
#include "pki/anchors.h"
#include "pki/issuance.h"

#include <vector>

namespace lyncprobe::pki {

// The best path from presented[0] to an anchor. Candidates are the anchors and what was presented,
// nothing else, so that an endpoint's result does not depend on its neighbours. Dates are ignored,
// the security level too.
PathFacts search_path(
    const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors, SignatureCache& signatures
);

} // namespace lyncprobe::pki
