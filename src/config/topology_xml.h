// SPDX-License-Identifier: MIT
// A topology file of Lync's tools → what stands in it, the same for both of its forms: the
// published one (Get-CsTopology -AsXml) and that of Topology Builder (.tbxml).
#pragma once

#include "model/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::config {

// NetInterface is one network interface of a machine, as numbered in its side.
struct NetInterface {
    std::string side; // Primary, Internal, External, Pstn
    std::string number;
    std::string address; // empty where it is "all addresses"
    std::string nat;     // what the Internet sees instead
};

struct MachineFacts {
    std::string fqdn;
    std::vector<NetInterface> interfaces;
    int line = 0;
};

struct PortFacts {
    std::string owner; // without "urn:component:"
    std::string usage, side, interface_number, protocol;
    std::string published_fqdn;       // ConfiguredFqdn
    std::uint16_t port = 0;           // 0 where it is no port number
    std::uint16_t published_port = 0; // ConfiguredPort; 0 = none
    int line = 0;
};

struct ServiceFacts {
    std::string role; // RoleName
    std::string version;
    std::vector<PortFacts> ports;
    bool director = false;
    std::string external_web;  // of web services
    bool autodiscover = true;  // is it among the web components, where these are listed?
    std::string discovery_url; // of an Office Web Apps farm
    int line = 0;
};

struct ClusterFacts {
    std::string fqdn;
    std::size_t site = 0; // index into TopologyFacts::sites
    std::vector<MachineFacts> machines;
    std::vector<ServiceFacts> services;
    int line = 0;
};

// LeftOut is something of the file that makes no endpoint.
struct LeftOut {
    std::string what, reason;
    int line = 0;
};

struct TopologyFacts {
    std::vector<std::string> sip_domains;         // the default one first
    std::vector<std::string> meet, dialin, admin; // URLs
    std::vector<std::string> sites;               // their names
    std::vector<ClusterFacts> clusters;
    std::vector<LeftOut> left_out;
};

// UTF-8, or UTF-16 with a byte order mark. A problem has line and column, and no file.
Result<TopologyFacts> read_topology_xml(std::string_view bytes);

} // namespace lyncprobe::config
