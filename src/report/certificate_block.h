// SPDX-License-Identifier: MIT
// One certificate or one endpoint as a person compares it with what Windows shows: for runs of few
// endpoints, where there is room.
#pragma once

#include "model/scan_result.h"
#include "report/page.h"

namespace lyncprobe::report {

// Subject, issuer, serial number, thumbprint, names, key, signature, dates; a line each.
void write_certificate(Page&, std::size_t number, const Certificate&);

// What the server presented, the path to its trust anchor, and what the handshake settled. Nothing
// where it showed no certificate.
void write_presented(Page&, const EndpointRow&);

} // namespace lyncprobe::report
