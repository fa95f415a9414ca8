// SPDX-License-Identifier: MIT
// Path building with backtracking (RFC 4158 2.4): a first issuer that leads nowhere does not hide a
// second one that leads to a trust anchor.
#pragma once

#include "model/certificate.h"
#include "pki/anchors.h"
#include "pki/issuance.h"

#include <vector>

namespace lyncprobe::pki {

// The best path from presented[0] to its first trust anchor. Candidates are the anchors, what was
// presented and what else the operator gave, so that an endpoint's result does not depend on its
// neighbours. Dates are ignored, the security level too.
TrustPath build_path(
    const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors, SignatureCache& signatures
);

} // namespace lyncprobe::pki
