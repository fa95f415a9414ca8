// SPDX-License-Identifier: MIT
// `lyncprobe probe HOST[:PORT]`: a target list of one.
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "model/escape.h"

#include <charconv>
#include <iostream>

namespace lyncprobe::app {

namespace {

struct HostPort {
    std::string host;
    std::optional<std::uint16_t> port;
};

std::optional<std::uint16_t> read_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

// "host", "host:port", "192.0.2.1:5061", "2001:db8::1", "[2001:db8::1]:5061"
Result<HostPort> split(std::string_view text) {
    if (const auto address = parse_address(text)) return HostPort{to_text(*address), {}};
    const auto colon = text.rfind(':');
    const auto host = text.substr(0, colon);
    HostPort out;
    if (colon != std::string_view::npos) {
        out.port = read_port(text.substr(colon + 1));
        if (!out.port)
            return Problem{
                .what = "'" + std::string(text.substr(colon + 1)) + "' is no port",
                .hint = "1 to 65535"};
    }
    if (const auto address = parse_address(host)) {
        out.host = to_text(*address);
        return out;
    }
    const auto name = read_host_name(std::string(host));
    if (!name) return name.error();
    out.host = *name;
    return out;
}

} // namespace

int run_probe(const Options& options) {
    if (options.inputs.size() != 1) {
        std::cerr << "lyncprobe: probe takes one HOST[:PORT]; use scan for several\n";
        return kExitUsage;
    }
    const auto host = split(options.inputs.front());
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
