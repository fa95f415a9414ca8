// SPDX-License-Identifier: MIT
// Handshake only: for ports whose protocol says nothing without a user, and for any TLS server.
#pragma once

#include "probes/probe.h"

namespace lyncprobe::probes {

extern const ProbeInfo tls;

} // namespace lyncprobe::probes
