// SPDX-License-Identifier: MIT
#include "scan/discover.h"

#include "plan/discovery.h"
#include "scan/asking.h"

#include <algorithm>

namespace lyncprobe::scan {

namespace {

// The records first: they name the hosts whose addresses are asked for next.
std::optional<Problem> find_out(
    std::vector<DomainDiscovery>& domains, Asking& asking, int address_family
) {
    const auto records = asking.ask(plan::record_questions(domains, address_family));
    if (!records) return records.error();
    for (auto& domain : domains)
        plan::take_records(domain, *records);
    const auto hosts = asking.ask(plan::host_questions(domains, address_family));
    if (!hosts) return hosts.error();
    for (auto& domain : domains)
        plan::take_hosts(domain, *hosts);
    return std::nullopt;
}

} // namespace

Result<ScanResult> discover(const DiscoverOptions& wanted, const ScanOptions& options) {
    ScanResult found;
    found.kind = ResultKind::discovery;
    found.started_at = options.world.now();
    found.vantage = options.vantage;
    found.resolvers = wanted.resolvers;
    for (const auto& name : wanted.domains)
        if (std::ranges::find(found.domains, name, &DomainDiscovery::domain) == found.domains.end())
            found.domains.push_back(plan::discovery_of(name));
    Asking asking(wanted.settings, wanted.resolvers, options);
    const auto family = wanted.settings.address_family.value_or(0);
    if (auto problem = find_out(found.domains, asking, family)) return *problem;
    found.interrupted = options.interrupts && *options.interrupts > 0;
    for (auto& domain : found.domains)
        domain.findings = rules::judge_domain(domain, wanted.selection);
    found.finished_at = options.world.now();
    found.judged_at = found.started_at;
    return found;
}

} // namespace lyncprobe::scan
