// SPDX-License-Identifier: MIT
// One run: plan, probe, judge, report. The order of the house; every step is somebody else's.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/follow.h"
#include "app/inputs.h"
#include "app/judging.h"
#include "app/process.h"
#include "app/progress.h"
#include "app/reporting.h"
#include "app/revocation.h"
#include "model/escape.h"
#include "model/glob.h"
#include "net/engine.h"
#include "plan/discovery_naming.h"
#include "plan/plan.h"
#include "plan/services.h"
#include "plan/sip_domains.h"
#include "probes/probe.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace lyncprobe::app {

namespace {

using std::chrono::seconds;

// Setting up the lean library context costs what it saves on so many handshakes.
constexpr std::size_t kWorthLean = 32;

// --follow: a redirect may lead to a service that names the rest.
constexpr int kFollowRounds = 3;

Time now() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

// The command line wins over `policy:`.
RunSettings merged(const RunSettings& line, const RunSettings& list) {
    RunSettings out = list;
    const auto take = [](auto& to, const auto& from) {
        if (from) to = from;
    };
    take(out.timeout, line.timeout);
    take(out.connect_timeout, line.connect_timeout);
    take(out.deadline, line.deadline);
    take(out.expires_within, line.expires_within);
    take(out.concurrency, line.concurrency);
    take(out.per_address, line.per_address);
    take(out.retries, line.retries);
    take(out.address_family, line.address_family);
    take(out.versions, line.versions);
    take(out.mtls_matrix, line.mtls_matrix);
    take(out.sni_matrix, line.sni_matrix);
    take(out.inventory, line.inventory);
    take(out.fetch, line.fetch);
    take(out.fetch_private, line.fetch_private);
    take(out.ldap_server, line.ldap_server);
    take(out.fail_on, line.fail_on);
    if (!line.only.empty()) out.only = line.only;
    if (!line.skip.empty()) out.skip = line.skip;
    return out;
}

net::EngineOptions engine_options(
    const RunSettings& settings, const Options& options, const Deployment& deployment
) {
    net::EngineOptions out;
    out.concurrency = settings.concurrency.value_or(static_cast<std::uint32_t>(out.concurrency));
    out.per_address = settings.per_address.value_or(static_cast<std::uint32_t>(out.per_address));
    out.retries = settings.retries.value_or(0);
    out.timeout = settings.timeout.value_or(out.timeout);
    out.connect_timeout = settings.connect_timeout.value_or(out.connect_timeout);
    out.timeout_forced = options.settings.timeout.has_value();
    out.connect_timeout_forced = options.settings.connect_timeout.has_value();
    out.deadline = settings.deadline;
    out.address_family = settings.address_family.value_or(0);
    out.resolvers = options.resolvers.empty() ? deployment.resolvers : options.resolvers;
    if (!deployment.sip_domains.empty()) out.our_domain = deployment.sip_domains.front();
    out.breadth = {
        .versions = settings.versions.value_or(false),
        .mtls = settings.mtls_matrix.value_or(false),
        .sni = settings.sni_matrix.value_or(false),
        .inventory = settings.inventory.value_or(false)};
    out.interrupts = &count_interrupts();
    return out;
}

// An identity of the command line is offered to every target.
void use_command_line_identity(Deployment& deployment, const IdentityFiles& identity) {
    if (identity.id.empty()) return;
    deployment.identities = {identity};
    for (auto& target : deployment.targets)
        target.identity = identity.id;
}

// Only the identities that some target offers are read.
Result<std::vector<pki::IdentityPtr>> load_identities(
    const Deployment& deployment, const Warn& warn
) {
    std::set<std::string> used;
    for (const auto& target : deployment.targets)
        if (target.mutual != Mutual::none) used.insert(target.identity);
    std::vector<pki::IdentityPtr> out;
    for (const auto& files : deployment.identities) {
        if (!used.contains(files.id)) continue;
        auto identity = load_identity(files, warn);
        if (!identity) return identity.error();
        out.push_back(*identity);
    }
    return out;
}

Result<pki::Anchors> load_trust(const Deployment& deployment, const Options& options) {
    auto files = deployment.trust.ca_files;
    files.insert(files.end(), options.ca_files.begin(), options.ca_files.end());
    return load_anchors(files, deployment.trust.system.value_or(true) && !options.no_system_trust);
}

// What is left of the run's deadline; at least a moment, so that the engine says what it skips.
Milliseconds remaining(Milliseconds deadline, std::chrono::steady_clock::time_point started) {
    const auto gone = std::chrono::steady_clock::now() - started;
    return std::max(deadline - std::chrono::duration_cast<Milliseconds>(gone), Milliseconds{1});
}

// --target: keeps the targets whose name matches one of the globs.
void keep_named(std::vector<Target>& targets, const std::vector<std::string>& globs) {
    if (globs.empty()) return;
    const auto named = [&](const Target& target) {
        const auto name = display_name(target);
        return std::any_of(globs.begin(), globs.end(), [&](const auto& glob) {
            return glob_matches(glob, name);
        });
    };
    std::erase_if(targets, [&](const Target& target) { return !named(target); });
}

void keep_shard(
    std::vector<plan::PlannedTarget>& targets, std::uint32_t shard, std::uint32_t shards
) {
    std::vector<plan::PlannedTarget> kept;
    for (std::size_t i = shard; i < targets.size(); i += shards)
        kept.push_back(std::move(targets[i]));
    targets = std::move(kept);
}

// What the product's documentation says the server wants of whoever connects.
std::string wanted_text(const Target& target) {
    const auto* service = plan::service_of(
        {.service = target.service,
         .role = target.role,
         .port = target.port,
         .side = target.side,
         .probe = target.probe}
    );
    return std::string(service ? to_text(service->listener.peer) : "unknown");
}

std::string plan_line(const plan::PlannedTarget& planned) {
    const auto& target = planned.target;
    const auto sni = server_name_sent(target);
    auto line = fmt::format(
        "{}  {}  role {}  use {}  sni {}  {}  certificate wanted {}",
        for_terminal(planned.id_base + planned.id_suffix),
        for_terminal(host_and_port(target.host, target.port)), to_text(target.role),
        to_text(target.use), for_terminal(sni.empty() ? "none" : sni),
        target.identity.empty() || target.mutual == Mutual::none
            ? "no client certificate"
            : "identity " + for_terminal(target.identity),
        wanted_text(target)
    );
    const auto append = [&line](std::string_view title, std::string_view text) {
        if (!text.empty()) line += fmt::format("  {} {}", title, for_terminal(text));
    };
    std::vector<std::string> addresses;
    for (const auto& address : target.addresses)
        addresses.push_back(to_text(address));
    append("names", fmt::format("{}", fmt::join(expected_names(target), ", ")));
    append("addresses", fmt::format("{}", fmt::join(addresses, ", ")));
    append("sip domain", target.sip_domain);
    if (target.transport == Transport::udp) append("transport", to_text(target.transport));
    append("pool", target.pool);
    append("site", target.site);
    return line + "\n";
}

int print_plan(const std::vector<plan::PlannedTarget>& targets) {
    std::string text;
    for (const auto& planned : targets)
        text += plan_line(planned);
    return print(text);
}

// A topology may have endpoints whose probe this build does not speak; they can be planned only.
std::optional<Problem> unspoken(const std::vector<plan::PlannedTarget>& targets) {
    for (const auto& planned : targets)
        if (probes::find(planned.target.probe) == nullptr)
            return Problem{
                .what = fmt::format(
                    "'{}': probe '{}' is known, not built yet", display_name(planned.target),
                    to_text(planned.target.probe)
                ),
                .hint = "--target chooses others, and 'services' of its pool turns it off"};
    return std::nullopt;
}

// One endpoint that cannot be judged (no memory for what it sent) does not end the run.
EndpointRow row_safely(
    Judge& judge, const plan::PlannedTarget& planned, ProbedEndpoint&& probed, Unjudged& rest
) {
    ProbedEndpoint spare;
    spare.target = probed.target;
    spare.address = probed.address;
    spare.addresses_of_name = probed.addresses_of_name;
    spare.addresses_skipped = probed.addresses_skipped;
    spare.attempts = probed.attempts;
    try {
        return judge.row(planned, std::move(probed), rest);
    } catch (const std::exception& error) {
        auto& seen = spare.observations.emplace_back();
        seen.outcome = Outcome::local_error;
        seen.stage = Stage::done;
        seen.detail = fmt::format("could not be judged on this machine: {}", error.what());
        rest = {};
        return judge.row(planned, std::move(spare), rest);
    }
}

void judge_safely(
    Judge& judge, const plan::PlannedTarget& planned, EndpointRow& row, const Unjudged& rest
) {
    try {
        judge.judge(planned, row, rest);
    } catch (const std::exception& error) {
        row.main.outcome = Outcome::local_error;
        row.main.stage = Stage::done;
        row.main.detail = fmt::format("could not be judged on this machine: {}", error.what());
        row.main.chain = nullptr; // else it would count as judged
        row.main.pseudo_tls = row.main.plain = false;
        row.variants.clear();
    }
}

// An identity that libssl cannot use is a mistake of the input, not of every endpoint.
std::optional<Problem> refusal_of(tls::ContextPool& contexts, const pki::Identity& identity) {
    try {
        contexts.get({.server_name = {}, .identity = identity.id()});
        return std::nullopt;
    } catch (const std::runtime_error& error) {
        return Problem{.what = "identity '" + identity.id() + "' cannot be used: " + error.what()};
    }
}

} // namespace

