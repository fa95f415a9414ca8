// SPDX-License-Identifier: MIT
#include "plan/expand.h"

#include "model/add_once.h"
#include "model/limits.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::plan {

namespace {

using Texts = std::vector<std::string>;

void add_all(Texts& texts, const Texts& more) {
    for (const auto& text : more)
        add_once(texts, text);
}

// The name by which a peer asks for the service, where it is another than the machine's.
std::optional<std::string> server_name_for(const Pool& pool, const Service& service) {
    switch (service.listener.names) {
    case Names::web_internal: return pool.internal_web.empty() ? pool.fqdn : pool.internal_web;
    case Names::web_external:
        if (!pool.external_web.empty()) return pool.external_web;
        return std::nullopt;
    case Names::pool:
        if (service.listener.probe == Probe::https) return pool.fqdn;
        return std::nullopt;
    default: return std::nullopt;
    }
}

// What a list says of one service is more exact than what it says of its group.
template <class Said>
const Said* said_of(const std::vector<Said>& list, const Service& service) {
    for (const auto name : {service.id, service.group})
        if (const auto found = std::ranges::find(list, name, &Said::service); found != list.end())
            return &*found;
    return nullptr;
}

// Expansion is what all pools need to know of the whole deployment.
class Expansion {
  public:
    explicit Expansion(const Deployment& deployment) : deployment_(deployment) {}

    std::vector<Target> run() {
        for (const auto& site : deployment_.sites)
            for (const auto& pool : site.pools)
                add_pool(site, pool);
        return std::move(targets_);
    }

  private:
    // Spot is one machine's interface on which a service listens, and how it is reached.
    struct Spot {
        std::string label; // the first word of the target's name
        std::string host;
        std::string server = {}; // empty = any of the pool's, or one without a name
        std::vector<Address> addresses = {};
        std::string sip_domain = {};
        Place place;
    };

    void add_pool(const Site& site, const Pool& pool) {
        for (const auto& service : services())
            if (service.listener.probe && runs_on(pool, service)) add_service(site, pool, service);
    }

    void add_service(const Site& site, const Pool& pool, const Service& service) {
        const auto& listener = service.listener;
        const auto ports = ports_on(pool, service);
        auto spots = spots_of(site, pool, listener.at);
        // STARTTLS names one domain, and a certificate may cover only some of ours.
        if (listener.probe == Probe::xmpp) spots = for_each_domain(std::move(spots));
        for (const auto& spot : spots)
            for (const auto port : ports) {
                if (targets_.size() > limits::kTargets) return; // too many, as the caller sees
                auto& target = targets_.emplace_back();
                target.name = fmt::format("{} {}", spot.label, service.id);
                if (ports.size() > 1) target.name += fmt::format(" {}", port);
                target.host = spot.host;
                target.addresses = spot.addresses;
                target.pool = pool.fqdn;
                target.server = spot.server;
                target.site = site.name;
                target.sni = server_name_for(pool, service);
                // An address is never sent as a server name (RFC 6066 3); the pool has one.
                if (!target.sni && !host_is_name(target)) target.sni = pool.fqdn;
                target.names = names_for(pool, service, spot);
                target.identity = pool.identity;
                target.sip_domain = spot.sip_domain;
                target.enrollment = pool.enrollment;
                target.timeout = pool.timeout;
                target.connect_timeout = pool.connect_timeout;
                target.port = port;
                target.probe = *listener.probe;
                target.role = pool.role;
                target.role_given = true;
                target.use = listener.use;
                target.side = listener.side;
                // Clients have no certificate, so that none is shown where only they connect.
                target.mutual = pool.mutual.value_or(
                    listener.peer == PeerCertificate::none ? Mutual::none : Mutual::automatic
                );
                target.os = pool.os;
                target.peer_os = pool.peer_os;
                target.product = pool.product;
                target.transport = listener.transport;
                target.plain = listener.probe == Probe::autodiscover && is_plain_http_port(port);
                target.service = service.id;
                target.listing = listing_of(pool, service);
                const auto* expected = said_of(pool.expectations, service);
                target.expect = expected ? expected->expect : pool.expect;
                target.place = spot.place;
            }
    }

