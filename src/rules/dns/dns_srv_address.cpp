// SPDX-License-Identifier: MIT
// Rule dns-srv-address: a partner's Edge can reach the addresses of the federation record.
#include "model/address_policy.h"
#include "model/text/lists.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::size_t kAddressesShown = 4;

// Split DNS shows names of the inside to nobody outside, and may have other addresses there.
bool shows_inside(const DomainDiscovery& domain) {
    return std::ranges::any_of(domain.rows, [](const DiscoveryRow& row) {
        return (row.record == "lyncdiscoverinternal" || row.record == "_sipinternaltls._tcp") &&
               row.answer.status == DnsStatus::found;
    });
}

std::optional<Ruling> rule_on_srv_address(const SrvPointer& at) {
    if (at.row.record != kFederationRecord || !names_a_host(at)) return std::nullopt;
    const auto* host = host_of(at);
    if (host == nullptr || host->status != DnsStatus::found) return std::nullopt;
    std::vector<std::string> inside;
    for (const auto& address : host->addresses)
        // dns-srv-host says which are no server's at all.
        if (!never_a_server(address) && class_of(address) != AddressClass::global)
            inside.push_back(lyncprobe::to_text(address));
    if (inside.empty())
        return pass(
            fmt::format("{} names {}, which has no private address", at.row.record, at.target.host)
        );
    const auto seen = fmt::format(
        "{} names {}, whose {} {} {} private, loopback or link-local", at.row.record,
        at.target.host, inside.size() == 1 ? "address" : "addresses",
        enumerate(inside, kAddressesShown), inside.size() == 1 ? "is" : "are"
    );
    const bool all = inside.size() == host->addresses.size();
    auto ruling =
        shows_inside(at.domain)
            ? inconclusive(
                  fmt::format(
                      "{}; this resolver shows the inside, and what partners get is not known", seen
                  ),
                  "ask a resolver outside (--resolver)"
              )
            : fail(fmt::format("{}: partners cannot reach {}", seen, all ? "it" : "it there"));
    return std::move(ruling).with("addresses", inside).with("all", all);
}

} // namespace

constinit const Rule dns_srv_address{
    .id = "dns-srv-address",
    .title = "The host of the federation record has public addresses",
    .scope = Scope::dns,
    .source = kDnsRequirements.at("records for federation"),
    .demands = "The host that _sipfederationtls._tcp names has no loopback, link-local or private "
               "address. Where such addresses are meant, in a test or between networks that are "
               "joined, --allow-private makes it a note.",
    .why = "A partner's Edge takes any of the addresses and finds nothing there, or a server of "
           "its own network.",
    .fix = "publish the public address of the Access Edge for this name in the outside zone; where "
           "this resolver shows the inside of split DNS, ask an outside one (--resolver)",
    .evidence = "record, target, port: of the SRV record; addresses: those that are not public; "
                "all: whether the host has no other",
    .passes_where_private_is_meant = true,
    .check_domain = for_each_target<rule_on_srv_address>,
};

} // namespace lyncprobe::rules
