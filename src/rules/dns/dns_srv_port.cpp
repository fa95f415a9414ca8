// SPDX-License-Identifier: MIT
// Rule dns-srv-port: an SRV record leads to a port that firewalls let pass.
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// An Edge Server with one address serves its clients on 5061 (Topology Builder's proposal).
constexpr std::uint16_t kSingleAddressClients = 5061;

std::optional<Ruling> rule_on_srv_port(const SrvPointer& at) {
    const auto& [domain, row, target] = at;
    if (target.host == ".") return std::nullopt; // its port is 0 by definition
    if (target.port == 0)
        return fail(fmt::format(
            "{} names {} with port 0, on which no server can listen", row.record, target.host
        ));
    const bool single_address = row.record == "_sip._tls" && target.port == kSingleAddressClients;
    if (target.port == row.usual_port || single_address)
        return pass(fmt::format("{}: port {}", row.record, target.port));
    return warn(fmt::format(
        "{} names {} with port {}; the usual one is {}, and firewalls of others may let nothing "
        "else pass",
        row.record, target.host, target.port, row.usual_port
    ));
}

} // namespace

constinit const Rule dns_srv_port{
    .id = "dns-srv-port",
    .title = "The port of the SRV record is a usual one",
    .scope = Scope::dns,
    .source =
        {.document = "DNS summary and port summary of each Edge topology for Lync Server 2013",
         .section = "SRV records and ports"},
    .demands = "The port of an SRV record is not 0 but one on which such a server usually listens; "
               "5061 is good for _sip._tls, too (Edge Servers with one address).",
    .why = "Firewalls may let only the usual port pass, and no server can listen at port 0.",
    .fix =
        "correct the port of the record; where the server does listen there, nothing needs mending",
    .evidence = "record, target, port: of the SRV record",
    .check_domain = for_each_target<rule_on_srv_port>,
};

} // namespace lyncprobe::rules