    std::vector<Spot> spots_of(const Site& site, const Pool& pool, Interface at) const {
        switch (at) {
        case Interface::internal: return inside(pool, false);
        case Interface::pstn: return inside(pool, true);
        case Interface::published: return behind_names(pool, published_by(site, pool));
        case Interface::discovery: return discovery(pool);
        default: return outside(pool, at);
        }
    }

    std::vector<Spot> inside(const Pool& pool, bool pstn) const {
        std::vector<Spot> out;
        for (const auto& server : servers_of(pool))
            out.push_back(
                {.label = server.host,
                 .host = server.host,
                 // A gateway may be known by its address alone.
                 .server = parse_address(server.host) ? std::string() : server.host,
                 .addresses = pstn && !server.pstn.empty() ? server.pstn : server.addresses,
                 .place = server.place}
            );
        return out;
    }

    // Each machine where its external address is known, else whatever the name leads to.
    std::vector<Spot> outside(const Pool& pool, Interface at) const {
        const auto& name = edge_member(pool.external, at);
        if (name.empty()) return {};
        std::vector<Spot> out;
        const auto servers = servers_of(pool);
        for (const auto& server : servers) {
            // Behind NAT the clients know the translated address, not that of the interface.
            const auto& nat = edge_member(server.nat, at);
            const auto& addresses = nat.empty() ? edge_member(server.external, at) : nat;
            if (!addresses.empty())
                out.push_back(
                    {.label = server.host,
                     .host = name,
                     .server = server.host,
                     .addresses = addresses,
                     .place = server.place}
                );
        }
        if (out.size() == servers.size()) return out;
        const auto only = servers.size() == 1 ? servers.front().host : std::string();
        out.push_back({.label = name, .host = name, .server = only, .place = pool.place});
        return out;
    }

    std::vector<Spot> behind_names(const Pool& pool, const Texts& names) const {
        std::vector<Spot> out;
        for (const auto& name : names) {
            bool all_known = !pool.servers.empty();
            for (const auto& server : pool.servers)
                if (server.addresses.empty())
                    all_known = false;
                else
                    out.push_back(
                        {.label = fmt::format("{} {}", server.host, name),
                         .host = name,
                         .server = server.host,
                         .addresses = server.addresses,
                         .place = server.place}
                    );
            // What is not known of the proxies is left to DNS.
            if (!all_known) out.push_back({.label = name, .host = name, .place = pool.place});
        }
        return out;
    }

    std::vector<Spot> discovery(const Pool& pool) const {
        std::vector<Spot> out;
        if (!pool.autodiscover_names.value_or(true)) return out;
        for (const auto& domain : deployment_.sip_domains)
            // The name follows from the domain, so that clients find it without being told.
            for (auto& spot : behind_names(pool, {"lyncdiscover." + domain})) {
                spot.sip_domain = domain;
                out.push_back(std::move(spot));
            }
        return out;
    }

    // An XMPP partner asks about one domain at a time.
    std::vector<Spot> for_each_domain(std::vector<Spot> spots) const {
        const auto& domains = deployment_.sip_domains;
        if (domains.empty()) return spots;
        std::vector<Spot> out;
        for (const auto& spot : spots)
            for (const auto& domain : domains) {
                out.push_back(spot);
                out.back().sip_domain = domain;
                if (domains.size() > 1) out.back().label += " " + domain;
            }
        return out;
    }

