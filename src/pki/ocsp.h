// SPDX-License-Identifier: MIT
// OCSP (RFC 6960): the question about one certificate, and what an answer says about it.
#pragma once

#include "model/certificate.h"
#include "model/revocation.h"

#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::pki {

// DER, without a nonce; the certificate is named by SHA-1, the only hash that every responder
// knows. Empty where libcrypto cannot read one of the two.
std::string ocsp_request(const Certificate&, const Certificate& issuer);

// OcspAnswer is what a response, asked for or stapled, says about one certificate.
struct OcspAnswer {
    OcspFacts facts;
    StatusSaid::Status status = StatusSaid::Status::unknown;
    std::optional<Time> revoked_at;
    std::string reason;   // as CrlEntry::reason
    bool readable = true; // false: this is no OCSP response
    std::string problem;  // one clause where it says nothing about this certificate
};

// The signature is that of the issuer, or of a responder that the issuer made one and that is
// valid at `now`.
OcspAnswer read_ocsp(
    std::string_view der, const Certificate& certificate, const Certificate& issuer, Time now
);

} // namespace lyncprobe::pki
