// SPDX-License-Identifier: MIT
// The list of probes this build speaks; one line each.
#include "probes/av_edge.h"
#include "probes/sip.h"
#include "probes/tls.h"

#include <array>

namespace lyncprobe::probes {

std::span<const ProbeInfo> all() {
    static const std::array kAll{tls, sip, av_edge};
    return kAll;
}

const ProbeInfo* find(Probe id) {
    for (const auto& probe : all())
        if (probe.id == id) return &probe;
    return nullptr;
}

} // namespace lyncprobe::probes
