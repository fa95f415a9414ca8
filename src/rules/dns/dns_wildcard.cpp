// SPDX-License-Identifier: MIT
// Rule dns-wildcard: a zone with a wildcard seems to have every server there is.
#include "rules/engine/all.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::vector<DomainRuling> check_dns_wildcard(const DomainDiscovery& domain) {
    const std::vector<Address>* first = nullptr;
    for (const auto& row : domain.rows) {
        if (row.type == RecordType::srv) continue;
        if (row.answer.status != DnsStatus::found) return {};
        if (first != nullptr && row.answer.addresses != *first) return {};
        first = &row.answer.addresses;
    }
    if (first == nullptr || first->empty()) return {};
    const auto address = lyncprobe::to_text(first->front());
    return {
        {.ruling = warn(fmt::format(
                            "every name that was asked for leads to {}: the zone seems to have a "
                            "wildcard, so clients find servers that are none",
                            address
                        ))
                       .with("address", address)}};
}

} // namespace

constinit const Rule dns_wildcard{
    .id = "dns-wildcard",
    .title = "Names exist because they were published, not by a wildcard",
    .scope = Scope::dns,
    .source =
        {.document = "RFC 4592", .section = "3 Impact of a Wildcard Domain Name on a Response"},
    .demands = "Not every name that was asked for leads to the same addresses, as those in a zone "
               "with a wildcard do.",
    .why = "No deployment has all these names in one place, inside names and outside ones alike: "
           "clients find servers that are none, and wait for them before they ask on.",
    .fix = "publish the names of Lync one by one, and keep the wildcard away from their zone",
    .evidence = "address: to which every name leads",
    .check_domain = check_dns_wildcard,
};

} // namespace lyncprobe::rules
