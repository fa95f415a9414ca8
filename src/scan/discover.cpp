// SPDX-License-Identifier: MIT
#include "scan/discover.h"

#include "plan/discovery.h"
#include "rules/engine/waivers.h"
#include "rules/verdicts/importance.h"
#include "scan/asking.h"

#include <algorithm>

namespace lyncprobe::scan {

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
    const auto questions = plan::record_questions(found.domains, family);
    if (auto problem = asking.find_out(found.domains, questions, family)) return *problem;
    found.stalled = asking.stalled();
    found.interrupted = options.interrupts && *options.interrupts > 0;
    const rules::Waivers waivers(wanted.waivers, options.at.value_or(found.started_at));
    for (auto& domain : found.domains) {
        domain.findings = rules::judge_domain(
            domain, wanted.selection, wanted.settings.allow_private.value_or(false)
        );
        for (auto& finding : domain.findings) {
            waivers.apply(finding, std::vector{domain.domain});
            rules::weigh(finding, rules::impact_of_record(finding));
        }
    }
    found.finished_at = options.world.now();
    found.judged_at = found.started_at;
    return found;
}

} // namespace lyncprobe::scan
