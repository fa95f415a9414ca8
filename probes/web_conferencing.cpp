// SPDX-License-Identifier: MIT
#include "probes/web_conferencing.h"

namespace lyncprobe::probes {

using namespace std::chrono_literals;

const ProbeInfo web_conferencing{
    .id = Probe::web_conferencing,
    .summary = "web conferencing (PSOM): the TLS handshake, then listens for a late refusal",
    .listen = 1s};

} // namespace lyncprobe::probes
