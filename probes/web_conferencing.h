// SPDX-License-Identifier: MIT
// Web conferencing ports (PSOM: Edge 443, Front Ends 8057, 8058, 8060, 8061). The server waits for
// a client with a conference's token and says nothing to anybody else, so the handshake is all
// there is; a refusal may come late, and is waited for.
#pragma once

#include "probes/probe.h"

namespace lyncprobe::probes {

extern const ProbeInfo web_conferencing;

} // namespace lyncprobe::probes
