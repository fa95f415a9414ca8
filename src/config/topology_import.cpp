// SPDX-License-Identifier: MIT
#include "config/topology_import.h"

#include "codec/url.h"
#include "config/topology_interfaces.h"
#include "config/topology_leftovers.h"
#include "config/topology_ports.h"
#include "model/add_once.h"
#include "model/limits.h"
#include "plan/expand.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::config {

namespace {

// The servers of the pool with their machines; both are in the order of the file.
template <class SomePool, class Visit>
void for_each_server(const ClusterFacts& cluster, SomePool& pool, Visit visit) {
    std::size_t next = 0;
    for (const auto& machine : cluster.machines)
        if (next < pool.servers.size() && pool.servers[next].host == machine.fqdn)
            visit(machine, pool.servers[next++]);
}

// An address that users or servers open by its name: a certificate covers no other. `why` says what
// is wrong with it.
std::optional<codec::Url> web_address(const std::string& text, std::string& why) {
    auto url = codec::parse_url(text, &why);
    if (url && url->scheme == "https" && !parse_address(url->host)) return url;
    if (why.empty()) why = "it is no https address of a name";
    return std::nullopt;
}

// Importer makes pools of the clusters, one after the other.
class Importer {
  public:
    explicit Importer(TopologyFacts facts) : facts_(std::move(facts)) {}

    Result<ImportedTopology> run() {
        out_.left_out = facts_.left_out;
        for (const auto& site : facts_.sites)
            // All of them, so that an index of the file is an index here; empty ones are removed at
            // the end.
            out_.deployment.sites.push_back({site, {}});
        for (const auto& cluster : facts_.clusters) {
            // To tell a name that is published for a pool from the pool itself.
            machines_.insert(cluster.fqdn);
            for (const auto& machine : cluster.machines)
                machines_.insert(machine.fqdn);
        }
        add_domains();
        add_simple_urls(facts_.meet, out_.deployment.simple_urls.meet);
        add_simple_urls(facts_.dialin, out_.deployment.simple_urls.dialin);
        add_simple_urls(facts_.admin, out_.deployment.simple_urls.admin);
        for (const auto& cluster : facts_.clusters)
            add_cluster(cluster);
        add_proxy();
        if (!add_leftovers(leftovers_, facts_.sites, out_))
            return Problem{fmt::format("it has more than {} endpoints", limits::kTopologyTargets)};
        auto& sites = out_.deployment.sites;
        std::erase_if(sites, [](const Site& site) { return site.pools.empty(); });
        if (sites.empty() && out_.deployment.targets.empty())
            return Problem{
                .what = "it has no port that speaks TLS",
                .hint = "'Get-CsTopology -AsXml' writes the file that is wanted here"};
        // Noted in the order of this program; read beside the file.
        std::ranges::stable_sort(out_.left_out, [](const LeftOut& a, const LeftOut& b) {
            return a.line < b.line;
        });
        return std::move(out_);
    }

  private:
    void add_domains() {
        for (const auto& domain : facts_.sip_domains) {
            auto name = checked_name(domain, 0, "the SIP domain", out_.left_out);
            if (!name.empty()) out_.deployment.sip_domains.push_back(std::move(name));
        }
    }

    void add_simple_urls(const std::vector<std::string>& urls, std::vector<std::string>& hosts) {
        for (const auto& text : urls) {
            std::string why;
            if (const auto url = web_address(text, why))
                add_once(hosts, url->host);
            else
                leave_out(0, fmt::format("the simple URL '{}'", text), why);
        }
    }

