// SPDX-License-Identifier: MIT
// The certificates that a report mentions, each once.
#pragma once

#include "model/scan_result.h"

#include <map>
#include <string>

namespace lyncprobe::report {

// CertificateIndex is in the order of the fingerprints, which makes reports comparable.
using CertificateIndex = std::map<Fingerprint, const Certificate*>;
// What was presented and what the trust path adds; null is no chain.
void collect(CertificateIndex&, const Chain*);
void collect(CertificateIndex&, const EndpointRow&);
CertificateIndex collect(const ScanResult&); // all of endpoints, identities and files

std::string serial_number(const Certificate&); // in whole octets, as Windows shows it
std::string common_name(const Certificate&);   // the first CN, else the subject; foreign
// "sip.contoso.com (thumbprint 9F3A12BC…)", foreign: enough to find the certificate by.
std::string label(const CertificateIndex&, const Fingerprint&);

} // namespace lyncprobe::report
