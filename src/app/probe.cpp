// SPDX-License-Identifier: MIT
// `lyncprobe probe HOST[:PORT]`: a target list of one.
#include "app/commands.h"
#include "app/inputs.h"
#include "app/reporting.h"

namespace lyncprobe::app {

int run_probe(const Options& options) {
    if (options.inputs.size() != 1)
        return stop({.what = "probe takes one HOST[:PORT]; use scan for several"});
    const auto host = read_host_port(options.inputs.front());
    if (!host) return stop(host.error());
    auto target = options.described;
    target.host = host->host;
    target.port = host->port.value_or(default_port(target.probe));
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
