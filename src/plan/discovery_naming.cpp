// SPDX-License-Identifier: MIT
#include "plan/discovery_naming.h"

#include "model/address_policy.h"

#include <algorithm>
#include <array>

namespace lyncprobe::plan {

namespace {

// Where Microsoft's hosted deployments stand ("New-CsHostingProvider": sipfed, webdir).
constexpr std::string_view kHosting = "online.lync.com";

// What clients trust without asking ("Lync cannot verify that the server is trusted", KB2833618).
constexpr std::array<std::string_view, 4> kTrusted{
    "lync.com", "outlook.com", "lync.glbdns.microsoft.com", "microsoftonline.com"};

} // namespace

bool is_below(std::string_view name, std::string_view domain) {
    return name == domain || (name.size() > domain.size() && name.ends_with(domain) &&
                              name[name.size() - domain.size() - 1] == '.');
}

bool is_hosted(std::string_view host) { return is_below(host, kHosting); }

bool is_trusted(std::string_view host) {
    return std::ranges::any_of(kTrusted, [&](std::string_view known) {
        return is_below(host, known);
    });
}

bool leads_to_hosting(const DnsAnswer& answer) {
    return std::ranges::any_of(answer.aliases, is_hosted) ||
           std::ranges::any_of(answer.targets, is_hosted, &SrvTarget::host);
}

std::string_view without_appended_zone(std::string_view name, std::string_view domain) {
    // A zone of one label is a top-level domain, to which nobody publishes records of his own.
    for (auto zone = domain; zone.find('.') != std::string_view::npos;
         zone.remove_prefix(zone.find('.') + 1)) {
        if (!is_below(name, zone) || name == zone) continue;
        const auto meant = name.substr(0, name.size() - zone.size() - 1);
        if (is_below(meant, zone) || is_hosted(meant) || is_trusted(meant)) return meant;
    }
    return {};
}

Place place_of(std::string_view host, std::string_view domain) {
    if (host == domain) return Place::apex;
    if (is_below(host, domain)) {
        const auto front = host.substr(0, host.size() - domain.size() - 1);
        return front.find('.') == std::string_view::npos ? Place::in_domain : Place::below;
    }
    if (is_hosted(host)) return Place::hosted;
    return is_trusted(host) ? Place::trusted : Place::elsewhere;
}

bool all_private(const DnsAnswer& answer) {
    return !answer.addresses.empty() &&
           std::ranges::all_of(answer.addresses, [](const Address& address) {
               return class_of(address) != AddressClass::global;
           });
}

const DiscoveryRow& row_of(const DomainDiscovery& domain, std::string_view record) {
    return *std::ranges::find(domain.rows, record, &DiscoveryRow::record);
}

} // namespace lyncprobe::plan
