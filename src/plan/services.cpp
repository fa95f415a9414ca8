// SPDX-License-Identifier: MIT
#include "plan/services.h"

#include "plan/links.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lyncprobe::plan {

namespace {

// Pages of Microsoft's documentation, and what is known from elsewhere.
constexpr std::string_view kPorts = "Lync Server 2013, Ports and protocols for internal servers";
constexpr std::string_view kTopology = "topology of Skype for Business Server (Get-CsTopology)";
constexpr std::string_view kWebServer = "Set-CsWebServer";
constexpr std::string_view kRegistrar = "Set-CsRegistrar";
constexpr std::string_view kUserServer = "Set-CsUserServer";
constexpr std::string_view kMediation = "Set-CsMediationServer";
constexpr std::string_view kGateway =
    "Lync Server 2013, Define a gateway in Topology Builder; Set-CsPstnGateway";
constexpr std::string_view kEdge = "Lync Server 2013, Port summary - Single consolidated edge with "
                                   "private IP addresses using NAT; Set-CsEdgeServer";
constexpr std::string_view kTurn = "[MS-TURN], pseudo-TLS; " // the port is in the Edge's summary
                                   "Lync Server 2013, Port summary - Single consolidated edge";
constexpr std::string_view kXmpp = "Lync Server 2013, Port summary - XMPP federation";
constexpr std::string_view kProxy = "Lync Server 2013, Port summary - Reverse proxy";
constexpr std::string_view kMobility =
    "Lync Server 2013, Certificate requirements for mobility; Port summary - Reverse proxy";
constexpr std::string_view kChat = "Lync Server 2013, Components and topologies for Persistent "
                                   "Chat Server; Ports and protocols for internal servers";
constexpr std::string_view kOffice =
    "Publishing Office Web Apps Server for Lync Server 2013; topology (WacService)";
constexpr std::string_view kUm = "Integrate Exchange UM with Lync (TechNet jj150516); Lync Server "
                                 "2013, Configure certificates on the server running UM";
constexpr std::string_view kUmUncertain =
    "Exchange 2013 UM, mailbox server ports (not certain: read in one source only)";
constexpr std::string_view kApplication = "New-CsTrustedApplication";

using enum Role;
constexpr Roles kNobody = 0;
constexpr Roles kMediators = kPools | only(mediation);
constexpr Roles kChatters = only(persistent_chat) | kPools;
constexpr Roles kInside = kRegistrars | only(mediation) | only(persistent_chat);
constexpr Roles kEdges = only(edge);
constexpr Roles kProxies = only(reverse_proxy);
constexpr Roles kUms = only(exchange_um);

using Use = CertificateUse;
using Peer = PeerCertificate;
using At = Interface;

// Inside, a server presents its default certificate, which has the names of pool and server.
constexpr Listener inside(
    std::string_view protocol, Probe probe, Peer peer, Use use = Use::default_,
    Names names = Names::pool_and_server
) {
    return {protocol, probe, peer, use, names};
}
constexpr Listener outside(
    std::string_view protocol, Probe probe, Peer peer, Use use, Names names, At at
) {
    return {protocol, probe, peer, use, names, Side::external, at};
}
// The media relay has no certificate to show: what looks like TLS there only opens firewalls.
constexpr Listener relay(std::string_view protocol, Side side, At at, Transport transport) {
    return {protocol,    Probe::av_edge, Peer::none, Use::audio_video_authentication,
            Names::none, side,           at,         transport};
}

// Inside. A registrar serves clients and servers on one port, so a certificate is asked for but not
// demanded (0 and 1.7 of the certificate requirements: client to server is TLS, server to server
// MTLS).
constexpr auto kSipBoth =
    inside("SIP over TLS for clients, MTLS for servers", Probe::sip, Peer::optional);
constexpr auto kSip = inside("SIP over MTLS", Probe::sip, Peer::required);
constexpr Listener kSipGateway{
    "SIP over MTLS, gateways and PBXs",
    Probe::sip,
    Peer::required,
    Use::default_,
    Names::pool_and_server,
    Side::internal,
    At::pstn};
constexpr auto kControl = inside("HTTPS over MTLS (C3P)", Probe::https, Peer::required);
constexpr auto kWcf = inside("WCF over MTLS", Probe::tls, Peer::required);
constexpr auto kWcfMixed = inside("WCF over TLS and MTLS", Probe::tls, Peer::optional);
constexpr auto kPsomClients = inside("PSOM over TLS", Probe::web_conferencing, Peer::none);
constexpr auto kPsomServers = inside("PSOM over MTLS", Probe::tls, Peer::required);
constexpr auto kLog = inside("MTLS", Probe::tls, Peer::required);
constexpr auto kWebInside = inside(
    "HTTPS, internal web site", Probe::https, Peer::none, Use::web_services_internal,
    Names::web_internal
);
// On the server itself, whose two web sites differ by their port alone.
constexpr auto kWebOutside = outside(
    "HTTPS, external web site (published as 443)", Probe::https, Peer::none,
    Use::web_services_external, Names::web_external, At::internal
);

// The Edge, inside and outside.
constexpr auto kEdgeSip =
    inside("SIP over MTLS", Probe::sip, Peer::required, Use::internal, Names::pool);
constexpr auto kEdgePsom =
    inside("PSOM over MTLS", Probe::web_conferencing, Peer::required, Use::internal, Names::pool);
constexpr auto kEdgeReplica = inside(
    "HTTPS, replica of the central management store", Probe::replication, Peer::required,
    Use::internal, Names::pool
);
constexpr auto kEdgeMtls = inside("MTLS", Probe::tls, Peer::required, Use::internal, Names::pool);
constexpr std::string_view kTurnTcp =
    "MS-TURN over TCP behind pseudo-TLS; no certificate by design";
constexpr std::string_view kTurnUdp = "MS-TURN over UDP; no certificate by design";
constexpr auto kEdgeTurn = relay(kTurnTcp, Side::internal, At::internal, Transport::tcp);
constexpr auto kEdgeTurnUdp = relay(kTurnUdp, Side::internal, At::internal, Transport::udp);
constexpr auto kAccessClients = outside(
    "SIP over TLS, clients outside", Probe::sip, Peer::none, Use::access_edge_external,
    Names::access_edge, At::access
);
constexpr auto kAccessFederation = outside(
    "SIP over MTLS, partners and public IM", Probe::federation, Peer::required,
    Use::access_edge_external, Names::access_edge, At::access
);
// Optional: each partner has its own setting.
constexpr auto kAccessXmpp = outside(
    "XMPP between servers, TLS by STARTTLS", Probe::xmpp, Peer::optional, Use::access_edge_external,
    Names::sip_domains, At::access
);
constexpr auto kDataEdge = outside(
    "PSOM over TLS, clients outside", Probe::web_conferencing, Peer::none, Use::data_edge_external,
    Names::web_conferencing_edge, At::web_conferencing
);
constexpr auto kTurnOutside = relay(kTurnTcp, Side::external, At::av, Transport::tcp);
constexpr auto kTurnOutsideUdp = relay(kTurnUdp, Side::external, At::av, Transport::udp);

// Neighbours.
constexpr auto kPublished = outside(
    "HTTPS, for the external web sites behind it", Probe::https, Peer::none,
    Use::web_services_external, Names::published, At::published
);
constexpr auto kDiscovery = outside(
    "HTTPS, Autodiscover", Probe::autodiscover, Peer::none, Use::web_services_external,
    Names::published, At::discovery
);
// Without TLS by design, and there is an answer to look at.
constexpr auto kDiscoveryHttp = outside(
    "HTTP, Autodiscover", Probe::autodiscover, Peer::none, Use::web_services_external, Names::none,
    At::discovery
);
constexpr auto kChatFiles = inside(
    "HTTPS, files of Persistent Chat", Probe::https, Peer::none, Use::web_services_internal,
    Names::pool
);
constexpr auto kOfficeWeb = inside("HTTPS", Probe::https, Peer::none, Use::other, Names::pool);
constexpr auto kNeighbour =
    inside("SIP over MTLS", Probe::sip, Peer::required, Use::other, Names::server);

// What carries no TLS.
constexpr Listener bare(
    std::string_view protocol, Side side = Side::internal, Transport transport = Transport::tcp
) {
    return {protocol,    std::nullopt, Peer::none,   Use::other,
            Names::none, side,         At::internal, transport};
}

constexpr Service kServices[] = {
    // Registrar: Front End pool, Standard Edition server, Director, branch appliance.
    {"registrar", "registrar", kRegistrars, kRegistrars, 5061, 0, kSipBoth, kPorts},
    {"registrar-tcp", "registrar-tcp", kRegistrars, kNobody, 5060, 0,
     bare("SIP over TCP, static routes and remote call control"), kRegistrar},
    {"conference-control", "conference-control", kRegistrars, kRegistrars, 444, 0, kControl,
     kPorts},
    {"storage", "storage", kPools, kPools, 5077, 0, kWcf, kRegistrar},
    {"fabric", "fabric", kPools, kNobody, 5090, 5094, bare("Windows Fabric, secured by itself"),
     kRegistrar},
    {"xmpp-gateway", "xmpp", kPools, kNobody, 5098, 0, kSip, kRegistrar},
    {"conference-directory", "conference-directory", kPools, kNobody, 9001, 0, bare("WCF over TCP"),
     kUserServer},

    // Web services.
    {"web-internal", "web", kWeb | only(sba), kWeb, 443, 0, kWebInside, kWebServer},
    {"web-internal-http", "web-http", kWeb | only(sba), kNobody, 80, 0, bare("HTTP"), kWebServer},
    {"web-external", "web", kWeb | only(sba), kWeb, 4443, 0, kWebOutside, kWebServer},
    {"web-external-http", "web-http", kWeb | only(sba), kNobody, 8080, 0,
     bare("HTTP (published as 80)", Side::external), kWebServer},
    {"web-client-internal", "web-client", kPools, kPools, 8060, 0, kPsomServers, kWebServer},
    {"web-client-external", "web-client", kPools, kPools, 8061, 0, kPsomServers, kWebServer},
    {"mobility-internal", "mobility", kPools, kPools, 5086, 0, kSip, kPorts},
    {"mobility-external", "mobility", kPools, kPools, 5087, 0, kSip, kPorts},
    {"ucwa-internal", "ucwa", kPools, kPools, 5088, 0, kSip, kWebServer},
    {"ucwa-external", "ucwa", kPools, kPools, 5089, 0, kSip, kWebServer},
    {"persistent-chat-web-internal", "persistent-chat-web", kPools, kNobody, 5095, 0, kSip,
     kTopology},
    {"persistent-chat-web-external", "persistent-chat-web", kPools, kNobody, 5096, 0, kSip,
     kTopology},
    {"support-console", "support-console", kPools, kNobody, 6007, 0,
     bare("support conference console"), kWebServer},
    {"platform-service", "platform-service", kPools, kNobody, 6008, 0, kSip, kTopology},

    // Conferencing.
    {"web-conferencing", "conferencing", kPools, kPools, 8057, 0, kPsomClients, kPorts},
    {"live-meeting", "live-meeting", kPools, kNobody, 8058, 0, kPsomClients, kPorts},
    {"im-conferencing", "conferencing", kPools, kPools, 5062, 0, kSip, kPorts},
    {"av-conferencing", "conferencing", kPools, kPools, 5063, 0, kSip, kPorts},
    {"application-sharing", "conferencing", kPools, kPools, 5065, 0, kSip, kPorts},
    {"dial-in-conferencing", "dial-in", kPools, kNobody, 5064, 0, kSip, kPorts},
    {"conferencing-attendant", "dial-in", kPools, kNobody, 5072, 0, kSip, kPorts},

    // Voice, and the applications of a pool.
    {"emergency-calls", "emergency-calls", kPools, kNobody, 5066, 0,
     bare("outbound to an E9-1-1 gateway"), kPorts},
    {"mediation-internal", "mediation", kMediators | only(sba), only(mediation) | only(sba), 5070,
     0, kSip, kPorts},
    {"mediation-gateway", "mediation", kMediators, only(mediation), 5067, 0, kSipGateway,
     kMediation},
    {"mediation-gateway-tcp", "mediation-tcp", kMediators, kNobody, 5068, 0, bare("SIP over TCP"),
     kMediation},
    {"sba-mediation-gateway", "mediation", only(sba), only(sba), 5082, 0, kSipGateway, kGateway},
    {"sba-mediation-gateway-tcp", "mediation-tcp", only(sba), kNobody, 5081, 0,
     bare("SIP over TCP"), kGateway},
    {"response-group-sip", "response-group", kPools, kNobody, 5071, 0, kSip, kPorts},
    {"response-group-wcf", "response-group", kPools, kNobody, 8404, 0, kWcf, kPorts},
    {"announcement", "announcement", kPools, kNobody, 5073, 0, kSip, kPorts},
    {"call-park", "call-park", kPools, kNobody, 5075, 0, kSip, kPorts},
    {"audio-test", "audio-test", kPools, kPools, 5076, 0, kSip, kPorts},
    {"bandwidth-policy", "bandwidth-policy", kPools, kNobody, 5080, 0, kSip, kPorts},
    {"bandwidth-policy-turn", "bandwidth-policy-turn", kPools, kNobody, 448, 0,
     bare("TURN over TCP"), kPorts},

    // Every server inside.
    {"logging", "logging", kInside, kNobody, 50001, 50003, kLog, kPorts},
    {"smb", "smb", kInside, kNobody, 445, 0, bare("SMB, replication to internal servers"), kPorts},
    {"dcom", "dcom", kInside, kNobody, 135, 0, bare("DCOM"), kPorts},
    {"sql-browser", "sql-browser", kInside, kNobody, 1434, 0,
     bare("SQL Server browser", Side::internal, Transport::udp), kPorts},

    // Persistent Chat.
    {"persistent-chat-sip", "persistent-chat", kChatters, only(persistent_chat), 5041, 0, kSip,
     kChat},
    {"persistent-chat-wcf", "persistent-chat", kChatters, only(persistent_chat), 881, 0, kWcfMixed,
     kChat},
    {"persistent-chat-files", "persistent-chat-files", only(persistent_chat), kNobody, 443, 0,
     kChatFiles, kChat},
    {"persistent-chat-pool", "persistent-chat-pool", kChatters, kNobody, 8011, 0,
     bare("TCP inside the pool"), kChat},

    // Edge, inside.
    {"access-edge-internal", "access-edge", kEdges, kEdges, 5061, 0, kEdgeSip, kEdge},
    {"web-conferencing-edge-internal", "web-conferencing-edge", kEdges, kEdges, 8057, 0, kEdgePsom,
     kEdge},
    {"av-authentication", "av-edge", kEdges, kEdges, 5062, 0, kEdgeSip, kEdge},
    {"av-edge-internal", "av-edge", kEdges, kEdges, 443, 0, kEdgeTurn, kTurn},
    {"av-edge-internal-udp", "av-edge", kEdges, kEdges, 3478, 0, kEdgeTurnUdp, kTurn},
    {"replication", "replication", kEdges, kEdges, 4443, 0, kEdgeReplica, kEdge},
    {"xmpp-edge-internal", "xmpp", kEdges, kNobody, 23456, 0, kEdgeMtls, kXmpp},
    {"edge-logging", "logging", kEdges, kNobody, 50001, 50003, kEdgeMtls, kEdge},

    // Edge, outside.
    {"access-edge-clients", "access-edge", kEdges, kEdges, 443, 0, kAccessClients, kEdge},
    {"federation", "federation", kEdges, kEdges, 5061, 0, kAccessFederation, kEdge},
    {"web-conferencing-edge-clients", "web-conferencing-edge", kEdges, kEdges, 443, 0, kDataEdge,
     kEdge},
    {"av-edge-clients", "av-edge", kEdges, kEdges, 443, 0, kTurnOutside, kTurn},
    {"av-edge-clients-udp", "av-edge", kEdges, kEdges, 3478, 0, kTurnOutsideUdp, kTurn},
    {"av-edge-media", "av-edge-media", kEdges, kNobody, 50000, 59999,
     bare("SRTP over TCP and UDP", Side::external), kEdge},
    {"xmpp-edge", "xmpp", kEdges, kNobody, 5269, 0, kAccessXmpp, kXmpp},

    // Reverse proxy.
    {"published-web", "published-web", kProxies, kProxies, 443, 0, kPublished, kProxy},
    {"published-web-http", "published-web-http", kProxies, kNobody, 80, 0,
     bare("HTTP", Side::external), kProxy},
    {"autodiscover", "autodiscover", kProxies, kProxies, 443, 0, kDiscovery, kMobility},
    {"autodiscover-http", "autodiscover-http", kProxies, kNobody, 80, 0, kDiscoveryHttp, kMobility},

    // Neighbours.
    {"office-web-apps", "office-web-apps", only(office_web_apps), only(office_web_apps), 443, 0,
     kOfficeWeb, kOffice},
    {"um", "um", kUms, kUms, 5061, 0, kNeighbour, kUm},
    {"um-tcp", "um-tcp", kUms, kNobody, 5060, 0, bare("SIP over TCP"), kUm},
    {"um-worker-1", "um-worker", kUms, kNobody, 5066, 0, kNeighbour, kUm},
    {"um-worker-2", "um-worker", kUms, kNobody, 5068, 0, kNeighbour, kUm},
    {"um-worker-1-tcp", "um-worker-tcp", kUms, kNobody, 5065, 0, bare("SIP over TCP"), kUm},
    {"um-worker-2-tcp", "um-worker-tcp", kUms, kNobody, 5067, 0, bare("SIP over TCP"), kUm},
    {"um-mailbox", "um-mailbox", kUms, kNobody, 5063, 0, kNeighbour, kUmUncertain},
    {"um-mailbox-tcp", "um-mailbox-tcp", kUms, kNobody, 5062, 0, bare("SIP over TCP"),
     kUmUncertain},
    {"application", "application", only(trusted_application), only(trusted_application), 0, 0, kSip,
     kApplication},
    {"gateway", "gateway", only(gateway), only(gateway), 5067, 0, kNeighbour, kGateway},
    {"gateway-tcp", "gateway-tcp", only(gateway), kNobody, 5066, 0, bare("SIP over TCP"), kGateway},
};

bool covers(const Service& service, std::uint16_t port) {
    return port != 0 && port >= service.port && port <= std::max(service.port, service.last);
}

// The two sides of an Edge have ports in common; where the side is not said, its certificate tells.
bool is_on_side(const Target& target, Side side) {
    if (target.side != Side::unknown) return target.side == side;
    const bool outside =
        target.use == Use::access_edge_external || target.use == Use::data_edge_external;
    return !outside || side == Side::external;
}

std::string roles_text(Roles roles) {
    std::string out;
    for (const auto& word : words<Role>())
        if (has(roles, word.value)) out += fmt::format("{}{}", out.empty() ? "" : ", ", word.text);
    return out;
}

std::string peers_text(const Service& service) {
    const auto* link = link_to(service.id);
    if (!link) return "–";
    return roles_text(link->from) + (link->same_pool ? " of the same pool" : "");
}

std::string port_text(const Service& service) {
    std::string out = service.port == 0 ? "chosen" : std::to_string(service.port);
    if (service.last != 0) out += fmt::format("–{}", service.last);
    if (service.listener.transport == Transport::udp) out += "/udp";
    return out;
}

} // namespace

