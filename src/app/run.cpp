// SPDX-License-Identifier: MIT
// One run: plan, probe, judge, report. The order of the house; every step is somebody else's.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/plan_text.h"
#include "app/process.h"
#include "app/progress.h"
#include "app/reporting.h"
#include "app/run_set_up.h"
#include "net/engine.h"
#include "plan/declared.h"
#include "plan/discovery_naming.h"
#include "plan/plan.h"
#include "plan/sip_domains.h"
#include "rules/verdicts/trust_links.h"
#include "scan/follow.h"
#include "scan/judging.h"
#include "scan/revocation.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::app {

namespace {

using std::chrono::seconds;

// --follow: a redirect may lead to a service that names the rest.
constexpr int kFollowRounds = 3;

Time now() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

// What is left of the run's deadline; at least a moment, so that the engine says what it skips.
Milliseconds remaining(Milliseconds deadline, std::chrono::steady_clock::time_point started) {
    const auto gone = std::chrono::steady_clock::now() - started;
    return std::max(deadline - std::chrono::duration_cast<Milliseconds>(gone), Milliseconds{1});
}

// One endpoint that cannot be judged (no memory for what it sent) does not end the run.
EndpointRow row_safely(
    scan::Judge& judge, const Target& target, ProbedEndpoint&& probed, scan::Unjudged& rest
) {
    ProbedEndpoint spare;
    spare.target = probed.target;
    spare.address = probed.address;
    spare.addresses_of_name = probed.addresses_of_name;
    spare.addresses_skipped = probed.addresses_skipped;
    spare.attempts = probed.attempts;
    try {
        return judge.row(target, std::move(probed), rest);
    } catch (const std::exception& error) {
        auto& seen = spare.observations.emplace_back();
        seen.outcome = Outcome::local_error;
        seen.stage = Stage::done;
        seen.detail = fmt::format("could not be judged on this machine: {}", error.what());
        rest = {};
        return judge.row(target, std::move(spare), rest);
    }
}

void judge_safely(
    scan::Judge& judge, const Target& target, EndpointRow& row, const scan::Unjudged& rest
) {
    try {
        judge.judge(target, row, rest);
    } catch (const std::exception& error) {
        row.main.outcome = Outcome::local_error;
        row.main.stage = Stage::done;
        row.main.detail = fmt::format("could not be judged on this machine: {}", error.what());
        row.main.chain = nullptr; // else it would count as judged
        row.main.pseudo_tls = row.main.plain = false;
        row.variants.clear();
    }
}

// Inputs is what was read and chosen before the first connection.
struct Inputs {
    Deployment deployment; // its targets are those of the result
    RunSettings settings;
    Declared declared;
};

// Run probes and judges; what it learns is in `result`.
class Run {
  public:
    Run(Inputs&& inputs, const Options& options, rules::Selection&& selection,
        pki::Anchors&& anchors, Outputs& outputs, Progress& progress)
        : inputs_(std::move(inputs)),
          options_(options),
          outputs_(outputs),
          progress_(progress),
          started_(std::chrono::steady_clock::now()),
          result_(new_result(inputs_, options)),
          store_(std::move(anchors)),
          judge_(
              store_, pool_, std::move(selection), inputs_.deployment.policy,
              inputs_.deployment.waivers, result_.judged_at,
              std::chrono::duration_cast<seconds>(
                  inputs_.settings.expires_within.value_or(std::chrono::days{30})
              )
          ),
          engine_(engine_options(inputs_.settings, options, inputs_.deployment)) {}

    // Makes our own certificates ready to be offered.
    std::optional<Problem> offer(const std::vector<pki::IdentityPtr>& identities) {
        for (const auto& identity : identities) {
            contexts_.add_identity(identity);
            if (auto refusal = refusal_of(contexts_, *identity)) return refusal;
        }
        identities_ = identities;
        if (!result_.fetched) judge_identities();
        return std::nullopt;
    }

