// SPDX-License-Identifier: MIT
#include "app/run_set_up.h"

#include "app/process.h"
#include "model/glob.h"
#include "probes/probe.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <fmt/format.h>

namespace lyncprobe::app {

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
        .inventory = settings.inventory.value_or(false),
        .tls12 = options.command == Command::federation};
    out.interrupts = &count_interrupts();
    return out;
}

void use_command_line_identity(Deployment& deployment, const IdentityFiles& identity) {
    if (identity.id.empty()) return;
    deployment.identities = {identity};
    for (auto& target : deployment.targets)
        target.identity = identity.id;
}

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

void keep_shard(std::vector<Target>& targets, std::uint32_t shard, std::uint32_t shards) {
    std::vector<Target> kept;
    for (std::size_t i = shard; i < targets.size(); i += shards)
        kept.push_back(std::move(targets[i]));
    targets = std::move(kept);
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

std::optional<Problem> refusal_of(tls::ContextPool& contexts, const pki::Identity& identity) {
    try {
        contexts.get({.server_name = {}, .identity = identity.id()});
        return std::nullopt;
    } catch (const std::runtime_error& error) {
        return Problem{.what = "identity '" + identity.id() + "' cannot be used: " + error.what()};
    }
}

} // namespace lyncprobe::app
