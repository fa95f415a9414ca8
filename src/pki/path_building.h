// SPDX-License-Identifier: MIT
// Path building with backtracking (RFC 4158 2.4): a first issuer that leads nowhere does not hide a
// second one that leads to a trust anchor.
#pragma once

#include "model/certificate.h"
#include "pki/anchors.h"
#include "pki/issuance.h"

#include <vector>

namespace lyncprobe::pki {

// The best path from presented[0] to its first trust anchor: one that RFC 5280 accepts, then one
// that is valid now, then the one against which least speaks, then in the order sent. Where none
// leads to an anchor the longest, by the same order. Candidates are the anchors, what was presented
// and what else the operator gave, so that an endpoint's result does not depend on its neighbours.
// The security level is ignored.
TrustPath build_path(
    const std::vector<CertificatePtr>& presented, Anchors::Impl& anchors,
    SignatureCache& signatures, const Preference& preference
);

} // namespace lyncprobe::pki