    void add_cluster(const ClusterFacts& cluster) {
        const auto role = role_of(cluster);
        std::size_t ports = 0;
        for (const auto& service : cluster.services) {
            ports += service.ports.size();
            if (!service.discovery_url.empty())
                add_office(cluster, service);
            else if (service.ports.empty())
                leave_out(
                    service.line, fmt::format("the service {} of {}", service.role, cluster.fqdn),
                    "it has no port in the file"
                );
        }
        if (cluster.services.empty())
            leave_out(
                cluster.line, fmt::format("the machines of {}", cluster.fqdn),
                "no service of the file runs there"
            );
        // SQL and file servers: no service of ours listens there.
        if (ports == 0) return;

        Pool pool;
        pool.fqdn = checked_name(cluster.fqdn, cluster.line, "the pool", out_.left_out);
        pool.role = role;
        if (!pool.fqdn.empty()) add_servers(cluster, pool);
        // Nothing can be probed; each port is reported, since each was meant to be reached.
        if (pool.servers.empty()) {
            for (const auto& service : cluster.services)
                for (const auto& port : service.ports)
                    leave_out(
                        port.line, fmt::format("port {} of {}", port.port, port.owner),
                        pool.fqdn.empty() ? "its pool has no usable name"
                                          : "its machines have no usable names"
                    );
            return;
        }
        add_versions(cluster, pool);
        bool any = false;
        for (const auto& service : cluster.services) {
            if (!service.external_web.empty() && plan::has(plan::kWeb, role)) {
                pool.external_web = checked_name(
                    service.external_web, service.line, "the external web name", out_.left_out
                );
                if (!service.autodiscover) pool.autodiscover_names = false;
            }
            for (const auto& port : service.ports) {
                if (!can_be_probed(port)) {
                    leave_out(
                        port.line,
                        fmt::format(
                            "port {} of {} ({} {})", port.port, cluster.fqdn, port.owner, port.usage
                        ),
                        fmt::format("it speaks {}, which carries no TLS", port.protocol)
                    );
                } else if (role != Role::other && add_port(cluster, port, pool)) {
                    // What the table knows becomes a service of the pool; the rest a target of its
                    // own.
                    any = true;
                } else {
                    leftovers_.push_back({&cluster, &port, role});
                }
            }
        }
        if (!any) return;
        say_what_runs(pool);
        if (plan::has(plan::kWeb, role))
            remark(
                pool,
                "sip_names: yes  # where clients find this pool as sip.<SIP domain>; the file "
                "does not say"
            );
        out_.deployment.sites[cluster.site].pools.push_back(std::move(pool));
    }

    // The farm is reached under the host of its discovery address.
    void add_office(const ClusterFacts& cluster, const ServiceFacts& service) {
        std::string why;
        const auto url = web_address(service.discovery_url, why);
        if (!url)
            return leave_out(
                service.line,
                fmt::format("the Office Web Apps address '{}'", service.discovery_url), why
            );
        Pool pool;
        // A farm balances its load under this name; its machines may not answer under their own.
        pool.fqdn = url->host;
        pool.role = Role::office_web_apps;
        if (url->port != default_port(Probe::https))
            pool.ports.push_back({"office-web-apps", {url->port}});
        if (url->host == cluster.fqdn) add_servers(cluster, pool);
        auto& pools = out_.deployment.sites[cluster.site].pools;
        const bool known = std::ranges::any_of(pools, [&](const Pool& other) {
            return other.fqdn == pool.fqdn && other.role == pool.role;
        });
        if (!known) pools.push_back(std::move(pool));
    }

    // The file names services, not roles.
    Role role_of(const ClusterFacts& cluster) const {
        const auto runs = [&](std::string_view part) {
            return std::ranges::any_of(cluster.services, [part](const ServiceFacts& service) {
                return service.role.find(part) != std::string::npos;
            });
        };
        // From the most telling service to the least: a Front End runs mediation too, an Edge a
        // registrar of no users.
        if (runs("EdgeServer")) return Role::edge;
        if (std::ranges::any_of(cluster.services, &ServiceFacts::director)) return Role::director;
        const bool single =
            cluster.machines.size() == 1 && cluster.machines.front().fqdn == cluster.fqdn;
        if (runs("UserServices")) return single ? Role::standard_edition : Role::front_end;
        if (runs("Registrar")) return Role::sba; // it registers users whose home is elsewhere
        if (runs("MediationServer")) return Role::mediation;
        // No sample of these was seen; their ports go by what they carry.
        if (runs("PersistentChat")) return Role::persistent_chat;
        if (runs("Gateway")) return Role::gateway;
        if (runs("ExternalServer") || runs("TrustedApplication")) return Role::trusted_application;
        return Role::other;
    }

