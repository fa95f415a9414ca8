// SPDX-License-Identifier: MIT
// What RFC 5280 6.1 forbids on a path besides bad signatures and dates.
#pragma once

#include "model/certificate.h"

#include <vector>

namespace lyncprobe::pki {

// `path`: server certificate first; `anchored`: its last certificate is a trust anchor. Certificate
// policies are not judged. The anchor is judged as Windows and OpenSSL do, which RFC 5280 leaves
// open.
std::vector<PathFlaw> path_flaws(const std::vector<CertificatePtr>& path, bool anchored);

} // namespace lyncprobe::pki
