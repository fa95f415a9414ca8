// SPDX-License-Identifier: MIT
// Rule ca-names-cut: the list of issuers that a server sends is far from the length at which
// Windows cuts it.
#include "rules/deployment/ca_lists.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// One ruling for all endpoints with lists of one size.
std::vector<RunRuling> check_ca_names_cut(const ScanResult& run, const IssuerClosures&) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::size_t>> by_size;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto* request = request_of(run.endpoints[i]);
        if (request && about_cut(*request))
            by_size[{request->ca_names_bytes, request->ca_names_count}].push_back(i);
    }
    std::vector<RunRuling> rulings;
    for (auto& [size, endpoints] : by_size)
        rulings.push_back(
            {warn(fmt::format(
                      "the list of accepted issuers has {} names in {} bytes: Windows cuts it near "
                      "16,384, and what follows is not accepted",
                      size.second, size.first
                  ))
                 .with("ca_names_bytes", static_cast<std::int64_t>(size.first))
                 .with("ca_names_count", static_cast<std::int64_t>(size.second)),
             std::move(endpoints)}
        );
    return rulings;
}

} // namespace

constinit const Rule ca_names_cut{
    .id = "ca-names-cut",
    .title = "The list of accepted issuers is not cut",
    .scope = Scope::deployment,
    .source =
        {.document = "Microsoft KB 2464556 and KB 2801679",
         .section = "trusted issuer list of Schannel, 16 KB"},
    .demands =
        "The list of issuers that a server sends when it asks for a certificate is not within 512 "
        "bytes of 16,384, where Windows cuts it. Where the list is shorter there is no finding.",
    .why = "With more than about a hundred roots a list is cut silently (Schannel event 36885). "
           "Peers whose root is behind the cut find no certificate to show and cannot connect.",
    .fix = "remove roots that are not needed from Trusted Root Certification Authorities of the "
           "server, or set SendTrustedIssuerList=0 under "
           "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL",
    .evidence = "ca_names_bytes: size of the list on the wire; ca_names_count",
    .check_run = check_ca_names_cut,
};

} // namespace lyncprobe::rules
