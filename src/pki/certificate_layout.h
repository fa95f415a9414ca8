// SPDX-License-Identifier: MIT
// The outer shape of a certificate (RFC 5280 4.1): where its parts lie in the DER. Cheap: nothing
// is decoded.
#pragma once

#include "model/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::pki {

// CertificateLayout points into the caller's DER.
struct CertificateLayout {
    std::string_view whole, tbs;                       // with their headers
    std::optional<std::string_view> version;           // INTEGER content; absent = version 1
    std::string_view serial;                           // INTEGER content
    std::string_view signature_inner, signature_outer; // AlgorithmIdentifiers, whole
    std::string_view issuer, subject;                  // Names, whole
    std::string_view validity;                         // content
    std::string_view key;                              // SubjectPublicKeyInfo, whole
    std::optional<std::string_view> extensions;        // content of the SEQUENCE
    std::string_view signature;                        // BIT STRING content
    std::size_t trailing = 0;                          // octets after the certificate
};

// The certificate at the start of `der`; a problem where there is none.
Result<CertificateLayout> certificate_layout(std::string_view der);

} // namespace lyncprobe::pki
