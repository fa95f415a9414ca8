// SPDX-License-Identifier: MIT
// The certificates that a report mentions, each once.
#pragma once

#include "model/scan_result.h"

#include <map>
#include <string>
#include <vector>

namespace lyncprobe::report {

// CertificateIndex is in the order of the fingerprints, which makes reports comparable.
using CertificateIndex = std::map<Fingerprint, const Certificate*>;
// What was presented and what the trust path adds; null is no chain.
void collect(CertificateIndex&, const Chain*);
void collect(CertificateIndex&, const EndpointRow&);
CertificateIndex collect(const ScanResult&); // all of endpoints, identities and files

// CertificatePlaces is where a server certificate was presented.
struct CertificatePlaces {
    std::vector<std::size_t> endpoints;
    std::vector<std::string> others; // files and identities
};

// Of a CA there would be all endpoints, and so it is not among them; its chains say whose it is.
std::map<Fingerprint, CertificatePlaces> places_of(const ScanResult&);

std::string key_text(const PublicKey&);     // "RSA 2048", "EC P-256"
std::string names_text(const Certificate&); // its alternative names, foreign; "none"

std::string serial_number(const Certificate&); // in whole octets, as Windows shows it
std::string common_name(const Certificate&);   // the first CN, else the subject; foreign
// "sip.contoso.com (thumbprint 9F3A12BC…)", foreign: enough to find the certificate by.
std::string label(const CertificateIndex&, const Fingerprint&);

} // namespace lyncprobe::report
