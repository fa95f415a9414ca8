// SPDX-License-Identifier: MIT
// Who signed whom, without building an X509 object of the signed certificate (a quarter millisecond
// each).
#pragma once

#include "model/certificate.h"

#include <memory>
#include <string_view>

namespace lyncprobe::pki {

// VerificationKey is a certificate's decoded public key; null where libcrypto cannot decode or use
// it.
using VerificationKey = std::shared_ptr<void>; // EVP_PKEY

// `spki` is a whole SubjectPublicKeyInfo.
VerificationKey verification_key(std::string_view spki);

enum class Signature : std::uint8_t {
    good,
    bad,
    unverifiable // an algorithm or key this libcrypto does not have, so no evidence either way
};

// SignedParts are the parts of a SIGNED object (RFC 5280 4.1, 5.1), as they stand in its DER.
struct SignedParts {
    std::string_view to_be_signed; // with its header
    std::string_view inner, outer; // AlgorithmIdentifiers, whole
    std::string_view signature;    // BIT STRING content
};

Signature check_signature(const SignedParts&, const VerificationKey& signer);

// As X509_verify judges it: at any security level, and never good where inner and outer algorithm
// differ.
Signature check_signature(std::string_view certificate_der, const VerificationKey& signer);

} // namespace lyncprobe::pki
