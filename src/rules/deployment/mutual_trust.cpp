// SPDX-License-Identifier: MIT
// Rule mutual-trust: the servers of the deployment accept one another's certificates.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using Servers = std::vector<std::size_t>;

// LinkGroup is the links that one sentence is about.
struct LinkGroup {
    LinkVerdict verdict;
    LinkReason reason;
    std::set<std::string> issuers;
    std::set<std::size_t> from, to, endpoints;
    std::vector<std::string> services;
};

// Where something has to be done: who connects, or else whom they connect to.
const Servers& at_fault(const TrustLink& link) {
    const bool client = link.reason == LinkReason::server_issuer_not_listed ||
                        link.reason == LinkReason::client_chain_open ||
                        link.reason == LinkReason::way_not_presented ||
                        link.reason == LinkReason::client_chains_differ;
    return client ? link.from : link.to;
}

struct Words {
    std::string from, to, services, issuers;
};

std::string refused_text(LinkReason reason, const Words& it) {
    const auto where = fmt::format("{} cannot connect to {} ({})", it.from, it.to, it.services);
    switch (reason) {
    case LinkReason::server_issuer_not_listed:
        return fmt::format("{}: the own list of {} lacks {}", where, it.from, it.issuers);
    case LinkReason::list_cut:
        return fmt::format(
            "{}: the list of issuers that {} sends lacks {}; it is as long as Windows lets one "
            "become, so it has been cut",
            where, it.to, it.issuers
        );
    default: return fmt::format("{}: the list of issuers of {} lacks {}", where, it.to, it.issuers);
    }
}

// What a person can settle; the matrix has the rest.
std::string open_text(LinkReason reason, const Words& it) {
    const auto links =
        fmt::format("whether {} can connect to {} ({}) ", it.from, it.to, it.services);
    switch (reason) {
    case LinkReason::client_chain_open:
        return fmt::format(
            "{}is not known: the path of the certificate ends before {}, which no server showed",
            links, it.issuers
        );
    case LinkReason::client_chains_differ:
        return links + "is not known: several certificates of that use are shown, and only some "
                       "would be accepted";
    case LinkReason::way_not_presented:
        return links + "is not known: a CA certificate on the path to an issuer in the list is not "
                       "presented, and has to be in the other server's store";
    case LinkReason::list_not_read:
        return links + "is not known: the list of issuers is too long to be kept";
    default: return {};
    }
}

// What would settle it.
std::string settled_by(LinkReason reason) {
    switch (reason) {
    case LinkReason::client_chain_open:
        return "give the roots with --ca-file, or let the servers send their whole chains";
    case LinkReason::client_chains_differ:
        return "put one certificate on all ports of that use, and restart the services";
    case LinkReason::way_not_presented:
        return "install the CA certificate that is left out in the Intermediate Certification "
               "Authorities store of the server that connects, so that it is sent";
    default:
        return "remove roots that are not needed from the Trusted Root store of the server that "
               "sends the list, until it is short enough to be read";
    }
}

bool worth_saying(const TrustLink& link) {
    return link.verdict == LinkVerdict::cannot_work ||
           (link.verdict == LinkVerdict::cannot_tell && !open_text(link.reason, {}).empty());
}

RunRuling rule_on(const MutualTrust& trust, LinkGroup said) {
    auto from = names_of(trust, {said.from.begin(), said.from.end()});
    auto to = names_of(trust, {said.to.begin(), said.to.end()});
    std::vector<std::string> issuers(said.issuers.begin(), said.issuers.end());
    const Words words{some_of(from), some_of(to), some_of(said.services), some_of(issuers)};
    auto ruling = said.verdict == LinkVerdict::cannot_work
                      ? fail(refused_text(said.reason, words))
                      : inconclusive(open_text(said.reason, words), settled_by(said.reason));
    return {
        std::move(ruling)
            .with("from", std::move(from))
            .with("to", std::move(to))
            .with("services", std::move(said.services))
            .with("issuers", std::move(issuers))
            .with("reason", std::string(to_text(said.reason))),
        {said.endpoints.begin(), said.endpoints.end()}};
}

std::vector<RunRuling> check_mutual_trust(const ScanResult& run, const IssuerClosures&) {
    std::map<std::pair<LinkReason, Servers>, LinkGroup> told;
    std::set<std::size_t> working;
    for (const auto& link : run.trust.links) {
        if (link.verdict == LinkVerdict::works)
            working.insert(link.endpoints.begin(), link.endpoints.end());
        if (!worth_saying(link)) continue;
        auto& said = told[{link.reason, at_fault(link)}];
        said.verdict = link.verdict;
        said.reason = link.reason;
        said.issuers.insert(link.issuers.begin(), link.issuers.end());
        said.from.insert(link.from.begin(), link.from.end());
        said.to.insert(link.to.begin(), link.to.end());
        said.endpoints.insert(link.endpoints.begin(), link.endpoints.end());
        const std::string service(link.service);
        if (!contains(said.services, service)) said.services.push_back(service);
    }
    std::vector<RunRuling> rulings;
    for (auto& [key, said] : told)
        rulings.push_back(rule_on(run.trust, std::move(said)));
    if (!working.empty())
        rulings.push_back(
            {pass("these servers accept the certificates of those that connect to them"),
             {working.begin(), working.end()}}
        );
    return rulings;
}

} // namespace

constinit const Rule mutual_trust{
    .id = "mutual-trust",
    .title = "The servers accept one another's certificates",
    .scope = Scope::deployment,
    .source =
        {.document = "TLS and MTLS for Lync Server 2013; RFC 5246",
         .section = "mutual TLS between servers; 7.4.4 Certificate Request",
         .url = kMutualTls.url},
    .demands = "Of two servers that connect by mutual TLS each one's list of issuers has an issuer "
               "of the certificate that the other shows on its own ports. A server that sends no "
               "list says nothing about whom it accepts.",
    .why = "Where one server's Trusted Root store lacks the other's root, or its list is cut, the "
           "connection fails with all that goes over it: sign-in, presence, conferences, calls.",
    .fix = "import the root that is named into Trusted Root Certification Authorities (computer "
           "account) of the server whose list lacks it; where a server's own self-signed "
           "certificate is named, replace that one; where the list is cut, remove roots that are "
           "not needed, or set SendTrustedIssuerList=0 under "
           "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL",
    .evidence = "from, to: the servers, or the pool where it is the same for all of them; "
                "services; issuers: what was looked for in vain; reason",
    .check_run = check_mutual_trust,
};

} // namespace lyncprobe::rules
