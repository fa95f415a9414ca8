// SPDX-License-Identifier: MIT
#include "plan/links.h"

#include <algorithm>

namespace lyncprobe::plan {

namespace {

using enum Role;
constexpr Roles kMediators = kPools | only(mediation) | only(sba);

// "Ports and protocols for internal servers" of Lync Server 2013 and the port summaries of the Edge
// say who uses each port. Services of a pool's own applications are reached by its own Front Ends.
// Left out: what administrators' machines use (logging), and where the pages name no peer.
constexpr ServerLink kLinks[] = {
    {"registrar", kRegistrars | only(edge) | only(mediation) | only(persistent_chat) |
                      only(exchange_um) | only(trusted_application)},
    {"conference-control", kRegistrars},
    {"storage", kPools, true},
    {"xmpp-gateway", kPools, true},
    {"web-client-internal", kPools, true},
    {"web-client-external", kPools, true},
    {"mobility-internal", kPools, true},
    {"mobility-external", kPools, true},
    {"ucwa-internal", kPools, true},
    {"ucwa-external", kPools, true},
    {"persistent-chat-web-internal", kPools, true},
    {"persistent-chat-web-external", kPools, true},
    {"platform-service", kPools, true},
    {"im-conferencing", kPools, true},
    {"av-conferencing", kPools, true},
    {"application-sharing", kPools, true},
    {"dial-in-conferencing", kPools, true},
    {"conferencing-attendant", kPools, true},
    {"response-group-sip", kPools, true},
    {"response-group-wcf", kPools, true},
    {"announcement", kPools, true},
    {"call-park", kPools, true},
    {"audio-test", kPools, true},
    {"bandwidth-policy", kPools, true},
    {"mediation-internal", kPools | only(sba)},
    {"mediation-gateway", only(gateway)},
    {"sba-mediation-gateway", only(gateway)},
    {"persistent-chat-sip", kPools},
    {"access-edge-internal", kRegistrars},
    {"web-conferencing-edge-internal", kPools},
    {"av-authentication", kPools | only(sba)},
    {"replication", kPools}, // whichever holds the central management store
    {"xmpp-edge-internal", kPools},
    {"um", kPools},
    {"um-worker-1", kPools},
    {"um-worker-2", kPools},
    {"application", kPools | only(director)},
    {"gateway", kMediators},
};

} // namespace

std::span<const ServerLink> server_links() { return kLinks; }

const ServerLink* link_to(std::string_view service) {
    const auto* found = std::ranges::find(kLinks, service, &ServerLink::service);
    return found == std::end(kLinks) ? nullptr : found;
}

CertificateUse outward_use(Role client, const Service& service) {
    if (client == edge)
        return service.listener.side == Side::external ? CertificateUse::access_edge_external
                                                       : CertificateUse::internal;
    return client == gateway || client == exchange_um ? CertificateUse::other
                                                      : CertificateUse::default_;
}

} // namespace lyncprobe::plan
