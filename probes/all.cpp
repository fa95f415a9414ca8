// SPDX-License-Identifier: MIT
// The list of probes this build speaks; one line each.
#include "probes/autodiscover.h"
#include "probes/av_edge.h"
#include "probes/federation.h"
#include "probes/https.h"
#include "probes/replication.h"
#include "probes/sip.h"
#include "probes/tls.h"
#include "probes/web_conferencing.h"
#include "probes/xmpp.h"

#include <array>

namespace lyncprobe::probes {

std::span<const ProbeInfo> all() {
    static const std::array kAll{
        tls, sip, federation, https, autodiscover, replication, web_conferencing, av_edge, xmpp};
    return kAll;
}

const ProbeInfo* find(Probe id) {
    for (const auto& probe : all())
        if (probe.id == id) return &probe;
    return nullptr;
}

} // namespace lyncprobe::probes
