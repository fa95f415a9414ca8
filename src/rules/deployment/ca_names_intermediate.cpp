// SPDX-License-Identifier: MIT
// Rule ca-names-intermediate: what a server lists as its roots are roots.
#include "rules/deployment/ca_lists.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using Texts = std::vector<std::string>;

Ruling rule_on(const Texts& names) {
    return warn(fmt::format(
                    "it lists {} as a trusted root, of which only a certificate from another "
                    "issuer was seen: an intermediate CA in the Trusted Root store makes Windows "
                    "Server 2012 and later refuse every client certificate",
                    some_of(names)
                ))
        .with("intermediates", names);
}

std::vector<RunRuling> check_ca_names_intermediate(
    const ScanResult& run, const IssuerClosures& issuer_closures
) {
    const auto intermediates = intermediate_names(issuer_closures);
    std::map<const Texts*, Texts> known; // lists are interned
    std::map<Texts, std::vector<std::size_t>> by_names;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        const auto& target = run.targets[row.target];
        const auto* request = request_of(row);
        if (!request || !request->ca_names || !lists_its_roots(target)) continue;
        if (before_windows_2012(target.os)) continue;
        const auto [found, fresh] = known.try_emplace(request->ca_names.get());
        if (fresh)
            for (const auto& name : *request->ca_names)
                if (intermediates.contains(name_key(name))) found->second.push_back(name);
        if (!found->second.empty()) by_names[found->second].push_back(i);
    }
    std::vector<RunRuling> rulings;
    for (auto& [names, endpoints] : by_names)
        rulings.push_back({rule_on(names), std::move(endpoints)});
    return rulings;
}

} // namespace

constinit const Rule ca_names_intermediate{
    .id = "ca-names-intermediate",
    .title = "Only roots are listed as roots",
    .scope = Scope::deployment,
    .source =
        {.document = "Microsoft KB 2795828",
         .section = "non-self-signed certificates in the Trusted Root store"},
    .demands = "No name in a server's list of issuers is that of a CA seen in this run, in chains "
               "or among the anchors, with another issuer and never self-signed. Not judged where "
               "the operating system is said to be older than Windows Server 2012.",
    .why = "The list is the server's Trusted Root store. From Windows Server 2012 on one "
           "certificate in it that is not self-signed makes every client certificate fail and the "
           "Front End service not start (events 61029, 32042: untrusted roots). A cross-signed "
           "root looks the same where nobody shows the self-signed one: give it with --ca-file.",
    .fix = "move the certificate from Trusted Root Certification Authorities to Intermediate "
           "Certification Authorities (computer account); Get-ChildItem Cert:\\LocalMachine\\root "
           "| Where-Object {$_.Issuer -ne $_.Subject} finds them all",
    .evidence = "intermediates: the names",
    .check_run = check_ca_names_intermediate,
};

} // namespace lyncprobe::rules
