// SPDX-License-Identifier: MIT
#include "scan/scan.h"

#include "model/glob.h"
#include "model/text/ascii.h"
#include "plan/declared.h"
#include "plan/discovery_naming.h"
#include "plan/plan.h"
#include "plan/sip_domains.h"
#include "probes/probe.h"
#include "rules/verdicts/root_groups.h"
#include "rules/verdicts/trust_links.h"
#include "scan/follow.h"
#include "scan/judging.h"
#include "scan/revocation.h"
#include "tls/tls_context.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <set>
#include <span>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::scan {

namespace {

using std::chrono::seconds;

// --follow: a redirect may lead to a service that names the rest.
constexpr int kFollowRounds = 3;

// What is left of the run's deadline; at least a moment, so that the engine says what it skips.
Milliseconds remaining(Milliseconds deadline, std::chrono::steady_clock::time_point started) {
    const auto gone = std::chrono::steady_clock::now() - started;
    return std::max(deadline - std::chrono::duration_cast<Milliseconds>(gone), Milliseconds{1});
}

bool is_ours(const std::string& host, const std::vector<std::string>& own) {
    return std::ranges::any_of(own, [&](const auto& domain) {
        return plan::is_below(host, domain);
    });
}

// By name, host, server, pool, or what an id begins with, in whatever case people write them.
bool is_meant(const Target& target, std::string_view glob) {
    const auto address = host_and_port(target.host, target.port);
    const std::string called[] = {
        display_name(target), target.host, target.server,
        target.pool,          address,     fmt::format("{}/{}", address, to_text(target.probe))};
    return std::ranges::any_of(called, [&](const auto& name) {
        return !name.empty() && glob_matches(to_lower(glob), to_lower(name));
    });
}

void keep_named(std::vector<Target>& targets, const std::vector<std::string>& globs) {
    if (globs.empty()) return;
    std::erase_if(targets, [&](const Target& target) {
        return std::ranges::none_of(globs, [&](const auto& glob) {
            return is_meant(target, glob);
        });
    });
}

void keep_shard(std::vector<Target>& targets, std::uint32_t shard, std::uint32_t shards) {
    std::vector<Target> kept;
    for (std::size_t i = shard; i < targets.size(); i += shards)
        kept.push_back(std::move(targets[i]));
    targets = std::move(kept);
}

// The domain of the first XMPP partner in the list; empty where it has none.
std::string xmpp_partner(const std::vector<Target>& targets, const std::vector<std::string>& own) {
    for (const auto& target : targets)
        if (target.role == Role::partner && target.probe == Probe::xmpp &&
            std::ranges::find(own, target.sip_domain) == own.end())
            return target.sip_domain;
    return {};
}

net::EngineOptions engine_options(
    const Deployment& deployment, const std::vector<Target>& targets, const ScanOptions& options
) {
    net::EngineOptions out{deployment.settings};
    out.resolvers = deployment.resolvers;
    out.our_domains = deployment.sip_domains;
    out.partner = xmpp_partner(targets, deployment.sip_domains);
    out.beside_tls13 = options.beside_tls13;
    out.also_as = options.also_as;
    out.interrupts = options.interrupts;
    return out;
}

std::vector<pki::IdentityPtr> used_by(
    const std::vector<Target>& targets, std::vector<pki::IdentityPtr> identities
) {
    std::set<std::string_view> used;
    for (const auto& target : targets)
        if (target.mutual != Mutual::none) used.insert(target.identity);
    std::erase_if(identities, [&](const auto& identity) { return !used.contains(identity->id()); });
    return identities;
}

ScanResult new_result(Plan& plan, const ScanOptions& options) {
    ScanResult result;
    result.started_at = options.world.now();
    result.judged_at = options.at.value_or(result.started_at);
    result.vantage = options.vantage;
    result.inputs = plan.deployment.inputs;
    result.declared = std::move(plan.declared);
    result.targets = std::move(plan.deployment.targets);
    result.endpoints.reserve(result.targets.size());
    // `fetch-private: yes` means both, as --fetch-private does.
    const auto& settings = plan.deployment.settings;
    result.fetched = settings.fetch.value_or(settings.fetch_private.value_or(false));
    return result;
}

// Scan is one call of scan().
class Scan {
  public:
    Scan(Plan&& plan, const ScanOptions& options, Inputs&& inputs, Observer& observer)
        : options_(options),
          observer_(observer),
          started_(std::chrono::steady_clock::now()),
          result_(new_result(plan, options)), // takes the targets
          deployment_(std::move(plan.deployment)),
          identities_(used_by(result_.targets, std::move(inputs.identities))),
          store_(std::move(inputs.anchors), preference_at(result_.judged_at)),
          judge_(
              store_, *result_.findings, std::move(plan.selection), deployment_.policy,
              deployment_.waivers, result_.judged_at,
              std::chrono::duration_cast<seconds>(
                  deployment_.settings.expires_within.value_or(std::chrono::days{30})
              )
          ),
          engine_(engine_options(deployment_, result_.targets, options)) {
        result_.expires_within = std::chrono::duration_cast<seconds>(
            deployment_.settings.expires_within.value_or(std::chrono::days{30})
        );
        engine_.stalls = &stalls_;
    }

