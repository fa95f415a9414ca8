// SPDX-License-Identifier: MIT
// A domain as its clients see it, one record after the other, then what is wrong.
#include "model/text/lists.h"
#include "report/counts.h"
#include "report/discovery_parts.h"
#include "report/page.h"
#include "report/problems.h"
#include "report/report.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

std::string addresses_of(const DnsAnswer& answer) {
    std::vector<std::string> texts;
    for (const auto& address : answer.addresses)
        texts.push_back(to_text(address));
    auto out = joined(texts);
    if (answer.addresses_skipped > 0) out += fmt::format(" and {} more", answer.addresses_skipped);
    return out;
}

// What happened in place of an answer, with what is known beside it.
std::string status_of(const DnsAnswer& answer) {
    std::string out(in_words(answer.status));
    if (!answer.aliases.empty()) out = "alias of " + answer.aliases.back() + ": " + out;
    if (!answer.detail.empty()) out += ", " + answer.detail;
    return out;
}

void write_client(
    Page& page, const DomainDiscovery& domain, const ClientOrder& client, const TextOptions& options
) {
    page.paragraph(2, 4, {{std::string(client.who)}});
    std::size_t number = 0;
    for (const auto index : client.rows) {
        const auto& row = domain.rows[index];
        const auto style = row.answer.status == DnsStatus::found ? Style::green
                           : certain(row.answer.status)          ? Style::dim
                                                                 : Style::yellow;
        const auto lines = answer_lines(domain, row);
        std::vector<Piece> first{
            {fmt::format("{}. ", ++number)},
            {std::string(row.record), Style::bold},
            {": "},
            {lines.front(), style}};
        if (options.verbose && row.answer.ttl)
            first.push_back({fmt::format(" (valid for {} s)", *row.answer.ttl), Style::dim});
        page.paragraph(4, 10, first);
        for (std::size_t i = 1; i < lines.size(); ++i)
            page.paragraph(7, 10, {{lines[i], style}});
    }
}

void write_counts(Page& page, const ScanResult& found) {
    const auto asked = fmt::format(
        "{}: {} asked for", counted(found.domains.size(), "domain"),
        counted(found.summary.questions, "name")
    );
    Counts counts({asked}, "; ");
    counts.add_findings(found.summary);
    counts.add(found.summary.unanswered, "not answered", Style::yellow);
    counts.note(found);
    page.paragraph(0, 4, counts.pieces());
}

// Findings of one verdict; those of one check share their name, fix and source.
void write_findings(Page& page, const DomainDiscovery& domain, Verdict verdict) {
    std::vector<const Finding*> list;
    for (const auto& finding : domain.findings)
        if (finding.verdict == verdict) list.push_back(&finding);
    std::ranges::stable_sort(list, {}, &Finding::rule);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& finding = *list[i];
        if (i == 0 || list[i - 1]->rule != finding.rule) write_title(page, finding);
        page.paragraph(kUnderVerdict, kUnderVerdict + 2, {{finding.message}});
        // Fix and source stand once, below the last message of their rule.
        if (i + 1 < list.size() && list[i + 1]->rule == finding.rule) continue;
        write_fix(page, finding);
        write_source(page, finding);
    }
}

} // namespace

std::string host_text(const DnsAnswer& answer) {
    if (answer.status != DnsStatus::found) return status_of(answer);
    auto out = addresses_of(answer);
    if (!answer.aliases.empty()) out += ", alias of " + answer.aliases.back();
    if (!answer.detail.empty()) out += "; " + answer.detail;
    return out;
}

std::vector<std::string> answer_lines(const DomainDiscovery& domain, const DiscoveryRow& row) {
    const auto& answer = row.answer;
    if (row.type != RecordType::srv || answer.status != DnsStatus::found)
        return {host_text(answer)};
    std::vector<std::string> lines;
    for (const auto& target : answer.targets) {
        auto line = fmt::format("{} port {}", target.host, target.port);
        if (answer.targets.size() > 1)
            line += fmt::format(", priority {}, weight {}", target.priority, target.weight);
        if (target.times > 1) line += fmt::format(" ({} times)", target.times);
        if (const auto host = domain.hosts.find(target.host); host != domain.hosts.end())
            line += ": " + host_text(host->second);
        lines.push_back(std::move(line));
    }
    if (!answer.aliases.empty()) lines.push_back("through the alias " + answer.aliases.back());
    if (answer.targets_skipped > 0)
        lines.push_back(fmt::format("and {} more", answer.targets_skipped));
    return lines;
}

void write_discovery_text(std::ostream& out, const ScanResult& found, const TextOptions& options) {
    Page page(out, options.width, options.colour);
    write_counts(page, found);
    for (const auto& domain : found.domains) {
        page.heading(domain.domain);
        if (!options.quiet)
            for (const auto& client : domain.clients)
                write_client(page, domain, client, options);
        for (const auto verdict : {Verdict::fail, Verdict::warn})
            write_findings(page, domain, verdict);
        // Without answers there may be nothing else to tell.
        if (!options.quiet || found.summary.unanswered > 0)
            write_findings(page, domain, Verdict::inconclusive);
        if (!options.verbose) continue;
        write_findings(page, domain, Verdict::pass);
        write_findings(page, domain, Verdict::not_applicable);
    }
}

} // namespace lyncprobe::report
