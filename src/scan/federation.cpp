// SPDX-License-Identifier: MIT
#include "scan/federation.h"

#include "plan/discovery_naming.h"
#include "rules/verdicts/go_live.h"
#include "scan/asking.h"
#include "schannel/releases.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::scan {

namespace {

constexpr std::string_view kRecord = "_sipfederationtls._tcp";

std::vector<FederationRow> rows_of(const FederationOptions& options) {
    std::vector<FederationRow> rows;
    std::set<std::string_view> known;
    for (const auto& domain : options.domains) {
        // A domain given twice would have two verdicts.
        if (!known.insert(domain).second) continue;
        auto& row = rows.emplace_back();
        row.domain = domain;
        row.direct = options.direct;
        row.self = options.self;
        row.records = plan::discovery_of(domain);
    }
    return rows;
}

// The federation record and the hosts in it, or the addresses of the name that was given.
std::optional<Problem> find_out(
    std::vector<FederationRow>& rows, Asking& asking, const FederationOptions& options
) {
    const auto family = options.settings.address_family.value_or(0);
    if (!options.direct.empty()) {
        const auto answers = asking.ask(plan::address_questions(options.direct, family));
        if (!answers) return answers.error();
        for (auto& row : rows)
            row.records.hosts.emplace(
                options.direct, plan::combine_families(options.direct, *answers)
            );
        return std::nullopt;
    }
    std::vector<DnsQuestion> questions;
    std::vector<DomainDiscovery> domains;
    for (auto& row : rows) {
        questions.push_back({plan::row_of(row.records, kRecord).name, RecordType::srv});
        domains.push_back(std::move(row.records));
    }
    auto problem = asking.find_out(domains, questions, family);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].records = std::move(domains[i]);
    return problem;
}

std::vector<Target> targets_of(const FederationRow& row, const FederationOptions& options) {
    if (row.direct.empty()) return plan::federation_targets(row.records);
    if (row.records.hosts.at(row.direct).status != DnsStatus::found) return {};
    return {plan::direct_federation_target(row.records, row.direct, options.direct_port)};
}

// A name of the certificate without its first label: an Access Edge stands directly in its SIP
// domain. A name "sip.<domain>" says so most clearly; else the domain of most names, of equally
// many the first.
std::string domain_of_names(const std::vector<std::string>& names) {
    std::map<std::string, int> count;
    std::string found;
    for (const auto& text : names) {
        const auto name = check_host_name(text).name; // none of a wildcard
        // What is above a name of two labels is no domain that a company has.
        if (std::ranges::count(name, '.') < 2) continue;
        auto domain = name.substr(name.find('.') + 1);
        if (name.starts_with("sip.")) return domain;
        ++count[domain];
        if (found.empty()) found = std::move(domain);
    }
    for (const auto& [domain, times] : count)
        if (times > count[found]) found = domain;
    return found;
}

Result<std::string> domain_of_certificate(const pki::Identity& identity) {
    // Its names are wanted and not its trust, so that no anchors are needed.
    pki::CertificateStore store{pki::Anchors()};
    const auto certificate = store.intern(identity.chain().front());
    if (!certificate) return certificate.error();
    return good((*certificate)->san ? domain_of_names((*certificate)->san->dns) : std::string());
}

Result<std::string> our_domain(const FederationOptions& options, const Inputs& inputs) {
    if (options.self || !options.our_domain.empty() || inputs.identities.empty())
        return good(options.our_domain);
    return domain_of_certificate(*inputs.identities.front());
}

// Each domain gets its endpoints and its verdict.
void judge(
    std::vector<FederationRow>& rows, ScanResult& run, const rules::Waivers& waivers,
    bool allow_private
) {
    // One pass over the endpoints, of which each names the domain it was probed for.
    std::map<std::string_view, std::vector<std::size_t>> by_domain;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i)
        by_domain[run.targets[run.endpoints[i].target].sip_domain].push_back(i);
    for (auto& row : rows) {
        row.endpoints = std::move(by_domain[row.domain]);
        auto [verdict, reasons] = rules::go_live(row, run, waivers, allow_private);
        row.verdict = verdict;
        row.reasons = std::move(reasons);
    }
    run.kind = ResultKind::federation;
    run.federation = std::move(rows);
}

} // namespace

Result<ScanResult> federation(
    const FederationOptions& wanted, ScanOptions options, Inputs inputs, Observer& observer
) {
    auto rows = rows_of(wanted);
    const auto ours = our_domain(wanted, inputs);
    if (!ours) return ours.error();
    for (auto& row : rows) {
        row.our_domain = *ours;
        if (row.domain == *ours)
            return Problem{
                .what = fmt::format("{} is the domain in whose name is asked", row.domain),
                .hint = "--self looks at our own domain; --our-domain names another"};
    }
    Asking asking(wanted.settings, wanted.resolvers, options);
    if (auto problem = find_out(rows, asking, wanted)) return *problem;

    Deployment deployment;
    deployment.inputs = wanted.domains;
    deployment.settings = wanted.settings;
    deployment.resolvers = wanted.resolvers;
    deployment.waivers = wanted.waivers;
    if (!ours->empty()) deployment.sip_domains = {*ours};
    for (const auto& row : rows)
        for (auto& target : targets_of(row, wanted)) {
            if (!inputs.identities.empty()) target.identity = inputs.identities.front()->id();
            deployment.targets.push_back(std::move(target));
        }
    // The questions to DNS have used some of the deadline that covers the whole run.
    if (auto left = asking.remaining())
        deployment.settings.deadline = std::max(*left, Milliseconds{1});
    auto plan = prepare(std::move(deployment));
    if (!plan) return plan.error();
    for (const auto& warning : plan->deployment.warnings)
        observer.warning(to_text(warning));
    options.beside_tls13 = true;
    if (!wanted.settings.as_os)
        options.also_as = schannel::release_of(wanted.edge_os) != nullptr
                              ? wanted.edge_os
                              : OperatingSystem::windows_server_2012_r2;
    auto result = scan(std::move(*plan), options, std::move(inputs), observer);
    if (!result) return result;
    result->stalled += asking.stalled();
    judge(
        rows, *result, rules::Waivers(wanted.waivers, result->judged_at),
        wanted.settings.allow_private.value_or(false)
    );
    return result;
}

} // namespace lyncprobe::scan