    // The external web sites of its own site, and of those sites that have no reverse proxy; the
    // names in invitations lead to any of them.
    Texts published_by(const Site& here, const Pool& proxy) const {
        if (!proxy.publishes.empty()) return proxy.publishes;
        const auto has_proxy = [](const Site& site) {
            return std::ranges::find(site.pools, Role::reverse_proxy, &Pool::role) !=
                   site.pools.end();
        };
        Texts out;
        for (const auto& site : deployment_.sites)
            if (&site == &here || !has_proxy(site))
                for (const auto& pool : site.pools)
                    if (!pool.external_web.empty()) add_once(out, pool.external_web);
        add_all(out, deployment_.simple_urls.meet);
        add_all(out, deployment_.simple_urls.dialin);
        return out;
    }

    // "Certificate requirements for internal servers", "Certificate requirements for external user
    // access", "Certificate summary - Reverse proxy", "Certificate requirements for mobility".
    Texts names_for(const Pool& pool, const Service& service, const Spot& spot) const {
        switch (service.listener.names) {
        case Names::none: return {};
        case Names::pool: return {pool.fqdn};
        case Names::server: return {spot.server.empty() ? pool.fqdn : spot.server};
        case Names::published: return {spot.host};
        case Names::web_conferencing_edge: return {pool.external.web_conferencing};
        case Names::sip_domains: return deployment_.sip_domains;
        case Names::access_edge: return with_sip_names({pool.external.access});
        case Names::web_internal: return web_names(pool, spot, false);
        case Names::web_external: return web_names(pool, spot, true);
        case Names::pool_and_server: break;
        }
        Texts names{pool.fqdn};
        if (!spot.server.empty()) add_once(names, spot.server);
        // An appliance's certificate has them always, a pool's where clients sign in by them.
        return pool.sip_names.value_or(pool.role == Role::sba) ? with_sip_names(std::move(names))
                                                               : names;
    }

    Texts with_sip_names(Texts names) const {
        for (const auto& domain : deployment_.sip_domains)
            add_once(names, "sip." + domain);
        return names;
    }

    Texts web_names(const Pool& pool, const Spot& spot, bool external) const {
        const auto& urls = deployment_.simple_urls;
        Texts names;
        if (external) {
            if (!pool.external_web.empty()) names.push_back(pool.external_web);
        } else {
            names.push_back(pool.internal_web.empty() ? pool.fqdn : pool.internal_web);
            if (!spot.server.empty()) add_once(names, spot.server);
            if (pool.role != Role::standard_edition) add_once(names, pool.fqdn);
        }
        add_all(names, urls.meet);
        add_all(names, urls.dialin);
        if (!external) add_all(names, urls.admin);
        if (pool.autodiscover_names.value_or(true))
            for (const auto& domain : deployment_.sip_domains)
                add_once(names, (external ? "lyncdiscover." : "lyncdiscoverinternal.") + domain);
        return names;
    }

    const Deployment& deployment_;
    std::vector<Target> targets_;
};

} // namespace

bool runs_on(const Pool& pool, const Service& service) {
    if (!has(service.roles, pool.role)) return false;
    if (const auto* choice = said_of(pool.services, service)) return choice->runs;
    // A port that was given is of use to a service that runs.
    return said_of(pool.ports, service) || has(service.usual, pool.role);
}

Listing listing_of(const Pool& pool, const Service& service) {
    if (said_of(pool.services, service) || said_of(pool.ports, service)) return Listing::listed;
    return is_core(service) ? Listing::core : Listing::usual;
}

std::vector<std::uint16_t> ports_on(const Pool& pool, const Service& service) {
    for (const auto& given : pool.ports)
        if (given.service == service.id) return given.ports;
    std::vector<std::uint16_t> out;
    if (service.port == 0) return out;
    for (std::uint32_t port = service.port; port <= std::max(service.port, service.last); ++port)
        out.push_back(static_cast<std::uint16_t>(port));
    return out;
}

std::vector<PoolServer> servers_of(const Pool& pool) {
    if (!pool.servers.empty()) return pool.servers;
    PoolServer itself;
    itself.host = pool.fqdn;
    itself.place = pool.place;
    return {itself};
}

std::vector<Target> expand(const Deployment& deployment) { return Expansion(deployment).run(); }

} // namespace lyncprobe::plan
