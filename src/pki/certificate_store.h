// SPDX-License-Identifier: MIT
// Every distinct certificate and every distinct chain of a run, read and searched once.
#pragma once

#include "model/certificate.h"
#include "model/result.h"
#include "model/trust.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::pki {

// Anchors is what a path may end in. Operator's own anchors come from files, the system's are
// looked up by hash directory when a path needs one (not loaded).
class Anchors {
  public:
    Anchors();
    ~Anchors();
    Anchors(Anchors&&) noexcept;
    Anchors& operator=(Anchors&&) noexcept;

    void add(std::string_view der);                     // one of the operator's own
    void use_system_directory(const std::string& path); // OpenSSL's default where empty
    bool configured() const;                            // any of the operator's own
    struct Impl;
    Impl& impl() const { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

// CertificateStore owns the certificates and chains of a run. Not thread safe.
class CertificateStore {
  public:
    explicit CertificateStore(Anchors anchors);
    ~CertificateStore();

    // The one object of this DER; a problem where it is no certificate.
    Result<CertificatePtr> intern(std::string_view der);

    // The chain as presented (DER in wire order) with its order facts and its best path; dates are
    // ignored in the search. Computed once per distinct list. Null where nothing was presented.
    ChainPtr chain(const std::vector<std::string>& presented);

    // Where every chain so far leads by all certificates so far. The pointers are those of chain().
    Ascents ascents();

    // In order of first sight.
    const std::vector<CertificatePtr>& certificates() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace lyncprobe::pki
