// SPDX-License-Identifier: MIT
// `lyncprobe discover SIP-DOMAIN…`: ask, judge, report, and go on to probe where that is wanted.
#include "scan/discover.h"

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/process.h"
#include "app/reporting.h"
#include "app/target_lists.h"
#include "model/escape.h"
#include "plan/discovery.h"
#include "probes/probe.h"
#include "report/discovery.h"
#include "report/report.h"
#include "rules/engine/judge.h"
#include "rules/verdicts/summary.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace lyncprobe::app {

namespace {

// Whoever sees no report is told what is wrong on stderr.
void tell_problems(const ScanResult& found) {
    for (const auto& domain : found.domains)
        for (const auto& finding : domain.findings)
            if (finding.verdict == Verdict::fail || finding.verdict == Verdict::warn)
                say(fmt::format(
                    "{}: {} {}: {}", for_terminal(domain.domain), to_text(finding.verdict),
                    finding.rule, for_terminal(finding.message)
                ));
}

// The same probes as a list written with --yaml; what is not built yet is left out and said.
int scan_found(
    const ScanResult& found, const std::vector<Waiver>& waivers, const Options& options
) {
    Deployment deployment;
    deployment.waivers = waivers;
    for (auto& target : plan::discovered_targets(found.domains)) {
        // DNS does not tell whose a domain is; nobody is to be registered at another's.
        if (target.probe == Probe::sip) target.sip_domain.clear();
        if (probes::find(target.probe))
            deployment.targets.push_back(std::move(target));
        else
            say(fmt::format(
                "{} is left out: probe '{}' is known, not built yet", for_terminal(target.name),
                to_text(target.probe)
            ));
    }
    if (deployment.targets.empty()) {
        say("nothing was found that could be probed");
        return 0;
    }
    auto its_options = options;
    its_options.settings.only = rules::not_about_dns(options.settings.only);
    its_options.settings.skip = rules::not_about_dns(options.settings.skip);
    return run_deployment(std::move(deployment), its_options);
}

// Input errors, internal errors and interrupts hide everything; then 1 comes before 3.
int worse(int a, int b) {
    for (const int code : {kExitInterrupted, kExitInternal, kExitUsage, 1, 3})
        if (a == code || b == code) return code;
    return 0;
}

} // namespace

int run_discover(const Options& options) {
    const auto selection = rules::Selection::make(
        options.settings.only, options.settings.skip,
        options.scan_too ? rules::RuleSet::both : rules::RuleSet::dns
    );
    if (!selection) return stop(selection.error());
    const auto judging = read_waiver_list(options.waivers);
    if (!judging) return stop(judging.error());
    count_interrupts(); // from now on a temporary file is there that has to be removed
    // One document on stdout: the target list, or with --scan and another format than text the
    // scan's, whose are the files, too.
    const bool report = !options.as_target_list &&
                        (!options.scan_too || options.format == report::format_of_name("text"));
    auto own = options;
    if (options.scan_too) own.outputs.clear();
    auto outputs = Outputs::open(own, report);
    if (!outputs) return stop(outputs.error());

    const auto result = scan::discover(
        {.domains = options.inputs,
         .settings = options.settings,
         .resolvers = options.resolvers,
         .selection = *selection,
         .waivers = judging->waivers},
        {.vantage = options.vantage, .interrupts = &count_interrupts()}
    );
    if (!result) return stop(result.error());
    auto found = *result;
    found.summary = rules::summarise(found, fail_on(options.settings.fail_on));

    int exit_code = outputs->write(found, say);
    if (options.as_target_list) {
        std::ostringstream list;
        report::write_discovery_yaml(list, found, plan::discovered_targets(found.domains));
        exit_code = std::max(exit_code, print(list.str()));
    }
    if (report && options.scan_too) exit_code = std::max(exit_code, print("\n"));
    if (!report) tell_problems(found);
    if (!options.scan_too || found.interrupted || exit_code == kExitInternal) return exit_code;
    return worse(exit_code, scan_found(found, judging->waivers, options));
}

} // namespace lyncprobe::app
