// SPDX-License-Identifier: MIT
// `lyncprobe federation SIP-DOMAIN…`
#include "scan/federation.h"

#include "app/commands.h"
#include "app/session.h"
#include "app/target_lists.h"

#include <utility>

namespace lyncprobe::app {

int run_federation(const Options& options) {
    Session session(options);
    std::vector<IdentityFiles> identities;
    if (!options.identity.id.empty()) identities.push_back(options.identity);
    auto inputs = session.read_inputs({}, identities);
    if (!inputs) return session.stop(inputs.error());
    auto waivers = read_waivers(options.waivers);
    if (!waivers) return session.stop(waivers.error());
    if (const auto problem = session.open_outputs()) return session.stop(*problem);
    return session.finish(
        scan::federation(
            {.domains = options.inputs,
             .self = options.self,
             .direct = options.direct,
             .direct_port = options.direct_port,
             .our_domain = options.our_domain,
             .settings = options.settings,
             .waivers = std::move(*waivers),
             .resolvers = options.resolvers},
            session.scan_options(), std::move(*inputs), session
        ),
        options.settings.fail_on
    );
}

} // namespace lyncprobe::app