    void add_servers(const ClusterFacts& cluster, Pool& pool) {
        std::set<std::string> seen;
        for (const auto& machine : cluster.machines) {
            PoolServer server;
            server.host = machine.fqdn;
            if (!parse_address(machine.fqdn))
                server.host =
                    checked_name(machine.fqdn, machine.line, "the machine", out_.left_out);
            if (server.host.empty()) continue;
            server.addresses = inside_addresses(machine);
            server.pstn = addresses_of(machine, "Pstn", first_number(machine, "Pstn"));
            // One interface for both sides is the usual case, and is not worth a line.
            if (server.pstn == server.addresses) server.pstn.clear();
            if (seen.insert(server.host).second) pool.servers.push_back(std::move(server));
        }
    }

    void add_versions(const ClusterFacts& cluster, Pool& pool) {
        const bool ours = is_lync_internal(pool.role) || pool.role == Role::edge;
        // The version of a gateway or a partner application is not ours to know.
        if (!ours || pool.role == Role::trusted_application) return;
        for (const auto& service : cluster.services) {
            if (service.version == "7") pool.product = Product::skype_2015;
            if (service.version == "8") pool.product = Product::skype_2019;
            const auto older = service.version == "6"   ? Product::lync_2013
                               : service.version == "5" ? Product::lync_2010
                                                        : Product::unknown;
            if (older != Product::unknown && pool.product == Product::unknown &&
                !out_.pool_remarks.contains({pool.fqdn, pool.role}))
                remark(
                    pool, fmt::format(
                              "product: {}  # probably: its services have version {}",
                              to_text(older), service.version
                          )
                );
        }
    }

    // True where the port is now a service of the pool.
    bool add_port(const ClusterFacts& cluster, const PortFacts& port, Pool& pool) {
        for (const auto id : service_candidates(port, pool.role)) {
            const auto* service = plan::find_service(id);
            if (service == nullptr || !plan::has(service->roles, pool.role) ||
                // The media relay listens on the same number by TCP and by UDP: two services, two
                // ports of the file.
                service->listener.transport != transport_of(port))
                continue;
            const auto at = service->listener.at;
            const bool inside = at == plan::Interface::internal || at == plan::Interface::pstn;
            if (inside ? !fits_inside(cluster, port, at, pool)
                       : !fits_outside(cluster, port, at, pool))
                return false;
            auto found = std::ranges::find(pool.ports, id, &ServicePorts::service);
            // Servers of a pool list the same port once each.
            if (found == pool.ports.end()) found = pool.ports.insert(found, {std::string(id), {}});
            add_once(found->ports, port.port);
            if (id == "web-external" && !pool.external_web.empty() &&
                !machines_.contains(pool.external_web)) {
                published_ports_.insert(
                    port.published_port == 0 ? default_port(Probe::https) : port.published_port
                );
                if (first_published_.empty()) {
                    first_published_ = pool.external_web;
                    published_site_ = cluster.site;
                }
            }
            return true;
        }
        return false;
    }

    // One name and one interface for each of the external services; what differs stands by itself.
    bool fits_outside(
        const ClusterFacts& cluster, const PortFacts& port, plan::Interface at, Pool& pool
    ) {
        const auto name = check_host_name(port.published_fqdn).name;
        auto& known = plan::edge_member(pool.external, at);
        // A pool has one name for each service outside; a second one is a target of its own.
        if (name.empty() || (!known.empty() && known != name)) return false;
        bool fits = true;
        if (!known.empty()) {
            for_each_server(cluster, pool, [&](const MachineFacts& machine, PoolServer& server) {
                const auto own = addresses_of(machine, port.side, port.interface_number);
                if (plan::edge_member(server.external, at) != own) fits = false;
            });
            return fits;
        }
        // The first port decides; the others are held against it above.
        known = name;
        for_each_server(cluster, pool, [&](const MachineFacts& machine, PoolServer& server) {
            plan::edge_member(server.external, at) =
                addresses_of(machine, port.side, port.interface_number);
            if (const auto nat = nat_of(machine, port.interface_number))
                plan::edge_member(server.nat, at) = {*nat};
        });
        return true;
    }

