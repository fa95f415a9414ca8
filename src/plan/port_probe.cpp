// SPDX-License-Identifier: MIT
#include "plan/port_probe.h"

#include "model/text/ascii.h"
#include "plan/services.h"

#include <algorithm>
#include <string>

namespace lyncprobe::plan {

namespace {

PortProbe probe_on_443(std::string_view host) {
    const auto label = to_lower(host.substr(0, host.find('.')));
    if (label == "sip" || label == "sipexternal" || label == "access")
        return {Probe::sip, "this is a usual name of the Access Edge, which has SIP on 443"};
    if (label.starts_with("lyncdiscover"))
        return {Probe::autodiscover, "this is a name that clients ask for Autodiscover"};
    if (label == "av") return {Probe::av_edge, "this is a usual name of the A/V Edge"};
    return {Probe::https, "443 is the port of web services"};
}

} // namespace

PortProbe probe_of(std::string_view host, std::uint16_t port) {
    switch (port) {
    case 443: return probe_on_443(host);
    case 4443:
    case 8443: return {Probe::https, "this is a port of Lync's web sites"};
    case 5269: return {Probe::xmpp, "5269 is the port between XMPP servers"};
    case 8057: return {Probe::web_conferencing, "8057 is the port of web conferencing"};
    default: break;
    }
    const bool sip = std::ranges::any_of(services(), [&](const Service& service) {
        return port != 0 && service.port == port && service.listener.probe == Probe::sip;
    });
    if (sip) return {Probe::sip, "this is a port of SIP services"};
    return {};
}

} // namespace lyncprobe::plan