std::string_view to_text(PeerCertificate peer) {
    switch (peer) {
    case PeerCertificate::none: return "none";
    case PeerCertificate::optional: return "optional";
    case PeerCertificate::required: return "required";
    }
    return "?";
}

std::span<const Service> services() { return kServices; }

bool is_core(const Service& service) {
    static constexpr std::string_view kCoreGroups[] = {
        "registrar", "web",         "access-edge",   "web-conferencing-edge",
        "av-edge",   "replication", "published-web", "mediation"};
    return std::ranges::find(kCoreGroups, service.group) != std::end(kCoreGroups);
}

const Service* find_service(std::string_view id) {
    const auto* found = std::ranges::find(kServices, id, &Service::id);
    return found == std::end(kServices) ? nullptr : found;
}

bool is_port_between_servers(std::uint16_t port) {
    return std::ranges::any_of(kServices, [port](const Service& service) {
        const bool for_clients =
            service.listener.probe && service.listener.peer != PeerCertificate::required;
        return (service.roles & kRegistrars) != 0 && covers(service, port) && !for_clients;
    });
}

const Service* service_of(const Target& target) {
    if (!target.service.empty()) return find_service(target.service);
    for (const auto& service : kServices)
        if (has(service.roles, target.role) && covers(service, target.port) &&
            service.listener.probe == target.probe && is_on_side(target, service.listener.side))
            return &service;
    return nullptr;
}