    // Probes the list and, with --follow, what it leads to.
    std::optional<Problem> probe() {
        for (int round = 0; round <= kFollowRounds; ++round) {
            const auto end = net::run(
                std::span<const Target>(result_.targets).subspan(offset_), engine_, contexts_,
                sinks()
            );
            if (!end) return end.error();
            result_.interrupted = end->interrupted;
            if (!options_.follow || end->interrupted || end->deadline_reached) break;
            if (!learn(round)) break;
        }
        progress_.clear();
        return std::nullopt;
    }

    // --fetch: what was probed waits for it, unjudged.
    void fetch() {
        if (!result_.fetched) return;
        auto from = scan::fetch_options(inputs_.settings, engine_.resolvers, engine_.interrupts);
        if (inputs_.settings.deadline) from.deadline = started_ + *inputs_.settings.deadline;
        scan::Revocation revocation(store_, std::move(from), result_.judged_at);
        for (const auto& identity : identities_)
            revocation.add(store_.chain(identity->chain()));
        for (const auto& rest : waiting_)
            revocation.add(rest.chain);
        try {
            revocation.run();
        } catch (const std::exception& error) {
            progress_.say(fmt::format("fetching ended early: {}", error.what()));
        }
        for (std::size_t i = 0; i < waiting_.size(); ++i)
            use_completed(revocation, result_.endpoints[i], waiting_[i]);
        statuses_ = revocation.take_statuses();
        judge_.use(statuses_);
        judge_identities();
        for (std::size_t i = 0; i < waiting_.size(); ++i)
            judge_row(result_.endpoints[i], waiting_[i]);
        result_.locations = revocation.take_locations();
    }

    // What can be said when the last endpoint is known.
    RunResult& conclude() {
        result_.interrupted = result_.interrupted || *engine_.interrupts > 0;
        result_.finished_at = now();
        std::sort(
            result_.endpoints.begin(), result_.endpoints.end(),
            [](const auto& a, const auto& b) {
                return std::tie(a.target, a.address) < std::tie(b.target, b.address);
            }
        );
        result_.ascents = store_.ascents();
        result_.trust = rules::trust_links(result_);
        result_.topology = judge_.deployment(result_);
        return result_;
    }

  private:
    static RunResult new_result(Inputs& inputs, const Options& options) {
        RunResult result;
        result.started_at = now();
        result.judged_at = options.at.value_or(result.started_at);
        result.vantage = options.vantage;
        result.inputs = inputs.deployment.inputs;
        result.declared = std::move(inputs.declared);
        result.targets = std::move(inputs.deployment.targets);
        result.endpoints.reserve(result.targets.size());
        // `fetch-private: yes` means both, as --fetch-private does.
        const auto& settings = inputs.settings;
        result.fetched = settings.fetch.value_or(settings.fetch_private.value_or(false));
        return result;
    }

    net::Sinks sinks() {
        return {
            .finished = [this](ProbedEndpoint&& probed) { finished(std::move(probed)); },
            .tick = [this](const net::Progress& at) { progress_.tick(at); },
            .warning = [this](const std::string& sentence) { progress_.say(sentence); }};
    }

    void finished(ProbedEndpoint&& probed) {
        probed.target += offset_;
        scan::Unjudged rest;
        const auto& target = result_.targets[probed.target];
        result_.endpoints.push_back(row_safely(judge_, target, std::move(probed), rest));
        if (result_.fetched)
            waiting_.push_back(std::move(rest));
        else
            judge_row(result_.endpoints.back(), rest);
    }

    void judge_identities() {
        for (const auto& identity : identities_)
            result_.identities.push_back(judge_.identity(*identity));
        outputs_.identities(result_.identities);
    }

    // Before it is judged: a chain that is judged does not change any more.
    static void use_completed(const scan::Revocation& revocation, EndpointRow& row, scan::Unjudged& rest) {
        rest.chain = revocation.completed(rest.chain);
        row.main.chain = revocation.completed(row.main.chain);
        for (auto& variant : row.variants)
            variant.chain = revocation.completed(variant.chain);
    }

    void judge_row(EndpointRow& row, const scan::Unjudged& rest) {
        const auto& target = result_.targets[row.target];
        judge_safely(judge_, target, row, rest);
        outputs_.endpoint(row, target);
    }

