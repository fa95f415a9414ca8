// SPDX-License-Identifier: MIT
// Every value is a host name that was checked, a number or a word of ours; they are quoted all the
// same, since a name such as 'no' or '1e5' means something else in YAML.
#include "model/escape.h"
#include "report/discovery.h"

#include <ostream>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kLongestComment = 500;

std::string yaml_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : for_terminal(text, kLongestComment)) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

void write_target(std::ostream& out, const Target& target) {
    out << fmt::format("  - name: {}\n", yaml_text(target.name));
    out << fmt::format("    host: {}\n", yaml_text(target.host));
    out << fmt::format("    port: {}\n", target.port);
    out << fmt::format("    probe: {}\n", to_text(target.probe));
    if (target.role_given)
        out << fmt::format("    role: {}\n", to_text(target.role));
    else
        out << "    # role: front-end, standard-edition or director? DNS does not tell\n";
    if (target.use != CertificateUse::other)
        out << fmt::format("    use: {}\n", to_text(target.use));
    if (target.side != Side::unknown) out << fmt::format("    side: {}\n", to_text(target.side));
    if (target.probe != Probe::sip) // of a registrar it would say that the domain is ours
        out << fmt::format("    sip_domain: {}\n", yaml_text(target.sip_domain));
}

} // namespace

void write_discovery_yaml(
    std::ostream& out, const ScanResult& found, const std::vector<Target>& targets
) {
    out << "# Written by lyncprobe discover, " << to_rfc3339(found.started_at)
        << ", from what DNS says; look it over before you scan.\n";
    for (const auto& domain : found.domains)
        for (const auto& finding : domain.findings)
            if (finding.verdict == Verdict::fail || finding.verdict == Verdict::warn)
                out << fmt::format(
                    "# {} {} {}: {}\n", for_terminal(domain.domain), to_text(finding.verdict),
                    finding.rule, for_terminal(finding.message, kLongestComment)
                );
    // DNS does not tell whose a domain is, and only of our own is anybody to be registered.
    out << "# Take away the '#' where the domain is our own: registrars are then asked for their "
           "sign-in challenge.\n"
           "# sip_domains:\n";
    for (const auto& domain : found.domains)
        out << fmt::format("#   - {}\n", yaml_text(domain.domain));
    if (targets.empty()) {
        out << "# Nothing was found that could be probed.\ntargets: []\n";
        return;
    }
    out << "targets:\n";
    for (const auto& target : targets)
        write_target(out, target);
}

} // namespace lyncprobe::report
