// SPDX-License-Identifier: MIT
// `lyncprobe probe HOST[:PORT]`: a target list of one.
#include "app/commands.h"
#include "app/inputs.h"
#include "app/reporting.h"
#include "plan/port_probe.h"

#include <fmt/format.h>

namespace lyncprobe::app {

int run_probe(const Options& options) {
    if (options.inputs.size() != 1)
        return stop({.what = "probe takes one HOST[:PORT]; use scan for several"});
    const auto host = read_host_port(options.inputs.front());
    if (!host) return stop(host.error());
    auto target = options.described;
    target.host = host->host;
    target.port =
        host->port.value_or(default_port(options.probe_given ? target.probe : Probe::https));
    if (!options.probe_given) {
        const auto usual = plan::probe_of(target.host, target.port);
        target.probe = usual.probe;
        if (!usual.why.empty() && !options.quiet)
            say(fmt::format(
                "speaks {} to it, since {}; --as chooses otherwise", to_text(usual.probe), usual.why
            ));
    }
    target.transport = default_transport(target.probe, target.port);
    target.plain = target.probe == Probe::autodiscover && is_plain_http_port(target.port);
    Deployment deployment;
    // Whoever asks a registrar about a domain says that it is ours.
    if (target.probe == Probe::sip && !target.sip_domain.empty())
        deployment.sip_domains = {target.sip_domain};
    deployment.targets.push_back(std::move(target));
    return run_deployment(std::move(deployment), options);
}

} // namespace lyncprobe::app
