// SPDX-License-Identifier: MIT
// A deployment as its administrators draw it: sites, pools, servers. plan/expand.h makes targets of
// it.
#pragma once

#include "model/host.h"
#include "model/time.h"
#include "model/vocabulary.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

// Enrollment is how the operator says a certificate was requested; no certificate records it.
struct Enrollment {
    EnrollmentMethod method = EnrollmentMethod::unknown;
    OperatingSystem ca_os = OperatingSystem::unknown;
    OperatingSystem requester_os = OperatingSystem::unknown;
    std::optional<bool> kb922706;
    bool operator==(const Enrollment&) const = default;
};

// Line and column in the list number `list` of Deployment::inputs; 0 for a target of the command
// line.
struct Place {
    std::uint32_t list = 0;
    std::int32_t line = 0;
    std::int32_t column = 0;
    bool operator==(const Place&) const = default;
};

// EdgeServices has one of each for what an Edge shows outside; federation and XMPP are reached
// under the name and address of the Access Edge.
template <class T>
struct EdgeServices {
    T access = {}, web_conferencing = {}, av = {};
    bool operator==(const EdgeServices&) const = default;
};

struct PoolServer {
    std::string host;               // DNS name, or an address
    std::vector<Address> addresses; // of the internal or only interface; empty = the host is
                                    // resolved
    std::vector<Address> pstn;      // of the interface towards gateways; empty = as `addresses`
    EdgeServices<std::vector<Address>> external; // of the external interface
    EdgeServices<std::vector<Address>> nat;      // their addresses in the Internet
    Place place;
};

struct ServiceChoice {
    std::string service; // id or group of plan/services.h
    bool runs = true;
};

struct ServicePorts {
    std::string service; // id
    std::vector<std::uint16_t> ports;
};

struct ServiceExpectation {
    std::string service; // id or group
    Expectation expect = Expectation::none;
};

// Pool is the machines of one name. A single server is a pool of one; without `servers` it is the
// pool's name itself.
struct Pool {
    std::string fqdn;
    Role role = Role::other;
    std::vector<PoolServer> servers;
    std::string internal_web, external_web; // FQDNs of the web services; empty = not said
    EdgeServices<std::string> external;     // FQDNs of an Edge
    std::vector<ServiceChoice> services;    // where it differs from what its role usually runs
    std::vector<ServicePorts> ports;        // where they differ from the product's
    std::vector<ServiceExpectation> expectations; // what must not work from where the run is made
    Expectation expect = Expectation::none;       // of the other services
    std::optional<bool> sip_names;                // does its certificate carry sip.<SIP domain>?
    std::optional<bool> autodiscover_names;       // lyncdiscover.<SIP domain> on its web services?
    std::vector<std::string> publishes;           // by a reverse proxy; empty = all we know of
    std::string identity;
    Enrollment enrollment;
    std::optional<Mutual> mutual; // absent: none where clients connect, else automatic
    std::optional<Milliseconds> timeout, connect_timeout;
    OperatingSystem os = OperatingSystem::unknown;
    OperatingSystem peer_os = OperatingSystem::unknown; // as Target::peer_os
    Product product = Product::unknown;
    Place place;
};

struct Site {
    std::string name;
    std::vector<Pool> pools;
};

// SimpleUrls are the hosts of the addresses that stand in invitations, and of the control panel.
struct SimpleUrls {
    std::vector<std::string> meet, dialin, admin;
    bool operator==(const SimpleUrls&) const = default;
};

} // namespace lyncprobe
