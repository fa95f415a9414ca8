// SPDX-License-Identifier: MIT
// Why a server refused our certificate, as far as it can be told: one table for endpoints and for
// federation.
#pragma once

#include "model/federation.h"
#include "model/scan_result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lyncprobe::rules {

// CertificateRefusal is the likely cause of one refusal.
struct CertificateRefusal {
    std::string cause;  // "unknown_ca", "reset", "closed", "http"…, for the evidence
    std::string clause; // what it means, for people
    Party side = Party::either;
    std::string fix;
    bool root = false; // it does not trust our root
};

// The attempt in which our certificate was refused, by TLS or by HTTP. `ours`: our chain; null
// where it is not known.
CertificateRefusal explain_refusal(const AttemptRow&, const Chain* ours);

// Those that explain_refusal() has words for.
std::vector<std::uint8_t> refusal_alerts();

// Ours was offered and could not be sent: its key or signature is none that the server takes.
CertificateRefusal explain_not_sent();

// Did the server take our certificate for what it is? False where it refused it or HTTP did.
bool refused(const AttemptRow&);

// Names where client authentication is missing for a peer that looks (OpenSSL does): our
// certificate or a CA of its path. Empty where nothing is missing.
std::string without_client_authentication(const Chain&);

// "the issuer of our certificate is not among the 12 that it says it accepts"; empty where it is or
// no list was sent.
std::string unlisted_text(const ClientCertificateFacts&);

} // namespace lyncprobe::rules
