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

Target make(const std::string& host, std::uint16_t port, Probe probe) {
    Target target;
    target.host = host;
    target.port = port;
    target.probe = probe;
    return target;
}

// Outside, the records lead to an Edge Server or the reverse proxy; inside, what the server is
// cannot be told from DNS.
void be_edge(Target& target) {
    target.side = Side::external;
    target.role = Role::edge;
    target.use = Use::access_edge_external;
}
void be_web(Target& target, bool outside) {
    target.side = outside ? Side::external : Side::internal;
    if (outside) target.role = Role::reverse_proxy;
    target.use = outside ? Use::web_services_external : Use::web_services_internal;
}
void be_registrar(Target& target) {
    target.side = Side::internal;
    target.use = Use::default_;
}
void be_hosted(Target& target) {
    target.side = Side::external;
    target.role = Role::partner;
    target.use = Use::other;
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
        auto target = make(srv.host, srv.port, probe);
        if (is_hosted(srv.host) || leads_to_hosting(host->second))
            be_hosted(target);
        else if (record == "_sipinternaltls._tcp")
            be_registrar(target);
        else
            be_edge(target);
        list.add(std::move(target), domain, row);
    }
}

void add_web(
    const DomainDiscovery& domain, std::string_view record, Probe probe, TargetList& list
) {
    const auto& row = row_of(domain, record);
    if (row.answer.status != DnsStatus::found) return;
    auto target = make(row.name, 443, probe);
    const bool outside =
        probe == Probe::autodiscover ? record == "lyncdiscover" : !all_private(row.answer);
    if (leads_to_hosting(row.answer))
        be_hosted(target);
    else
        be_web(target, outside);
    list.add(std::move(target), domain, row);
}

// What clients try when no SRV record helps them.
void add_fallbacks(const DomainDiscovery& domain, TargetList& list) {
    for (const std::string_view record : {"sipinternal", "sip", "sipexternal"}) {
        const auto& row = row_of(domain, record);
        if (row.answer.status != DnsStatus::found) continue;
        const bool inside = record == "sipinternal" || (record == "sip" && all_private(row.answer));
        auto target = make(row.name, inside ? 5061 : 443, Probe::sip);
        if (leads_to_hosting(row.answer))
            be_hosted(target);
        else if (inside)
            be_registrar(target);
        else
            be_edge(target);
        list.add(std::move(target), domain, row);
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
    auto target = make(host, port, Probe::federation);
    is_hosted(host) ? be_hosted(target) : be_edge(target);
    target.sip_domain = domain.domain;
    target.role_given = true;
    target.transport = default_transport(target.probe, target.port);
    target.name = fmt::format("{} {}", domain.domain, host);
    return target;
}

} // namespace lyncprobe::plan
