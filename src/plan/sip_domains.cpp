// SPDX-License-Identifier: MIT
#include "plan/sip_domains.h"

#include "plan/services.h"

namespace lyncprobe::plan {

namespace {

bool is_below(std::string_view name, std::string_view domain) {
    return name == domain || (name.size() > domain.size() && name.ends_with(domain) &&
                              name[name.size() - domain.size() - 1] == '.');
}

// The domain of our own that holds the host or one of its names; the longest wins.
std::string own_domain_of(const Target& target, const std::vector<std::string>& own) {
    std::string best;
    const auto look_at = [&](std::string_view name) {
        for (const auto& domain : own)
            if (is_below(name, domain) && domain.size() > best.size()) best = domain;
    };
    look_at(target.host);
    for (const auto& name : target.names)
        look_at(name);
    return best;
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