    // Makes our own certificates ready to be offered: one that libssl cannot use is a mistake of
    // the input, not of every endpoint.
    std::optional<Problem> offer_identities() {
        for (const auto& identity : identities_) {
            contexts_.add_identity(identity);
            try {
                contexts_.get({.server_name = {}, .identity = identity->id()});
            } catch (const std::runtime_error& error) {
                return Problem{
                    .what = fmt::format(
                        "identity '{}' cannot be used: {}", identity->id(), error.what()
                    )};
            }
        }
        judge_.stand(identities_, result_.declared, result_.vantage);
        if (!result_.fetched) judge_identities();
        return std::nullopt;
    }

    // Probes the list and, with --follow, what it leads to.
    std::optional<Problem> probe() {
        for (int round = 0; round <= kFollowRounds; ++round) {
            const auto end = options_.world.probe(
                std::span<const Target>(result_.targets).subspan(offset_), engine_, contexts_,
                sinks()
            );
            if (!end) return end.error();
            result_.interrupted = end->interrupted;
            if (!options_.follow || end->interrupted || end->deadline_reached) break;
            if (!learn(round)) break;
        }
        return std::nullopt;
    }

    // --fetch: what was probed waits for it, unjudged.
    void fetch() {
        if (!result_.fetched) return judge_pending();
        const auto& settings = deployment_.settings;
        auto from = fetch_options(settings, engine_.resolvers, engine_.interrupts, &stalls_);
        if (settings.deadline) from.deadline = started_ + *settings.deadline;
        Revocation revocation(
            store_, options_.world, std::move(from), result_.judged_at, observer_
        );
        for (const auto& identity : identities_)
            revocation.add(store_.chain(identity->chain()));
        for (const auto& [index, evidence] : pending_)
            revocation.add(evidence.chain);
        try {
            revocation.run();
        } catch (const std::exception& error) {
            observer_.warning(fmt::format("fetching ended early: {}", error.what()));
        }
        for (auto& [index, evidence] : pending_)
            use_completed(revocation, result_.endpoints[index], evidence);
        statuses_ = revocation.take_statuses();
        judge_.use(statuses_);
        judge_identities();
        judge_pending();
        result_.locations = revocation.take_locations();
    }

    // What can be said when the last endpoint is known.
    ScanResult conclude() {
        const bool stopped = options_.interrupts && *options_.interrupts > 0;
        result_.interrupted = result_.interrupted || stopped;
        result_.finished_at = options_.world.now();
        result_.stalled = std::chrono::duration_cast<Milliseconds>(stalls_.total());
        std::ranges::sort(result_.endpoints, [](const auto& a, const auto& b) {
            return std::tie(a.target, a.address) < std::tie(b.target, b.address);
        });
        const auto issuer_closures = store_.issuer_closures();
        result_.trust = rules::trust_links(result_, issuer_closures);
        result_.roots = rules::root_groups(result_, issuer_closures);
        result_.topology = judge_.deployment(result_, issuer_closures);
        return std::move(result_);
    }

  private:
    net::Sinks sinks() {
        return {
            .finished = [this](ProbedEndpoint&& probed) { finished(std::move(probed)); },
            .tick = [this](const net::Progress& at) { observer_.progress(at); },
            .warning = [this](const std::string& sentence) { observer_.warning(sentence); }};
    }

    void finished(ProbedEndpoint&& probed) {
        probed.target += offset_;
        const auto& target = result_.targets[probed.target];
        auto [row, evidence] = judge_.row_safely(target, std::move(probed));
        const bool waits = result_.fetched || rules::depends_on_others(target, row);
        result_.endpoints.push_back(std::move(row));
        if (waits)
            pending_.emplace_back(result_.endpoints.size() - 1, std::move(evidence));
        else
            judge_row(result_.endpoints.back(), evidence, nullptr);
    }

    void judge_identities() {
        for (const auto& identity : identities_)
            result_.identities.push_back(judge_.identity(*identity));
        observer_.identities(result_.identities);
    }

    // Before it is judged: a chain that is judged does not change any more.
    static void use_completed(
        const Revocation& revocation, EndpointRow& row, PendingEvidence& evidence
    ) {
        evidence.chain = revocation.completed(evidence.chain);
        row.main.chain = revocation.completed(row.main.chain);
        for (auto& variant : row.variants)
            variant.chain = revocation.completed(variant.chain);
    }

    void judge_pending() {
        const rules::Others others(result_);
        for (const auto& [index, evidence] : pending_)
            judge_row(result_.endpoints[index], evidence, &others);
    }

    void judge_row(EndpointRow& row, const PendingEvidence& evidence, const rules::Others* others) {
        const auto& target = result_.targets[row.target];
        judge_.judge_safely(target, row, evidence, others);
        observer_.endpoint(row, target);
    }