    // --follow: makes the targets of the next round; false where there is none.
    bool learn(int round) {
        const auto& own = inputs_.deployment.sip_domains;
        auto learnt = scan::learnt_targets(result_, own);
        if (learnt.empty()) return false;
        if (round == kFollowRounds) {
            progress_.say(fmt::format("--follow ends after {} rounds; more names were told", round)
            );
            return false;
        }
        offset_ = result_.targets.size();
        plan::fill_in_sip_domains(learnt, own);
        for (auto& target : learnt) // what a document names need not be ours
            if (target.probe == Probe::sip && !plan::is_below(target.host, target.sip_domain))
                target.sip_domain.clear();
        std::ranges::move(
            plan::prepare(std::move(learnt), inputs_.deployment.inputs).targets,
            std::back_inserter(result_.targets)
        );
        if (inputs_.settings.deadline)
            engine_.deadline = remaining(*inputs_.settings.deadline, started_);
        return true;
    }

    Inputs inputs_;
    const Options& options_;
    Outputs& outputs_;
    Progress& progress_;
    std::chrono::steady_clock::time_point started_;
    RunResult result_;
    pki::CertificateStore store_;
    FindingPool pool_;
    StatusMap statuses_; // of --fetch
    scan::Judge judge_;
    tls::ContextPool contexts_;
    net::EngineOptions engine_;
    std::vector<pki::IdentityPtr> identities_;
    std::size_t offset_ = 0;              // of the round's targets among all
    std::vector<scan::Unjudged> waiting_; // with --fetch, one for each row of the result
};

} // namespace

int run_deployment(Deployment deployment, const Options& options, const Conclude& conclude) {
    Progress progress(stderr_is_terminal() && !options.no_progress && !options.quiet);
    const Warn warn = [&](const std::string& sentence) { progress.say(sentence); };
    const auto stop = [&](const Problem& problem) {
        warn(to_text(problem));
        return kExitUsage;
    };

    for (const auto& warning : deployment.warnings)
        warn(to_text(warning));
    Inputs inputs;
    inputs.declared = plan::declared_by(deployment);
    inputs.declared.in_part = !options.target_globs.empty() || options.shards > 1;
    inputs.settings = merged(options.settings, deployment.settings);
    keep_named(deployment.targets, options.target_globs);
    if (deployment.targets.empty() && !conclude)
        return stop(
            {.what = fmt::format(
                 "--target: no target is called '{}'", fmt::join(options.target_globs, "' or '")
             ),
             .hint = "--plan without it lists the names"}
        );
    use_command_line_identity(deployment, options.identity);
    plan::fill_in_sip_domains(deployment.targets, deployment.sip_domains);
    auto prepared = plan::prepare(std::move(deployment.targets), deployment.inputs);
    for (const auto& warning : prepared.warnings)
        warn(to_text(warning));
    deployment.targets = std::move(prepared.targets);
    if (options.shards > 1) keep_shard(deployment.targets, options.shard, options.shards);
    auto selection = rules::Selection::make(inputs.settings.only, inputs.settings.skip);
    if (!selection) return stop(selection.error());
    if (options.plan_only) return print(plan_text(deployment.targets));
    if (const auto problem = unspoken(deployment.targets)) return stop(*problem);

    const auto identities = load_identities(deployment, warn);
    if (!identities) return stop(identities.error());
    auto anchors = load_trust(deployment, options);
    if (!anchors) return stop(anchors.error());
    count_interrupts(); // from now on a temporary file is there that has to be removed
    auto outputs = Outputs::open(options);
    if (!outputs) return stop(outputs.error());

    const auto fails_on = fail_on(inputs.settings.fail_on);
    inputs.deployment = std::move(deployment);
    Run run(
        std::move(inputs), options, std::move(*selection), std::move(*anchors), *outputs, progress
    );
    if (const auto problem = run.offer(*identities)) return stop(*problem);
    if (const auto problem = run.probe()) return stop(*problem);
    run.fetch();
    auto& result = run.conclude();
    if (conclude) conclude(result);
    result.summary = report::summarise(result, fails_on);
    return outputs->write(result, warn);
}

} // namespace lyncprobe::app
