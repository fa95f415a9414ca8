// SPDX-License-Identifier: MIT
// Rule autodiscover-names: what autodiscover sends clients to has a certificate with that name.
#include "model/host.h"
#include "probes/autodiscover.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// NamedService is a host and port that some autodiscover answer names, and who names it.
struct NamedService {
    std::string scheme;
    std::vector<std::string> tokens;
    std::vector<std::size_t> told_by; // endpoints
};
using NamedServices = std::map<std::pair<std::string, std::uint16_t>, NamedService>;

template <class T>
void add_once(std::vector<T>& list, const T& value) {
    if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
}

NamedServices named_services(const ScanResult& run) {
    NamedServices places;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& row = run.endpoints[i];
        if (run.targets[row.target].probe != Probe::autodiscover) continue;
        for (const auto& learnt : probes::learnt_endpoints(row.main.answer)) {
            auto& place = places[{learnt.host, learnt.port}];
            place.scheme = learnt.scheme;
            add_once(place.tokens, learnt.token);
            add_once(place.told_by, i);
        }
    }
    return places;
}

// The endpoints of the run under that name and port.
std::vector<std::size_t> probed_under(
    const ScanResult& run, const std::string& host, std::uint16_t port
) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& target = run.targets[run.endpoints[i].target];
        const auto names = expected_names(target);
        const bool named =
            target.host == host || std::find(names.begin(), names.end(), host) != names.end();
        if (named && target.port == port) found.push_back(i);
    }
    return found;
}

RunRuling rule_on(
    const ScanResult& run, const std::string& host, std::uint16_t port, NamedService place
) {
    const auto where = host_and_port(host, port);
    const auto probed = probed_under(run, host, port);
    std::size_t shown = 0;
    std::vector<std::size_t> wrong;
    std::optional<Ruling> unread;
    for (const auto endpoint : probed) {
        const auto* certificate = server_certificate_of(run.endpoints[endpoint]);
        if (!certificate) continue;
        ++shown;
        const auto cover = cover_of(host, *certificate);
        const bool good =
            cover == Cover::exact || (cover == Cover::wildcard && place.scheme != "sip");
        if (good) continue;
        auto open = beyond_limit(*certificate, std::span(&host, 1));
        if (open && cover == Cover::none)
            unread = std::move(open);
        else
            wrong.push_back(endpoint);
    }
    auto ruling =
        probed.empty() ? inconclusive(
                             fmt::format(
                                 "autodiscover sends clients to {}, which is not probed in this "
                                 "run; --follow probes it",
                                 where
                             ),
                             "probe these names too: --follow, or targets of the list"
                         )
        : shown == 0 ? inconclusive(
                           fmt::format(
                               "autodiscover sends clients to {}, which showed no certificate ({})",
                               where, lyncprobe::to_text(run.endpoints[probed.front()].main.outcome)
                           ),
                           "see why that endpoint shows no certificate; its own findings say it"
                       )
        : wrong.empty() && unread ? std::move(*unread)
        : wrong.empty()
            ? pass()
            : fail(fmt::format(
                  "autodiscover sends clients to {}, whose certificate does not cover that name{}",
                  where,
                  wrong.size() < shown ? fmt::format(" on {} of {} endpoints", wrong.size(), shown)
                                       : ""
              ));
    auto endpoints = std::move(place.told_by);
    for (const auto endpoint : wrong.empty() ? probed : wrong)
        add_once(endpoints, endpoint);
    return {
        std::move(ruling)
            .with("endpoint", place.scheme + "://" + where)
            .with("tokens", place.tokens),
        std::move(endpoints)};
}

std::vector<RunRuling> check_autodiscover_names(const ScanResult& run, const IssuerClosures&) {
    std::vector<RunRuling> rulings;
    for (auto& [place, told] : named_services(run))
        rulings.push_back(rule_on(run, place.first, place.second, std::move(told)));
    return rulings;
}

} // namespace

constinit const Rule autodiscover_names{
    .id = "autodiscover-names",
    .title = "The servers that autodiscover names have certificates with these names",
    .scope = Scope::deployment,
    .source =
        {.document = "Certificate requirements for mobility in Lync Server 2013; [MS-OCDISCWS]",
         .section = "server certificates; 3.1.5.4",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-certificate-requirements-for-mobility"},
    .demands = "Each host and port in an autodiscover document presents a certificate that covers "
               "the host; for SIP no wildcard counts. What this run did not probe is inconclusive.",
    .why = "Clients go where the document sends them and compare that name with the certificate. "
           "Sign-in then fails after autodiscover looked good.",
    .fix = "reissue the certificate of the endpoint with that name, or correct the web services "
           "FQDN of the pool in Topology Builder and publish",
    .evidence = "endpoint: what the document names; tokens: under which entries of it",
    .check_run = check_autodiscover_names,
};

} // namespace lyncprobe::rules
