// SPDX-License-Identifier: MIT
// `lyncprobe federation SIP-DOMAIN…`
#include "scan/federation.h"

#include "app/commands.h"
#include "app/session.h"
#include "app/target_lists.h"

#include <utility>

namespace lyncprobe::app {

namespace {

// The `os:` of the first Edge pool that says one, in the list that also has the waivers.
OperatingSystem edge_os(const Deployment& list) {
    for (const auto& site : list.sites)
        for (const auto& pool : site.pools)
            if (pool.role == Role::edge && pool.os != OperatingSystem::unknown) return pool.os;
    return OperatingSystem::unknown;
}

} // namespace

int run_federation(const Options& options) {
    Session session(options);
    std::vector<IdentityFiles> identities;
    if (!options.identity.id.empty()) identities.push_back(options.identity);
    auto inputs = session.read_inputs({}, identities);
    if (!inputs) return session.stop(inputs.error());
    auto list = read_waiver_list(options.waivers);
    if (!list) return session.stop(list.error());
    if (const auto problem = session.open_outputs()) return session.stop(*problem);
    return session.finish(
        scan::federation(
            {.domains = options.inputs,
             .self = options.self,
             .direct = options.direct,
             .direct_port = options.direct_port,
             .our_domain = options.our_domain,
             .edge_os = edge_os(*list),
             .settings = options.settings,
             .waivers = std::move(list->waivers),
             .resolvers = options.resolvers},
            session.scan_options(), std::move(*inputs), session
        ),
        options.settings.fail_on
    );
}

} // namespace lyncprobe::app
