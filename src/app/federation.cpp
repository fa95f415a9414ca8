// SPDX-License-Identifier: MIT
// `lyncprobe federation SIP-DOMAIN…`: DNS as a partner asks it, then the same probes and rules as a
// scan, then go or no-go.
#include "app/asking.h"
#include "app/commands.h"
#include "app/exit_code.h"
#include "app/inputs.h"
#include "app/process.h"
#include "plan/discovery_naming.h"
#include "rules/verdicts/go_live.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::app {

namespace {

constexpr std::string_view kRecord = "_sipfederationtls._tcp";

int stop(const Problem& problem) {
    std::cerr << "lyncprobe: " << to_text(problem) << '\n';
    return kExitUsage;
}

std::vector<FederationRow> rows_of(const Options& options) {
    std::vector<FederationRow> rows;
    std::set<std::string_view> known;
    for (const auto& domain : options.inputs) {
        if (!known.insert(domain).second) continue;
        auto& row = rows.emplace_back();
        row.domain = domain;
        row.direct = options.direct;
        row.self = options.self;
        row.records = plan::discovery_of(domain);
    }
    return rows;
}

void ask_addresses(std::vector<DnsQuestion>& questions, const std::string& name, int family) {
    if (family != 6) questions.push_back({name, RecordType::a});
    if (family != 4) questions.push_back({name, RecordType::aaaa});
}

// The federation record and the hosts in it, or the addresses of the name that was given.
std::optional<Problem> find_out(
    std::vector<FederationRow>& rows, Asking& asking, const Options& options
) {
    const auto family = options.settings.address_family.value_or(0);
    if (!options.direct.empty()) {
        std::vector<DnsQuestion> questions;
        ask_addresses(questions, options.direct, family);
        const auto answers = asking.ask(questions);
        if (!answers) return answers.error();
        for (auto& row : rows)
            row.records.hosts.emplace(
                options.direct, plan::combine_families(options.direct, *answers)
            );
        return std::nullopt;
    }
    std::vector<DnsQuestion> questions;
    for (const auto& row : rows)
        questions.push_back({plan::row_of(row.records, kRecord).name, RecordType::srv});
    const auto records = asking.ask(questions);
    if (!records) return records.error();
    std::vector<DomainDiscovery> domains;
    for (auto& row : rows) {
        plan::take_records(row.records, *records);
        domains.push_back(row.records);
    }
    const auto hosts = asking.ask(plan::host_questions(domains, family));
    if (!hosts) return hosts.error();
    for (auto& row : rows)
        plan::take_hosts(row.records, *hosts);
    return std::nullopt;
}

std::vector<Target> targets_of(const FederationRow& row, const Options& options) {
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

Result<std::string> domain_of_certificate(const IdentityFiles& files) {
    // The run reads it again and gives its warnings then.
    const auto identity = load_identity(files, [](const std::string&) {});
    if (!identity) return identity.error();
    pki::CertificateStore store{pki::Anchors()};
    const auto certificate = store.intern((*identity)->chain().front());
    if (!certificate) return certificate.error();
    return good((*certificate)->san ? domain_of_names((*certificate)->san->dns) : std::string());
}

Result<std::string> our_domain(const Options& options) {
    if (options.self || !options.our_domain.empty() || options.identity.id.empty())
        return good(options.our_domain);
    return domain_of_certificate(options.identity);
}

void judge(std::vector<FederationRow>& rows, RunResult& run) {
    run.interrupted = run.interrupted || count_interrupts() > 0;
    std::map<std::string_view, std::vector<std::size_t>> by_domain;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i)
        by_domain[run.targets[run.endpoints[i].target].sip_domain].push_back(i);
    for (auto& row : rows) {
        row.endpoints = std::move(by_domain[row.domain]);
        auto [verdict, reasons] = rules::go_live(row, run);
        row.verdict = verdict;
        row.reasons = std::move(reasons);
    }
    run.federation = std::move(rows);
}

} // namespace

int run_federation(const Options& options) {
    auto rows = rows_of(options);
    const auto ours = our_domain(options);
    if (!ours) return stop(ours.error());
    for (auto& row : rows) {
        row.our_domain = *ours;
        if (row.domain == *ours)
            return stop(
                {.what = fmt::format("{} is the domain in whose name is asked", row.domain),
                 .hint = "--self looks at our own domain; --our-domain names another"}
            );
    }
    count_interrupts();
    Asking asking(options);
    if (const auto problem = find_out(rows, asking, options)) return stop(*problem);

    Deployment deployment;
    deployment.inputs = options.inputs;
    if (!ours->empty()) deployment.sip_domains = {*ours};
    for (const auto& row : rows)
        for (auto& target : targets_of(row, options))
            deployment.targets.push_back(std::move(target));
    auto its_options = options;
    if (auto left = asking.remaining())
        its_options.settings.deadline = std::max(*left, Milliseconds{1});
    return run_deployment(std::move(deployment), its_options, [&](RunResult& run) {
        judge(rows, run);
    });
}

} // namespace lyncprobe::app
