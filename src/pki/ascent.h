// SPDX-License-Identifier: MIT
// Every way up from a certificate, over what all endpoints of a run presented. What the certificate
// of one endpoint lacks, another may have shown; path_search.h judges each by its own.
#pragma once

#include "model/trust.h"
#include "pki/anchors.h"
#include "pki/issuance.h"

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace lyncprobe::pki {

class AscentSearch {
  public:
    // All outlive the search.
    AscentSearch(
        const std::vector<CertificatePtr>& seen, Anchors::Impl& anchors, SignatureCache& signatures
    );
    // Bounded in certificates and in signature checks.
    Ascent from(const Certificate&);

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
