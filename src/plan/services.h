// SPDX-License-Identifier: MIT
// What Lync Server 2013, Skype for Business Server and their neighbours listen on: a cited row a
// port.
#pragma once

#include "model/deployment.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lyncprobe::plan {

// Roles is a set of roles.
using Roles = std::uint32_t;
constexpr Roles only(Role role) { return Roles{1} << static_cast<unsigned>(role); }
constexpr bool has(Roles roles, Role role) { return (roles & only(role)) != 0; }

// Roles that have much in common: Front End pools, where users sign in, and web services.
inline constexpr Roles kPools = only(Role::front_end) | only(Role::standard_edition);
inline constexpr Roles kRegistrars = kPools | only(Role::director) | only(Role::sba);
inline constexpr Roles kWeb = kPools | only(Role::director);

// Interface says on which addresses and under which name of a server it is reached.
enum class Interface : std::uint8_t {
    internal,         // the server's own, or its only one
    pstn,             // towards gateways
    access,           // the three external ones of an Edge
    web_conferencing, //
    av,               //
    published,        // a reverse proxy's, once for each web name that it publishes
    discovery         // a reverse proxy's, once for each lyncdiscover name
};

// EdgeKey is what the keys of a target list call an external interface of an Edge.
struct EdgeKey {
    Interface at;
    std::string_view name;
};
inline constexpr EdgeKey kEdgeKeys[] = {
    {Interface::access, "access"},
    {Interface::web_conferencing, "web_conferencing"},
    {Interface::av, "av"}};

// What an Edge has at one of its external interfaces; `services`: an EdgeServices, const or not.
template <class Services>
auto& edge_member(Services& services, Interface at) {
    if (at == Interface::web_conferencing) return services.web_conferencing;
    return at == Interface::av ? services.av : services.access;
}

// PeerCertificate is what a server wants of whoever connects.
enum class PeerCertificate : std::uint8_t { none, optional, required };
std::string_view to_text(PeerCertificate);

// Names says what the certificate of a port must carry ("Certificate requirements for internal
// servers" and "for external user access").
enum class Names : std::uint8_t {
    none,
    pool_and_server, // and sip.<SIP domain> where clients find the pool by it
    pool,
    server,
    web_internal,
    web_external,
    access_edge,           // with sip.<SIP domain>
    web_conferencing_edge, //
    sip_domains,           // the bare domains, for XMPP
    published              // the name that is asked for
};

// Listener is how a port speaks.
struct Listener {
    std::string_view protocol;  // in words
    std::optional<Probe> probe; // nothing: there is no TLS to look at
    PeerCertificate peer = PeerCertificate::none;
    CertificateUse use = CertificateUse::other;
    Names names = Names::none;
    Side side = Side::internal;
    Interface at = Interface::internal;
    Transport transport = Transport::tcp;
};

struct Service {
    std::string_view id;    // what target lists call it; part of a target's name
    std::string_view group; // several services that are turned on and off together
    Roles roles = 0;        // may run it
    Roles usual = 0;        // run it unless the target list says otherwise
    std::uint16_t port = 0; // 0: each deployment chooses its own
    std::uint16_t last = 0; // of a range; 0 = one port
    Listener listener;
    std::string_view source;
};

std::span<const Service> services();
// Without it a server of this role would be none, so that it is missed wherever it does not answer:
// registrar, web sites, Access Edge, web conferencing and A/V Edge, replication, published web,
// Mediation.
bool is_core(const Service&);
const Service* find_service(std::string_view id);

// Does one of the product's rows say that only servers connect to this port of a registrar (Front
// End, Standard Edition, Director, branch appliance), or that there is no TLS?
bool is_port_between_servers(std::uint16_t port);

// The row of a target: the one it comes from, else by what is said about it; null where none fits.
const Service* service_of(const Target&);

// docs/services.md
std::string services_markdown();

} // namespace lyncprobe::plan
