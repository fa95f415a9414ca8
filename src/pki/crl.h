// SPDX-License-Identifier: MIT
// Certificate revocation lists (RFC 5280 5), read without a copy of their entries: a list of tens
// of megabytes costs its own size.
#pragma once

#include "model/result.h"
#include "model/revocation.h"
#include "pki/signature.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace lyncprobe::pki {

// CrlEntry is what a list says about one serial number.
struct CrlEntry {
    std::optional<Time> revoked_at;
    std::string reason;   // of RFC 5280 5.3.1, "keyCompromise"; empty where none is given
    bool removed = false; // removeFromCRL: a delta list takes an entry of its base back
};

// The name of a CRLReason (RFC 5280 5.3.1); empty where it is none.
std::string_view revocation_reason(std::int64_t code);

// Crl owns the bytes it reads.
class Crl {
  public:
    // DER, or PEM as some web servers have it; a problem where it is no revocation list.
    static Result<Crl> read(std::string bytes);

    const CrlFacts& facts() const { return facts_; } // `signature` is the caller's to fill in

    // The entries with these serial numbers (as in Certificate::serial), by one walk.
    std::map<std::string, CrlEntry> find(const std::set<std::string>& serials) const;

    // Whether the key of `issuer` made the signature; names are not looked at.
    SignatureState signed_by(const Certificate& issuer) const;

  private:
    bool read_list(std::string_view content);
    bool read_extensions(std::string_view extensions);
    bool read_extension(const std::string& oid, std::string_view value);
    bool read_scope(std::string_view value);

    std::shared_ptr<const std::string> bytes_; // what the views below look into
    SignedParts parts_;
    std::string_view entries_; // content of revokedCertificates
    CrlFacts facts_;
};

} // namespace lyncprobe::pki
