// SPDX-License-Identifier: MIT
// From the records of a domain to the endpoints that a scan should probe.
#include "plan/discovery.h"
#include "plan/discovery_naming.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::plan {

namespace {

using Use = CertificateUse;

constexpr std::string_view kFederation = "_sipfederationtls._tcp";

class TargetList {
  public:
    void add(Target target, const DomainDiscovery& domain, const DiscoveryRow& row) {
        target.sip_domain = domain.domain;
        target.learnt = !is_below(target.host, domain.domain);
        target.role_given = target.role != Role::other;
        target.transport = default_transport(target.probe, target.port);
        target.name = fmt::format("{} {}", domain.domain, row.record);
        if (row.type == RecordType::srv) target.name += " " + target.host;
        const auto same_name = [&] {
            return std::ranges::find(targets_, target.name, &Target::name);
        };
        if (const auto other = same_name(); other != targets_.end()) {
            if (other->port == target.port) return; // two weights of one endpoint
            target.name += fmt::format(" {}", target.port);
            if (same_name() != targets_.end()) return;
        }
        targets_.push_back(std::move(target));
    }
    std::vector<Target> take() { return std::move(targets_); }

  private:
    std::vector<Target> targets_;
};

// Server is what a record leads to. Outside, that is an Edge Server or the reverse proxy; inside,
// the role cannot be told from DNS.
struct Server {
    Side side;
    Role role;
    Use use;
};
constexpr Server kEdge{Side::external, Role::edge, Use::access_edge_external};
constexpr Server kProxy{Side::external, Role::reverse_proxy, Use::web_services_external};
constexpr Server kWebInside{Side::internal, Role::other, Use::web_services_internal};
constexpr Server kRegistrar{Side::internal, Role::other, Use::default_};
constexpr Server kHosted{Side::external, Role::partner, Use::other};

Target make(const std::string& host, std::uint16_t port, Probe probe, const Server& server) {
    Target target;
    target.host = host;
    target.port = port;
    target.probe = probe;
    target.side = server.side;
    target.role = server.role;
    target.use = server.use;
    return target;
}

void add_srv(const DomainDiscovery& domain, std::string_view record, TargetList& list) {
    const auto& row = row_of(domain, record);
    for (const auto& srv : row.answer.targets) {
        const auto host = domain.hosts.find(srv.host);
        if (host == domain.hosts.end() || host->second.status != DnsStatus::found || srv.port == 0)
            continue;
        const auto probe = record == kFederation           ? Probe::federation
                           : record == "_xmpp-server._tcp" ? Probe::xmpp
                                                           : Probe::sip;
        // Hosted domains keep their own records, and point them or an alias at Microsoft's servers.
        const bool hosted = is_hosted(srv.host) || leads_to_hosting(host->second);
        const auto& server = hosted                             ? kHosted
                             : record == "_sipinternaltls._tcp" ? kRegistrar
                                                                : kEdge;
        list.add(make(srv.host, srv.port, probe, server), domain, row);
    }
}

void add_web(
    const DomainDiscovery& domain, std::string_view record, Probe probe, TargetList& list
) {
    const auto& row = row_of(domain, record);
    if (row.answer.status != DnsStatus::found) return;
    const bool outside =
        probe == Probe::autodiscover ? record == "lyncdiscover" : !all_private(row.answer);
    const auto& server = leads_to_hosting(row.answer) ? kHosted : outside ? kProxy : kWebInside;
    list.add(make(row.name, 443, probe, server), domain, row);
}

// What clients try when no SRV record helps them.
void add_fallbacks(const DomainDiscovery& domain, TargetList& list) {
    for (const std::string_view record : {"sipinternal", "sip", "sipexternal"}) {
        const auto& row = row_of(domain, record);
        if (row.answer.status != DnsStatus::found) continue;
        const bool inside = record == "sipinternal" || (record == "sip" && all_private(row.answer));
        const auto& server = leads_to_hosting(row.answer) ? kHosted : inside ? kRegistrar : kEdge;
        list.add(make(row.name, inside ? 5061 : 443, Probe::sip, server), domain, row);
    }
}

bool signs_in_by_srv(const DomainDiscovery& domain) {
    return !row_of(domain, "_sipinternaltls._tcp").answer.targets.empty() ||
           !row_of(domain, "_sip._tls").answer.targets.empty();
}

} // namespace

std::vector<Target> discovered_targets(const std::vector<DomainDiscovery>& domains) {
    TargetList list;
    for (const auto& domain : domains) {
        add_web(domain, "lyncdiscoverinternal", Probe::autodiscover, list);
        add_web(domain, "lyncdiscover", Probe::autodiscover, list);
        add_srv(domain, "_sipinternaltls._tcp", list);
        add_srv(domain, "_sip._tls", list);
        if (!signs_in_by_srv(domain)) add_fallbacks(domain, list);
        add_srv(domain, kFederation, list);
        add_srv(domain, "_xmpp-server._tcp", list);
        add_web(domain, "meet", Probe::https, list);
        add_web(domain, "dialin", Probe::https, list);
    }
    return list.take();
}

std::vector<Target> federation_targets(const DomainDiscovery& domain) {
    TargetList list;
    add_srv(domain, kFederation, list);
    return list.take();
}

Target direct_federation_target(
    const DomainDiscovery& domain, const std::string& host, std::uint16_t port
) {
    auto target = make(host, port, Probe::federation, is_hosted(host) ? kHosted : kEdge);
    target.sip_domain = domain.domain;
    target.role_given = true;
    target.transport = default_transport(target.probe, target.port);
    target.name = fmt::format("{} {}", domain.domain, host);
    return target;
}

} // namespace lyncprobe::plan