std::string services_markdown() {
    std::string out =
        "# What listens where\n\n"
        "Generated by `lyncprobe docs services` from `src/plan/services.cpp`. A `topology:` turns "
        "the rows of a pool's role into endpoints.\n\n"
        "*Usual* roles have the service unless `services:` of the pool says otherwise; *possible* "
        "ones where `services:` or `ports:` names it. *Core*: where it does not answer "
        "`endpoint-reachable` fails; of a service that is merely usual it warns, unless another "
        "server of the pool answers. *Certificate wanted*: of whoever connects. "
        "*Servers that connect*: the links that `mutual-trust` judges. Rows without a probe carry "
        "no TLS, cannot be turned on, and are here so that nothing seems forgotten.\n\n"
        "| service | turned on with | port | protocol | side | probe | certificate wanted | "
        "servers that connect | certificate use | usual | possible | core | source |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const auto& service : kServices) {
        const auto& listener = service.listener;
        const bool probed = listener.probe.has_value();
        out += fmt::format(
            "| `{}` | `{}` | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", service.id,
            service.group, port_text(service), listener.protocol, lyncprobe::to_text(listener.side),
            probed ? lyncprobe::to_text(*listener.probe) : "–",
            probed ? to_text(listener.peer) : "–", peers_text(service),
            probed ? lyncprobe::to_text(listener.use) : "–", roles_text(service.usual),
            roles_text(service.roles & ~service.usual), is_core(service) ? "core" : "–",
            service.source
        );
    }
    return out;
}

} // namespace lyncprobe::plan
