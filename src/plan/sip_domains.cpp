// SPDX-License-Identifier: MIT
#include "plan/sip_domains.h"

#include "plan/discovery_naming.h"
#include "plan/services.h"

namespace lyncprobe::plan {

namespace {

// The domain of our own that holds the name; of one within another the inner one.
std::string domain_that_holds(std::string_view name, const std::vector<std::string>& own) {
    std::string best;
    for (const auto& domain : own)
        if (is_below(name, domain) && domain.size() > best.size()) best = domain;
    return best;
}

// That of the host, else of the first of its names that has one.
std::string own_domain_of(const Target& target, const std::vector<std::string>& own) {
    auto domain = domain_that_holds(target.host, own);
    for (auto name = target.names.begin(); domain.empty() && name != target.names.end(); ++name)
        domain = domain_that_holds(*name, own);
    return domain;
}

// "sip.fabrikam.com" → "fabrikam.com"; a name of two labels is a domain already.
std::string domain_above(const Target& target) {
    if (!host_is_name(target)) return {};
    const auto dot = target.host.find('.');
    const bool deep =
        dot != std::string::npos && target.host.find('.', dot + 1) != std::string::npos;
    return deep ? target.host.substr(dot + 1) : target.host;
}

std::string sip_domain_of(const Target& target, const std::vector<std::string>& own) {
    auto domain = own_domain_of(target, own);
    switch (target.probe) {
    case Probe::sip:
        if (!clients_sign_in(target) || own.empty()) return {};
        return domain.empty() ? own.front() : domain;
    case Probe::federation:
    case Probe::autodiscover:
    case Probe::xmpp: return domain.empty() ? domain_above(target) : domain;
    default: return {};
    }
}

} // namespace

bool clients_sign_in(const Target& target) {
    if (!target.service.empty())
        return target.service == "registrar" || target.service == "access-edge-clients";
    switch (target.role) {
    case Role::front_end:
    case Role::standard_edition:
    case Role::director:
    case Role::sba: return !is_port_between_servers(target.port);
    case Role::edge:
        return target.use == CertificateUse::access_edge_external ||
               (target.use == CertificateUse::other && target.side == Side::external);
    default: return false;
    }
}

void fill_in_sip_domains(std::vector<Target>& targets, const std::vector<std::string>& own) {
    for (auto& target : targets)
        if (target.sip_domain.empty()) target.sip_domain = sip_domain_of(target, own);
}

} // namespace lyncprobe::plan