    // --follow: makes the targets of the next round; false where there is none.
    bool learn(int round) {
        const auto& own = deployment_.sip_domains;
        auto learnt = learnt_targets(result_, own);
        if (learnt.empty()) return false;
        if (round == kFollowRounds) {
            observer_.warning(
                fmt::format("--follow ends after {} rounds; more names were told", round)
            );
            return false;
        }
        offset_ = result_.targets.size();
        plan::fill_in_sip_domains(learnt, own);
        for (auto& target : learnt) // what a document names need not be ours
            if (target.probe == Probe::sip && !plan::is_below(target.host, target.sip_domain))
                target.sip_domain.clear();
        std::ranges::move(
            plan::prepare(std::move(learnt), deployment_.inputs).targets,
            std::back_inserter(result_.targets)
        );
        if (deployment_.settings.deadline)
            engine_.deadline = remaining(*deployment_.settings.deadline, started_);
        return true;
    }

    const ScanOptions& options_;
    Observer& observer_;
    std::chrono::steady_clock::time_point started_;
    ScanResult result_;
    Deployment deployment_; // without its targets, which are the result's
    std::vector<pki::IdentityPtr> identities_;
    pki::CertificateStore store_;
    StatusMap statuses_; // of --fetch
    Judge judge_;
    tls::ContextPool contexts_;
    StallClock stalls_;
    net::EngineOptions engine_; // points to stalls_
    std::size_t offset_ = 0;    // of the round's targets among all
    // Rows, by index, that are judged after the others: all of them with --fetch.
    std::vector<std::pair<std::size_t, PendingEvidence>> pending_;
};

// --inventory reads certificates without a handshake; in the place of a Windows release there is
// one all the same.
std::optional<Problem> shaken_all_the_same(const Deployment& deployment) {
    if (!deployment.settings.inventory.value_or(false)) return std::nullopt;
    const auto posed = [](const Target& target) {
        return target.peer_os != OperatingSystem::unknown;
    };
    const auto& targets = deployment.targets;
    const auto first = std::ranges::find_if(targets, posed);
    if (first == targets.end()) return std::nullopt;
    const auto more = std::ranges::count_if(targets, posed) - 1;
    return Problem{
        .what = fmt::format(
            "--inventory does not apply to '{}'{}: 'peer_os' or 'as-os' asks for a handshake as {}",
            display_name(*first), more > 0 ? fmt::format(" and {} more", more) : std::string(),
            to_text(first->peer_os)
        ),
        .hint = "take one of the two out of the list"};
}

} // namespace

Time wall_clock() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

Result<Plan> prepare(Deployment deployment, const TargetChoice& choice) {
    auto selection = rules::Selection::make(deployment.settings.only, deployment.settings.skip);
    if (!selection) return selection.error();
    Plan plan;
    plan.selection = std::move(*selection);
    plan.declared = plan::declared_by(deployment);
    plan.declared.in_part = !choice.names.empty() || choice.shards > 1;
    auto& targets = deployment.targets;
    keep_named(targets, choice.names);
    if (targets.empty() && !choice.names.empty())
        return Problem{
            .what = fmt::format(
                "--target: no target, host, server or pool is called '{}'",
                fmt::join(choice.names, "' or '")
            ),
            .hint = "--plan without it lists the names"};
    plan::fill_in_sip_domains(targets, deployment.sip_domains);
    if (const auto& as_os = deployment.settings.as_os)
        for (auto& target : targets)
            if (target.peer_os == OperatingSystem::unknown) target.peer_os = *as_os;
    for (auto& target : targets)
        target.learnt = target.learnt && !is_ours(target.host, deployment.sip_domains);
    auto prepared = plan::prepare(std::move(targets), deployment.inputs);
    targets = std::move(prepared.targets);
    std::ranges::move(prepared.warnings, std::back_inserter(deployment.warnings));
    if (auto warning = shaken_all_the_same(deployment))
        deployment.warnings.push_back(std::move(*warning));
    if (choice.shards > 1) keep_shard(targets, choice.shard, choice.shards);
    plan.deployment = std::move(deployment);
    return plan;
}

std::optional<Problem> unspoken(const std::vector<Target>& targets) {
    for (const auto& target : targets)
        if (probes::find(target.probe) == nullptr)
            return Problem{
                .what = fmt::format(
                    "'{}': probe '{}' is known, not built yet", display_name(target),
                    to_text(target.probe)
                ),
                .hint = "--target chooses others, and 'services' of its pool turns it off"};
    return std::nullopt;
}

Result<ScanResult> scan(Plan plan, const ScanOptions& options, Inputs inputs, Observer& observer) {
    Scan scan(std::move(plan), options, std::move(inputs), observer);
    if (auto problem = scan.offer_identities()) return *problem;
    if (auto problem = scan.probe()) return *problem;
    scan.fetch();
    return scan.conclude();
}

} // namespace lyncprobe::scan
