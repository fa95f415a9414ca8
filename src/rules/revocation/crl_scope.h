// SPDX-License-Identifier: MIT
// Whether a revocation list may be relied on for a certificate (RFC 5280 6.3.3). Pure: what was
// read in, decisions out; fetching and decoding are elsewhere.
#pragma once

#include "model/certificate.h"
#include "model/revocation.h"

#include <string>
#include <string_view>

namespace lyncprobe::rules {

// The reason where no signature of the issuer can be verified.
inline constexpr std::string_view kIssuerNotKnown =
    "the certificate of its issuer is not known, so its signature cannot be verified";

// Can the certificate be revoked at all? A root cannot: it has no issuer. At position 0 of a
// chain it is the server certificate and asked about all the same.
bool can_be_revoked(const Certificate&, std::size_t position);

// What is known of a list besides its facts, seen from one certificate.
struct CrlSigner {
    bool same_name = false;   // the list's issuer is the certificate's issuer (RFC 5280 7.1)
    bool certificate = false; // the issuer's certificate is there to verify with
};

// Why the list can say nothing about the certificate, neither good nor bad: one clause; empty where
// it can.
std::string unfit_list(const CrlFacts&, const CrlSigner&);

// Why a list that does not have the certificate says nothing good about it (RFC 5280 6.3.3 b): its
// scope is another. One clause; empty where the certificate is in its scope.
std::string out_of_scope(const CrlFacts&, const Certificate&);

// What a signature that was verified with this certificate's key is worth: where the certificate
// has a key usage it must allow to sign CRLs (RFC 5280 6.3.3 f). CryptoAPI ignores such a list, and
// reports revocation as offline (0x80092013).
SignatureState as_allowed(SignatureState, const Certificate& signer);

// The better of two results: of several CAs of one name and different keys, one signed the list.
SignatureState better(SignatureState, SignatureState);

} // namespace lyncprobe::rules
