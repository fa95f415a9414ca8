// SPDX-License-Identifier: MIT
// The lists of issuers that servers send in their CertificateRequest, and what the certificates of
// the run say of the names in them.
#pragma once

#include "model/scan_result.h"

#include <set>
#include <string>

namespace lyncprobe::rules {

// What the server said when it asked for a certificate; null where it did not. The list is the same
// in every attempt under the endpoint's own name.
const ClientCertificateFacts* request_of(const EndpointRow&);

// Windows sends its Trusted Root store; what a gateway or a stranger's server lists may be
// anything.
bool lists_its_roots(const Target&);

// True where the operating system is known and accepts an intermediate certificate in the Trusted
// Root store (KB 2795828 is about Windows Server 2012 and later).
bool before_windows_2012(OperatingSystem);

// Keys (model/trust.h) of the CAs that only certificates of another issuer were seen of: no server
// showed a self-signed one of that name, and none is an anchor.
std::set<std::string> intermediate_names(const IssuerClosures&);

} // namespace lyncprobe::rules
