// SPDX-License-Identifier: MIT
// Rule dns-hosting: a domain half moved to Microsoft 365 works half.
#include "plan/discovery_naming.h"
#include "rules/dns/srv_targets.h"
#include "rules/engine/all.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::rules {

namespace {

bool is_hosted(const DomainDiscovery& domain, const DiscoveryRow& row) {
    if (plan::leads_to_hosting(row.answer)) return true;
    return std::ranges::any_of(row.answer.targets, [&](const SrvTarget& target) {
        const auto host = domain.hosts.find(target.host);
        return host != domain.hosts.end() && plan::leads_to_hosting(host->second);
    });
}

std::vector<DomainRuling> check_dns_hosting(const DomainDiscovery& domain) {
    std::vector<std::string> there, here;
    for (const std::string_view record : {"lyncdiscover", "_sip._tls", "_sipfederationtls._tcp"})
        if (const auto& row = plan::row_of(domain, record); leads_somewhere(row))
            (is_hosted(domain, row) ? there : here).emplace_back(record);
    if (there.empty()) return {};
    auto ruling = here.empty()
                      ? pass("the records outside lead to Microsoft 365")
                      : warn(fmt::format(
                            "{} lead{} to Microsoft 365 and {} elsewhere", fmt::join(there, ", "),
                            there.size() == 1 ? "s" : "", fmt::join(here, ", ")
                        ));
    ruling.evidence.set("microsoft_365", std::move(there));
    ruling.evidence.set("elsewhere", std::move(here));
    return {{.ruling = std::move(ruling)}};
}

} // namespace

constinit const Rule dns_hosting{
    .id = "dns-hosting",
    .title = "The records outside lead all to Microsoft 365, or none does",
    .scope = Scope::dns,
    .source =
        {.document = "Plan hybrid connectivity between Skype for Business Server and Microsoft 365",
         .section = "DNS settings"},
    .demands = "lyncdiscover, _sip._tls and _sipfederationtls._tcp lead all to Microsoft 365, or "
               "none of them does.",
    .why = "Users are homed where the records lead: with some here and some there sign-in works "
           "and federation does not, or the other way round.",
    .fix = "in a hybrid deployment point every outside record at the servers on premises; after "
           "the move, every one at Microsoft 365",
    .evidence = "microsoft_365: the records that lead there; elsewhere: those that do not",
    .check_domain = check_dns_hosting,
};

} // namespace lyncprobe::rules