int run_deployment(Deployment deployment, const Options& options) {
    Progress progress(stderr_is_terminal() && !options.no_progress && !options.quiet);
    const Warn warn = [&](const std::string& sentence) { progress.say(sentence); };
    const auto stop = [&](const Problem& problem) {
        warn(to_text(problem));
        return kExitUsage;
    };

    for (const auto& warning : deployment.warnings)
        warn(to_text(warning));
    keep_named(deployment.targets, options.target_globs);
    if (deployment.targets.empty()) return stop({.what = "--target: no target has such a name"});
    use_command_line_identity(deployment, options.identity);
    plan::fill_in_sip_domains(deployment.targets, deployment.sip_domains);
    const auto settings = merged(options.settings, deployment.settings);
    auto prepared = plan::prepare(std::move(deployment.targets), deployment.inputs);
    for (const auto& warning : prepared.warnings)
        warn(to_text(warning));
    if (options.shards > 1) keep_shard(prepared.targets, options.shard, options.shards);
    if (options.plan_only) return print_plan(prepared.targets);
    if (const auto problem = unspoken(prepared.targets)) return stop(*problem);

    auto selection = rules::Selection::make(settings.only, settings.skip);
    if (!selection) return stop(selection.error());
    for (const auto& planned : prepared.targets)
        deployment.targets.push_back(planned.target);
    auto identities = load_identities(deployment, warn);
    if (!identities) return stop(identities.error());
    auto anchors = load_trust(deployment, options);
    if (!anchors) return stop(anchors.error());
    count_interrupts(); // from now on a temporary file is there that has to be removed
    auto outputs = Outputs::open(options);
    if (!outputs) return stop(outputs.error());

    RunResult result;
    result.started_at = now();
    result.judged_at = options.at.value_or(result.started_at);
    result.vantage = options.vantage;
    result.inputs = deployment.inputs;
    result.targets = std::move(deployment.targets);

    pki::CertificateStore store(std::move(*anchors));
    FindingPool pool;
    StatusMap statuses; // of --fetch
    const auto soon = settings.expires_within.value_or(std::chrono::days{30});
    Judge judge(
        store, pool, std::move(*selection), deployment.policy, deployment.waivers, result.judged_at,
        std::chrono::duration_cast<seconds>(soon)
    );
    const bool many = prepared.targets.size() >= kWorthLean || options.follow;
    tls::ContextPool contexts(
        many ? tls::ContextPool::Library::lean : tls::ContextPool::Library::standard
    );
    for (const auto& identity : *identities) {
        contexts.add_identity(identity);
        if (const auto refusal = refusal_of(contexts, *identity)) return stop(*refusal);
        result.identities.push_back(judge.identity(*identity));
    }
    outputs->identities(result.identities);

    result.fetched = settings.fetch.value_or(false);
    net::Sinks sinks;
    std::size_t offset = 0; // of the round's targets among all
    const auto judge_row = [&](EndpointRow& row, const Unjudged& rest) {
        const auto& planned = prepared.targets[row.target];
        judge_safely(judge, planned, row, rest);
        outputs->endpoint(row, planned.target);
    };
    std::vector<Unjudged> waiting; // with --fetch, one for each row of the result
    sinks.finished = [&](ProbedEndpoint&& probed) {
        probed.target += offset;
        Unjudged rest;
        result.endpoints.push_back(
            row_safely(judge, prepared.targets[probed.target], std::move(probed), rest)
        );
        if (result.fetched)
            waiting.push_back(std::move(rest));
        else
            judge_row(result.endpoints.back(), rest);
    };
    sinks.tick = [&](const net::Progress& at) { progress.tick(at); };
    sinks.warning = warn;
    auto engine = engine_options(settings, options, deployment);
    const auto started = std::chrono::steady_clock::now();
    Result<net::RunEnd> end = net::RunEnd{};
    for (int round = 0; round <= kFollowRounds; ++round) {
        const auto targets = std::span<const plan::PlannedTarget>(prepared.targets).subspan(offset);
        end = net::run(targets, engine, contexts, sinks);
        if (!end) return stop(end.error());
        if (!options.follow || end->interrupted || end->deadline_reached) break;
        auto learnt = learnt_targets(result, deployment.sip_domains);
        if (learnt.empty()) break;
        if (round == kFollowRounds) {
            warn(fmt::format("--follow ends after {} rounds; more names were told", round));
            break;
        }
        offset = prepared.targets.size();
        plan::fill_in_sip_domains(learnt, deployment.sip_domains);
        for (auto& target : learnt) // what a document names need not be ours
            if (target.probe == Probe::sip && !plan::is_below(target.host, target.sip_domain))
                target.sip_domain.clear();
        for (auto& planned : plan::prepare(std::move(learnt), deployment.inputs).targets) {
            result.targets.push_back(planned.target);
            prepared.targets.push_back(std::move(planned));
        }
        if (settings.deadline) engine.deadline = remaining(*settings.deadline, started);
    }
    progress.clear();

    if (result.fetched) {
        auto from = fetch_options(settings, engine.resolvers, engine.interrupts);
        if (settings.deadline) from.deadline = started + *settings.deadline;
        Revocation revocation(store, std::move(from), result.judged_at);
        for (const auto& rest : waiting)
            revocation.add(rest.chain);
        try {
            revocation.run();
        } catch (const std::exception& error) {
            warn(fmt::format("fetching ended early: {}", error.what()));
        }
        statuses = revocation.take_statuses();
        judge.use(statuses);
        for (std::size_t i = 0; i < waiting.size(); ++i)
            judge_row(result.endpoints[i], waiting[i]);
        result.locations = revocation.take_locations();
    }

    result.interrupted = end->interrupted || *engine.interrupts > 0;
    result.finished_at = now();
    std::sort(result.endpoints.begin(), result.endpoints.end(), [](const auto& a, const auto& b) {
        return std::tie(a.target, a.address) < std::tie(b.target, b.address);
    });
    result.topology = judge.deployment(result);
    result.summary = report::summarise(result, fail_on(settings.fail_on));
    return outputs->write(result, warn);
}

} // namespace lyncprobe::app
