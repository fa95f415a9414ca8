// SPDX-License-Identifier: MIT
// `lyncprobe discover SIP-DOMAIN…`: ask, judge, report, and go on to probe where that is wanted.
#include "scan/discover.h"

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/output.h"
#include "app/process.h"
#include "app/reporting.h"
#include "model/escape.h"
#include "plan/discovery.h"
#include "probes/probe.h"
#include "report/discovery.h"
#include "rules/engine/judge.h"

#include <algorithm>
#include <iostream>

#include <fmt/format.h>

namespace lyncprobe::app {

namespace {

void say(const std::string& sentence) { std::cerr << "lyncprobe: " << sentence << '\n'; }

int stop(const Problem& problem) {
    say(to_text(problem));
    return kExitUsage;
}

// Sink is one place that the report goes to, in its format.
struct Sink {
    Output output;
    enum class Form { text, json, yaml } form;
    bool standard;
};

Sink::Form form_of(report::Format format) {
    return format == report::Format::json ? Sink::Form::json : Sink::Form::text;
}

Result<std::vector<Sink>> open_sinks(const Options& options) {
    std::vector<Sink> sinks;
    const auto own = options.as_target_list ? Sink::Form::yaml : form_of(options.format);
    // One document on stdout: with --scan and another format than text it is the scan's.
    if (!options.scan_too || options.format == report::Format::text)
        sinks.push_back({Output::standard(), own, true});
    if (options.scan_too) return sinks; // the files are the scan's
    for (const auto& path : options.outputs) {
        auto file = Output::file(path);
        if (!file) return file.error();
        sinks.push_back({std::move(*file), form_of(*report::format_of_ending(path)), false});
    }
    return sinks;
}

void write(Sink& sink, const ScanResult& found, const Options& options) {
    auto& stream = sink.output.stream();
    switch (sink.form) {
    case Sink::Form::text:
        report::write_discovery_text(stream, found, text_options(options, sink.standard));
        if (options.scan_too) stream << '\n';
        break;
    case Sink::Form::json: report::write_json(stream, found); break;
    case Sink::Form::yaml:
        report::write_discovery_yaml(stream, found, plan::discovered_targets(found.domains));
        break;
    }
}

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
int scan_found(const ScanResult& found, const Options& options) {
    Deployment deployment;
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
    count_interrupts(); // from now on a temporary file is there that has to be removed
    auto sinks = open_sinks(options);
    if (!sinks) return stop(sinks.error());

    const auto result = scan::discover(
        {.domains = options.inputs,
         .settings = options.settings,
         .resolvers = options.resolvers,
         .selection = *selection},
        {.vantage = options.vantage, .interrupts = &count_interrupts()}
    );
    if (!result) return stop(result.error());
    auto found = *result;
    found.summary = report::summarise(found, fail_on(options.settings.fail_on));

    int exit_code = found.summary.exit_code;
    for (auto& sink : *sinks) {
        write(sink, found, options);
        const auto failure = sink.output.commit();
        if (failure.empty()) continue;
        say(failure);
        exit_code = kExitInternal;
    }
    if (options.as_target_list || sinks->empty()) tell_problems(found);
    if (!options.scan_too || found.interrupted || exit_code == kExitInternal) return exit_code;
    return worse(exit_code, scan_found(found, options));
}

} // namespace lyncprobe::app
