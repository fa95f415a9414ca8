// SPDX-License-Identifier: MIT
// Rule stale-certificate: no service of a server is left with the certificate before the last one.
#include "rules/deployment/presented_certificates.h"
#include "rules/engine/all.h"

#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// A Lync server has one certificate a use; an application of others may have one of its own.
GroupKey server_use_subject(const PresentedCertificate& shown) {
    const auto& target = *shown.target;
    const bool lync = is_lync_internal(target.role) || target.role == Role::edge;
    if (!lync || target.role == Role::trusted_application) return {};
    if (target.use == CertificateUse::other) return {};
    const auto& machine = machine_of(target);
    if (machine.empty()) return {};
    return {machine, std::string(lyncprobe::to_text(target.use)), shown.leaf().subject};
}

RunRuling rule_on(const GroupKey& key, const Group& group, Time now) {
    const auto issues = issues_in(group);
    const auto& newest = issues.front();
    DeviationList old;
    bool expired = false;
    for (const auto& issue : issues) {
        if (!is_older(*issue.leaf, *newest.leaf)) continue;
        expired = expired || (issue.leaf->not_after && *issue.leaf->not_after < now);
        old.add(certificate_text(*issue.leaf), issue.presented_by);
    }
    if (old.empty()) return {pass(), {}};
    auto message = fmt::format(
        "{} still presents an older {} certificate: {}; the newer is {} on {}. To do: assign the "
        "newer one and restart what has the older one",
        key[0], key[1], old.text(), certificate_text(*newest.leaf),
        endpoints_text(newest.presented_by)
    );
    return {
        (expired ? fail(std::move(message)) : warn(std::move(message)))
            .with("server", key[0])
            .with("use", key[1]),
        old.endpoints()};
}

std::vector<RunRuling> check_stale_certificate(const ScanResult& run, const IssuerClosures&) {
    std::vector<RunRuling> rulings;
    Group good;
    for (const auto& [key, group] : grouped(run, server_use_subject))
        if (group.size() > 1)
            append_ruling(rule_on(key, group, run.judged_at), group, rulings, good);
    append_pass(good, rulings);
    return rulings;
}

} // namespace

constinit const Rule stale_certificate{
    .id = "stale-certificate",
    .title = "No service still presents the certificate before the last renewal",
    .scope = Scope::deployment,
    .source =
        {.document = "Set-CsCertificate",
         .section = "one certificate a use; that a service goes on with the old one is experience, "
                    "not Microsoft's text",
         .url = "https://learn.microsoft.com/en-us/powershell/module/skype/set-cscertificate"},
    .demands = "The ports of a server for one certificate use and subject present one certificate. "
               "One issued an hour or more before another is stale: it warns, and fails once "
               "expired. Judged for Lync and Edge Servers whose machine is known (`server:`).",
    .why = "A renewed certificate is taken up when its service restarts. A service left running "
           "works until the old one expires and then stops, while the settings look right.",
    .fix = "check the assignment (Get-CsCertificate), assign the new certificate with "
           "Set-CsCertificate where it is missing, then restart the service (Stop-CsWindowsService "
           "and Start-CsWindowsService)",
    .evidence = "server, use: where, and of which certificate use",
    .check_run = check_stale_certificate,
};

} // namespace lyncprobe::rules
