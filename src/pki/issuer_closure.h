// SPDX-License-Identifier: MIT
// All certificates that can be above one in a path, over what all endpoints of a run presented. An
// issuer that one endpoint leaves out another may have shown; path_building.h judges each chain by
// its own certificates.
#pragma once

#include "model/trust.h"
#include "pki/anchors.h"
#include "pki/issuance.h"

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace lyncprobe::pki {

class IssuerClosureSearch {
  public:
    // All outlive the search.
    IssuerClosureSearch(
        const std::vector<CertificatePtr>& seen, Anchors::Impl& anchors, SignatureCache& signatures
    );
    // Bounded in certificates and in signature checks.
    IssuerClosure from(const Certificate&);

  private:
    using Issuers = std::vector<CertificatePtr>;
    // Nothing where the signature checks of this search are used up.
    std::optional<Issuers> issuers_of(const Certificate&);
    Issuers candidates(const Certificate&);
    bool signed_by(const Certificate& signed_one, const Certificate& issuer);

    Anchors::Impl& anchors_;
    SignatureCache& signatures_;
    NameIndex names_;
    std::unordered_map<std::size_t, Issuers> by_subject_; // CAs only, by fingerprint
    std::map<Fingerprint, Issuers> known_;
    std::size_t checks_left_ = 0; // of the present search
};

} // namespace lyncprobe::pki
