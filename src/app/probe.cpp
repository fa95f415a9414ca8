// SPDX-License-Identifier: MIT
// `lyncprobe probe HOST[:PORT]`: a target list of one.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "model/escape.h"

#include <iostream>

namespace lyncprobe::app {

int run_probe(const Options& options) {
    if (options.inputs.size() != 1) {
        std::cerr << "lyncprobe: probe takes one HOST[:PORT]; use scan for several\n";
        return kExitUsage;
    }
    const auto host = read_host_port(options.inputs.front());
    if (!host) {
        std::cerr << "lyncprobe: " << to_text(host.error()) << '\n';
        return kExitUsage;
    }
    Target target;
    target.host = host->host;
    target.probe = options.probe;
    target.port = host->port.value_or(default_port(options.probe));
    target.transport = default_transport(target.probe, target.port);
    target.role = options.role;
    target.role_given = options.role_given;
    target.use = options.use;
    target.names = options.names;
    target.sip_domain = options.sip_domain;
    target.product = options.product;
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
