// SPDX-License-Identifier: MIT
#include "rules/engine/deployment_names.h"

#include "model/host.h"
#include "rules/engine/helpers.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// In each SIP domain: what clients, telephones and partners look for, and the usual simple URLs.
constexpr std::string_view kUsual[] = {
    "sip",  "sipinternal", "sipexternal", "lyncdiscover", "lyncdiscoverinternal",
    "meet", "dialin",      "admin",       "ucupdates-r2", "xmpp"};

} // namespace

DeploymentNames::DeploymentNames(const Declared& declared)
    : names_(declared.names.begin(), declared.names.end()) {
    for (const auto& domain : declared.sip_domains) {
        names_.insert(domain);
        for (const auto label : kUsual)
            names_.insert(fmt::format("{}.{}", label, domain));
    }
    for (const auto& name : names_)
        if (const auto dot = name.find('.'); dot != std::string::npos)
            domains_.insert(name.substr(dot + 1));
}

bool DeploymentNames::has(const std::string& name) const {
    return name.starts_with("*.") ? domains_.contains(name.substr(2)) : names_.contains(name);
}

std::string normal_name(const std::string& name) {
    const bool wildcard = name.starts_with("*.");
    auto host = check_host_name(wildcard ? name.substr(2) : name).name;
    if (host.find('.') == std::string::npos) return {};
    return wildcard ? "*." + host : host;
}

bool is_stranger(const Certificate& certificate, const Declared& declared) {
    // A name that was not read may be the one by which it belongs here.
    if (!declared.topology || (certificate.san && certificate.san->beyond > 0)) return false;
    const DeploymentNames known(declared);
    return std::ranges::none_of(dns_names_of(certificate), [&](const std::string& name) {
        return known.has(normal_name(name));
    });
}

} // namespace lyncprobe::rules