    // The port is on the interface whose addresses the pool's servers have.
    bool fits_inside(
        const ClusterFacts& cluster, const PortFacts& port, plan::Interface at, const Pool& pool
    ) const {
        bool fits = true;
        for_each_server(cluster, pool, [&](const MachineFacts& machine, const PoolServer& server) {
            const auto own = addresses_of(machine, port.side, port.interface_number);
            const auto& used = at == plan::Interface::pstn && !server.pstn.empty()
                                   ? server.pstn
                                   : server.addresses;
            if (!own.empty() && own != used) fits = false; // an empty one listens on all
        });
        return fits;
    }

    // `services:` and `ports:` say where the file differs from what is usual, and which of the
    // services that are merely usual the file has: these are missed where they do not answer.
    void say_what_runs(Pool& pool) const {
        const auto runs = [&pool](const plan::Service& service) {
            return std::ranges::find(pool.ports, service.id, &ServicePorts::service) !=
                   pool.ports.end();
        };
        const auto possible = [&pool](const plan::Service& service) {
            return service.listener.probe && plan::has(service.roles, pool.role);
        };
        std::vector<std::string_view> groups;
        for (const auto& service : plan::services())
            if (possible(service)) add_once(groups, service.group);
        for (const auto group : groups) {
            std::vector<const plan::Service*> members;
            for (const auto& service : plan::services())
                if (service.group == group && possible(service)) members.push_back(&service);
            const auto worth_saying = [&](const plan::Service* service) {
                const bool usual = plan::has(service->usual, pool.role);
                return runs(*service) != usual || (usual && !plan::is_core(*service));
            };
            if (std::ranges::none_of(members, worth_saying)) continue;
            const bool first = runs(*members.front());
            // A group says in one word what all its members do.
            if (std::ranges::all_of(members, [&](const auto* it) { return runs(*it) == first; }))
                pool.services.push_back({std::string(group), first});
            else
                for (const auto* service : members)
                    if (worth_saying(service))
                        pool.services.push_back({std::string(service->id), runs(*service)});
        }
        // The usual port need not be written.
        std::erase_if(pool.ports, [](const ServicePorts& ports) {
            const auto usual = plan::find_service(ports.service)->port;
            return ports.ports == std::vector<std::uint16_t>{usual};
        });
    }

    // The file knows what is published, and not by whom.
    void add_proxy() {
        if (first_published_.empty()) return;
        Pool pool;
        pool.fqdn = first_published_;
        pool.role = Role::reverse_proxy;
        const std::vector<std::uint16_t> ports(published_ports_.begin(), published_ports_.end());
        if (ports != std::vector{default_port(Probe::https)})
            for (const auto* service : {"published-web", "autodiscover"})
                pool.ports.push_back({service, ports});
        remark(
            pool,
            "The file does not name the reverse proxy: its names are looked up. Remove this pool "
            "where nothing is published."
        );
        out_.deployment.sites[published_site_].pools.push_back(std::move(pool));
    }

    void leave_out(int line, std::string what, std::string reason) {
        out_.left_out.push_back({std::move(what), std::move(reason), line});
    }

    void remark(const Pool& pool, std::string text) {
        out_.pool_remarks[{pool.fqdn, pool.role}].push_back(std::move(text));
    }

    TopologyFacts facts_;
    ImportedTopology out_;
    std::vector<Leftover> leftovers_; // ports that no service of their pool is
    std::set<std::string> machines_;  // and clusters, by name
    // External web FQDNs with the ports under which they are published; the first site of them.
    std::set<std::uint16_t> published_ports_;
    std::string first_published_;
    std::size_t published_site_ = 0;
};

} // namespace

Result<ImportedTopology> import_topology(std::string_view bytes) {
    auto facts = read_topology_xml(bytes);
    if (!facts) return facts.error();
    return Importer(std::move(*facts)).run();
}

} // namespace lyncprobe::config
