// SPDX-License-Identifier: MIT
// Rule dns-lyncdiscover-split: the two views of split DNS do not mix, as far as one resolver shows.
#include "plan/discovery_naming.h"
#include "rules/engine/all.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::string_view kOther = "what the DNS of the other side says cannot be seen here";

Ruling rule_on(const DnsAnswer& inside, const DnsAnswer& outside) {
    const bool has_inside = inside.status == DnsStatus::found;
    const bool has_outside = outside.status == DnsStatus::found;
    const bool hosted = plan::leads_to_hosting(outside) || plan::leads_to_hosting(inside);
    const auto with_limit = [](std::string_view seen) {
        return fmt::format("{}; {}", seen, kOther);
    };
    if (has_inside && has_outside && hosted)
        return warn(with_limit("lyncdiscoverinternal is published beside lyncdiscover, which leads "
                               "to Microsoft 365: clients ask for it first and sign in elsewhere"));
    if (has_inside && has_outside)
        return warn(
            with_limit("this resolver knows lyncdiscover and lyncdiscoverinternal: one of them is "
                       "in a zone of the wrong side, or the zone is the same on both")
        );
    if (has_inside && !inside.addresses.empty() && !plan::all_private(inside))
        return warn(with_limit("lyncdiscoverinternal has a public address: either it is published "
                               "outside, or the servers inside have public addresses"));
    if (has_outside && plan::all_private(outside))
        return warn(with_limit("lyncdiscover has a private address only: it is in the zone of the "
                               "inside, where only lyncdiscoverinternal belongs"));
    if (has_inside)
        return pass(with_limit("this is a view from inside: lyncdiscoverinternal alone"));
    if (has_outside) return pass(with_limit("this is a view from outside: lyncdiscover alone"));
    return not_applicable(with_limit("neither name was found"));
}

std::vector<DomainRuling> check_dns_lyncdiscover_split(const DomainDiscovery& domain) {
    const auto& inside = plan::row_of(domain, "lyncdiscoverinternal").answer;
    const auto& outside = plan::row_of(domain, "lyncdiscover").answer;
    return {
        {.ruling = rule_on(inside, outside)
                       .with("lyncdiscoverinternal", inside.status == DnsStatus::found)
                       .with("lyncdiscover", outside.status == DnsStatus::found)}};
}

} // namespace

constinit const Rule dns_lyncdiscover_split{
    .id = "dns-lyncdiscover-split",
    .title = "lyncdiscover is outside only, lyncdiscoverinternal inside only",
    .scope = Scope::dns,
    .source = kDnsRequirements.at("autodiscover records"),
    .demands =
        "lyncdiscover is published outside only, lyncdiscoverinternal inside only. One resolver "
        "shows one side: seen are both names together and addresses of the wrong kind.",
    .why =
        "Clients ask for lyncdiscoverinternal first. Found outside it leads them to servers that "
        "they cannot reach; lyncdiscover found inside sends them round through the reverse proxy.",
    .fix =
        "remove lyncdiscoverinternal from the outside zone, and lyncdiscover from the inside one",
    .evidence = "lyncdiscoverinternal, lyncdiscover: whether each was found",
    .check_domain = check_dns_lyncdiscover_split,
};

} // namespace lyncprobe::rules
