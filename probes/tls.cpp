// SPDX-License-Identifier: MIT
#include "probes/tls.h"

namespace lyncprobe::probes {

const ProbeInfo tls{.id = Probe::tls, .summary = "the TLS handshake, nothing after it"};

} // namespace lyncprobe::probes
