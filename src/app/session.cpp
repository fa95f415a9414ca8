// SPDX-License-Identifier: MIT
#include "app/session.h"

#include "app/commands.h"
#include "app/exit_code.h"
#include "app/plan_text.h"
#include "app/process.h"
#include "report/report.h"
#include "rules/verdicts/summary.h"

#include <set>
#include <utility>

namespace lyncprobe::app {

Session::Session(const Options& options)
    : options_(options),
      progress_(
          stderr_is_terminal() && !terminal_is_dumb() && !options.no_progress && !options.quiet
      ) {}

int Session::stop(const Problem& problem) {
    warning(to_text(problem));
    return kExitUsage;
}

Result<scan::Inputs> Session::read_inputs(
    const Trust& trust, const std::vector<IdentityFiles>& identities
) {
    scan::Inputs inputs;
    for (const auto& files : identities) {
        auto identity =
            load_identity(files, [this](const std::string& sentence) { warning(sentence); });
        if (!identity) return identity.error();
        inputs.identities.push_back(std::move(*identity));
    }
    // Those of the command line come on top: a list of a colleague keeps its own.
    auto files = trust.ca_files;
    files.insert(files.end(), options_.ca_files.begin(), options_.ca_files.end());
    const bool system = trust.system.value_or(true) && !options_.no_system_trust;
    auto anchors =
        load_anchors(files, system, [this](const std::string& sentence) { warning(sentence); });
    if (!anchors) return anchors.error();
    inputs.anchors = std::move(*anchors);
    return inputs;
}

std::optional<Problem> Session::open_outputs() {
    count_interrupts();
    auto outputs = Outputs::open(options_);
    if (!outputs) return outputs.error();
    outputs_ = std::move(*outputs);
    return std::nullopt;
}

scan::ScanOptions Session::scan_options() const {
    return {
        .vantage = options_.vantage,
        .at = options_.at,
        .follow = options_.follow,
        .interrupts = &count_interrupts()};
}

int Session::finish(Result<ScanResult> result, const std::optional<std::string>& fails_on) {
    if (!result) return stop(result.error());
    // The report begins on a clean line of the terminal.
    progress_.clear();
    result->summary = rules::summarise(*result, fail_on(fails_on));
    return outputs_->write(*result, [this](const std::string& sentence) { warning(sentence); });
}

namespace {

// Files of an identity that no target offers are not read.
std::vector<IdentityFiles> offered(const Deployment& deployment) {
    std::set<std::string_view> used;
    for (const auto& target : deployment.targets)
        if (target.mutual != Mutual::none) used.insert(target.identity);
    auto identities = deployment.identities;
    std::erase_if(identities, [&](const auto& files) { return !used.contains(files.id); });
    return identities;
}

} // namespace

int run_deployment(Deployment deployment, const Options& options) {
    Session session(options);
    // From here on the command line has won over the list.
    deployment.settings = merged(options.settings, deployment.settings);
    if (!options.resolvers.empty()) deployment.resolvers = options.resolvers;
    // A certificate on the command line is offered to every target, whatever the list says.
    if (!options.identity.id.empty()) {
        deployment.identities = {options.identity};
        for (auto& target : deployment.targets)
            target.identity = options.identity.id;
    }
    if (options.settings.as_os)
        for (auto& target : deployment.targets)
            target.peer_os = *options.settings.as_os;
    auto plan = scan::prepare(
        std::move(deployment),
        {.names = options.target_globs, .shard = options.shard, .shards = options.shards}
    );
    if (!plan) return session.stop(plan.error());
    for (const auto& warning : plan->deployment.warnings)
        session.warning(to_text(warning));
    auto& targets = plan->deployment.targets;
    if (options.plan_only) return print(plan_text(targets));
    // After --plan, which may show what cannot be probed yet.
    if (const auto problem = scan::unspoken(targets)) return session.stop(*problem);
    for (auto& target : targets) { // the command line wins over a target's own time-outs
        if (options.settings.timeout) target.timeout.reset();
        if (options.settings.connect_timeout) target.connect_timeout.reset();
    }
    auto inputs = session.read_inputs(plan->deployment.trust, offered(plan->deployment));
    if (!inputs) return session.stop(inputs.error());
    if (const auto problem = session.open_outputs()) return session.stop(*problem);
    const auto fail_on = plan->deployment.settings.fail_on;
    return session.finish(
        scan::scan(std::move(*plan), session.scan_options(), std::move(*inputs), session), fail_on
    );
}

} // namespace lyncprobe::app
