// SPDX-License-Identifier: MIT
// Every distinct certificate and every distinct chain of a run, read and searched once.
#pragma once

#include "model/certificate.h"
#include "model/result.h"
#include "model/trust.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::pki {

// Anchors is what a path may end in, and what else helps to build it. The operator's own come from
// files, the system's are looked up by hash directory when a path needs one (not loaded).
class Anchors {
  public:
    Anchors();
    ~Anchors();
    Anchors(Anchors&&) noexcept;
    Anchors& operator=(Anchors&&) noexcept;

    // A certificate of the operator's files: an anchor where it is self-signed; any other helps to
    // build a path and is judged as part of it.
    void add(std::string_view der);
    void add_marked(std::string_view der);              // an anchor, whoever signed it
    void use_system_directory(const std::string& path); // OpenSSL's default where empty
    bool configured() const;                            // an anchor of the operator's own
    bool without_root() const; // certificates were given, and none of them is an anchor
    struct Impl;
    Impl& impl() const { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

// Preference chooses among several paths of one certificate.
struct Preference {
    std::optional<Time> now = {}; // absent: dates do not count
    // How much speaks against a certificate above the server certificate, besides its dates and
    // RFC 5280; null: nothing.
    std::function<int(const Certificate&)> against = nullptr;
};

// CertificateStore owns the certificates and chains of a run. Not thread safe.
class CertificateStore {
  public:
    explicit CertificateStore(Anchors anchors, Preference preference = {});
    ~CertificateStore();

    // The one object of this DER; a problem where it is no certificate.
    Result<CertificatePtr> intern(std::string_view der);

    // The chain as presented (DER in wire order) with its order facts and its best path. Computed
    // once per distinct list; where complete() has added to it, with that. Null where nothing was
    // presented.
    ChainPtr chain(const std::vector<std::string>& presented);

    // Where every chain so far leads by all certificates so far. The pointers are those of chain().
    IssuerClosures issuer_closures();
    // The certificate that issued this one, out of the chain, what was fetched for it and the
    // anchors, its signature checked; null where none is known.
    CertificatePtr issuer_of(const Certificate&, const Chain&);

    // The certificate whose issuer neither the chain nor the anchors have; null where a path was
    // found or ends in a self-signed certificate. The beginning of a fetch.
    CertificatePtr without_issuer(const Chain&) const;
    // The chain with what of `found` continues it behind without_issuer(), its path built again. It
    // takes the place of the given one in this store: chain() and issuer_closures() know only the
    // new one from now on. The given one does not change, and whoever holds it exchanges it. Null
    // where nothing fitted, or where the chain is not (or no longer) one of this store.
    ChainPtr complete(const Chain&, const std::vector<CertificatePtr>& found);

    // The chain with its path built again, away from what is revoked where there is another way. It
    // takes the place of the given one as complete() says; null where the path stays.
    ChainPtr avoid(const Chain&, const std::set<Fingerprint>& revoked);

    // In order of first sight.
    const std::vector<CertificatePtr>& certificates() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace lyncprobe::pki
