// SPDX-License-Identifier: MIT
#include "config/topology_leftovers.h"

#include "config/topology_interfaces.h"
#include "config/topology_ports.h"
#include "model/add_once.h"
#include "model/limits.h"
#include "plan/expand.h"

#include <set>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

// Listener is one port that a target probes; no port is probed twice.
struct Listener {
    std::string name, address; // the address only where it decides
    std::uint16_t port = 0;
    Transport transport = Transport::tcp;
    bool outside = false; // of an Edge
    auto operator<=>(const Listener&) const = default;
};

std::set<Listener> listeners_of(const std::vector<Target>& targets) {
    std::set<Listener> out;
    for (const auto& target : targets) {
        const bool outside = target.role == Role::edge && target.side == Side::external;
        // Inside, a machine is one listener whatever names lead to it.
        const auto& name = outside || target.server.empty() ? target.host : target.server;
        out.insert(
            {name, outside && !target.addresses.empty() ? to_text(target.addresses.front()) : "",
             target.port, target.transport, outside}
        );
    }
    return out;
}

Target target_of(
    const Leftover& leftover, const MachineFacts& machine, const std::vector<std::string>& sites,
    std::vector<LeftOut>& left_out
) {
    const auto& port = *leftover.port;
    Target target;
    target.name = fmt::format("{} {} {}", machine.fqdn, port.owner, port.port);
    target.addresses = addresses_of(machine, port.side, port.interface_number);
    target.port = port.port;
    target.probe = probe_of(port);
    target.transport = transport_of(port);
    target.role = leftover.role;
    target.role_given = leftover.role != Role::other;
    target.use = use_of(port, leftover.role);
    // Outside an Edge only the web site is: its other "external" ports are for servers inside.
    const bool published = leftover.role == Role::edge || port.owner == "OCSWebSite";
    target.side = published && faces_outside(port) ? Side::external : Side::internal;
    target.pool = check_host_name(leftover.cluster->fqdn).name;
    target.server = check_host_name(machine.fqdn).name;
    target.site = sites[leftover.cluster->site];
    const bool outside = leftover.role == Role::edge && target.side == Side::external;
    if (outside)
        if (const auto nat = nat_of(machine, port.interface_number)) target.addresses = {*nat};
    const auto outside_name = outside ? check_host_name(port.published_fqdn).name : std::string();
    if (!outside_name.empty()) {
        target.host = outside_name;
        target.names = {outside_name};
        return target;
    }
    // Gateways are often known by address alone.
    const auto address = parse_address(machine.fqdn);
    target.host = address ? to_text(*address)
                          : checked_name(machine.fqdn, machine.line, "the machine", left_out);
    for (const auto& name : {target.pool, target.server})
        if (!name.empty() && !parse_address(name)) add_once(target.names, name);
    return target;
}

} // namespace

bool add_leftovers(
    const std::vector<Leftover>& leftovers, const std::vector<std::string>& sites,
    ImportedTopology& out
) {
    std::set<std::string> names;
    auto covered = listeners_of(plan::expand(out.deployment));
    for (const auto& leftover : leftovers)
        for (const auto& machine : leftover.cluster->machines) {
            auto target = target_of(leftover, machine, sites, out.left_out);
            if (target.host.empty()) continue;
            const bool outside = target.role == Role::edge && target.side == Side::external;
            const bool decides = !target.addresses.empty() &&
                                 (outside || target.addresses != inside_addresses(machine));
            const auto added = covered.insert(
                {target.host, decides ? to_text(target.addresses.front()) : "", target.port,
                 target.transport, outside}
            );
            // A pool of the list, or another service on the same port, probes it already.
            if (!added.second) continue;
            auto& targets = out.deployment.targets;
            if (targets.size() >= limits::kTopologyTargets) return false;
            const auto name = target.name;
            // Names of targets are unique; two ports of one owner may share a number by TCP and
            // UDP.
            for (int number = 2; !names.insert(target.name).second; ++number)
                target.name = fmt::format("{} {}", name, number);
            targets.push_back(std::move(target));
            const auto& port = *leftover.port;
            out.target_remarks.push_back(
                fmt::format("{} {} {} {}", port.owner, port.usage, port.side, port.protocol)
            );
        }
    return true;
}

std::string checked_name(
    const std::string& name, int line, std::string_view what, std::vector<LeftOut>& left_out
) {
    const auto checked = check_host_name(name);
    if (!checked.reason.empty() || parse_address(name)) {
        left_out.push_back(
            {fmt::format("{} '{}'", what, name),
             checked.reason.empty() ? "it is an address, not a name" : checked.reason, line}
        );
        return {};
    }
    return checked.name;
}

} // namespace lyncprobe::config
