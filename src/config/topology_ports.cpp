// SPDX-License-Identifier: MIT
#include "config/topology_ports.h"

#include <array>
#include <utility>

namespace lyncprobe::config {

namespace {

// Known is a port of the file by the words that it has there, and the service that it is.
struct Known {
    std::string_view owner, usage, side; // an empty side: any
    std::string_view service;
};
constexpr std::string_view kAny;
constexpr std::string_view kOutside = "External";
constexpr std::string_view kInside = "Internal";
constexpr std::string_view kSip = "SipServer";
constexpr Known kKnown[] = {
    {"Registrar", kSip, kAny, "registrar"},
    {"QoE", kSip, kAny, "registrar"},
    {"Registrar", "WebServer", kAny, "conference-control"},
    {"McuFactory", "WebServer", kAny, "conference-control"},
    {"IMConf", "WebServer", kAny, "conference-control"},
    {"DataConf", "WebServer", kAny, "conference-control"},
    {"AVConf", "WebServer", kAny, "conference-control"},
    {"AppSharingConf", "WebServer", kAny, "conference-control"},
    {"Lyss", "WcfMtls", kAny, "storage"},
    {"XmppFederation", kSip, kAny, "xmpp-gateway"},
    {"OCSWebSite", "WebSite", kOutside, "web-external"},
    {"OCSWebSite", "WebSite", kAny, "web-internal"},
    {"PresenceFocus", "UserPinManagement", kAny, "web-internal"},
    {"Reach", "PsomServer", kOutside, "web-client-external"},
    {"Reach", "PsomServer", kAny, "web-client-internal"},
    {"McxService", kSip, kAny, "mobility-internal"},
    {"McxServiceExternal", kSip, kAny, "mobility-external"},
    {"UcwaService", kSip, kAny, "ucwa-internal"},
    {"UcwaServiceExternal", kSip, kAny, "ucwa-external"},
    {"PersistentChatWebManager", kSip, kAny, "persistent-chat-web-internal"},
    {"PersistentChatWebManagerExternal", kSip, kAny, "persistent-chat-web-external"},
    {"PlatformService", kSip, kAny, "platform-service"},
    {"IMConf", kSip, kAny, "im-conferencing"},
    {"AVConf", kSip, kAny, "av-conferencing"},
    {"AppSharingConf", kSip, kAny, "application-sharing"},
    {"DataConf", "PsomClient", kAny, "web-conferencing"},
    {"Mediation", kSip, kAny, "mediation-internal"},
    {"Mediation", "SipClient", kAny, "mediation-gateway"},
    {"Mediation", "SipClient", kAny, "sba-mediation-gateway"},
    {"RGS", kSip, kAny, "response-group-sip"},
    {"RGS", "WcfMtls", kAny, "response-group-wcf"},
    {"CAA", kSip, kAny, "conferencing-attendant"},
    {"CAS", kSip, kAny, "announcement"},
    {"Cps", kSip, kAny, "call-park"},
    {"testbot", kSip, kAny, "audio-test"},
    {"PDP", kSip, kAny, "bandwidth-policy"},
    {"AccessEdge", kSip, kInside, "access-edge-internal"},
    {"AccessEdge", "SipClient", kOutside, "access-edge-clients"},
    {"AccessEdge", kSip, kOutside, "federation"},
    {"DataEdge", "PsomServer", kInside, "web-conferencing-edge-internal"},
    {"DataEdge", "PsomClient", kOutside, "web-conferencing-edge-clients"},
    {"MediaRelayAuthenticationEdge", kSip, kInside, "av-authentication"},
    {"MediaRelayEdge", "TURNServer", kInside, "av-edge-internal"},
    {"MediaRelayEdge", "TURNServer", kInside, "av-edge-internal-udp"},
    {"MediaRelayEdge", "TURNServer", kOutside, "av-edge-clients"},
    {"MediaRelayEdge", "TURNServer", kOutside, "av-edge-clients-udp"},
    {"XmppFederationProxy", "XmppServer", kOutside, "xmpp-edge"},
    {"XmppFederationProxy", "XptServer", kInside, "xmpp-edge-internal"},
    {"ReplicationService", "Replication", kInside, "replication"},
};

// Where a role has one kind of SIP port only, whoever owns it.
constexpr std::array kOnlySip{
    std::pair{Role::gateway, std::string_view("gateway")},
    std::pair{Role::trusted_application, std::string_view("application")},
    std::pair{Role::persistent_chat, std::string_view("persistent-chat-sip")},
};

// Sort is what can be done with a port.
enum class Sort { tls, relay, relay_udp, other };

Sort sort_of(const PortFacts& port) {
    const bool relay = port.usage == "TURNServer";
    // The words of the file, as Topology Builder writes them.
    if (port.protocol == "Mtls" || port.protocol == "Tls" || port.protocol == "Https")
        return Sort::tls;
    if (relay && port.protocol == "Tcp") return Sort::relay;
    if (relay && port.protocol == "Udp") return Sort::relay_udp;
    return Sort::other;
}

bool has_sip(const PortFacts& port) { return port.usage.find("Sip") != std::string::npos; }

} // namespace

std::vector<std::string_view> service_candidates(const PortFacts& port, Role role) {
    std::vector<std::string_view> ids;
    for (const auto& known : kKnown)
        if (known.owner == port.owner && known.usage == port.usage &&
            (known.side.empty() || known.side == port.side))
            ids.push_back(known.service);
    // The file names such ports after their applications, which are not known beforehand.
    if (ids.empty() && has_sip(port))
        for (const auto& [its_role, id] : kOnlySip)
            if (its_role == role) ids.push_back(id);
    return ids;
}

bool can_be_probed(const PortFacts& port) { return sort_of(port) != Sort::other; }

Transport transport_of(const PortFacts& port) {
    return sort_of(port) == Sort::relay_udp ? Transport::udp : Transport::tcp;
}

bool faces_outside(const PortFacts& port) { return port.side == kOutside; }

Probe probe_of(const PortFacts& port) {
    // The relay is the only one without TLS that can be asked something.
    if (sort_of(port) != Sort::tls) return Probe::av_edge;
    return has_sip(port) ? Probe::sip : Probe::tls;
}

CertificateUse use_of(const PortFacts& port, Role role) {
    if (port.usage == "TURNServer") return CertificateUse::audio_video_authentication;
    if (port.owner == "OCSWebSite")
        return port.side == kOutside ? CertificateUse::web_services_external
                                     : CertificateUse::web_services_internal;
    // An Edge has one certificate inside, one for access and one for web conferencing outside.
    if (role == Role::edge) {
        if (port.side == kInside) return CertificateUse::internal;
        return port.owner == "DataEdge" ? CertificateUse::data_edge_external
                                        : CertificateUse::access_edge_external;
    }
    return is_lync_internal(role) ? CertificateUse::default_ : CertificateUse::other;
}

} // namespace lyncprobe::config
