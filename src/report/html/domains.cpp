// SPDX-License-Identifier: MIT
// What DNS says about SIP domains, and whether federation with them will work.
#include "report/discovery_parts.h"
#include "report/html/sections.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

void write_record(Markup& page, const DomainDiscovery& domain, const DiscoveryRow& row) {
    const auto line = page.open("tr");
    page.leaf("th", row.record, {{"scope", "row"}});
    page.leaf("td", row.purpose);
    page.leaf("td", row.name);
    const auto cell = page.open("td");
    for (const auto& text : answer_lines(domain, row))
        page.leaf("div", text);
}

void write_table(Markup& page, const DomainDiscovery& domain) {
    const Table table(page, "Records of " + domain.domain);
    write_head(page, {"Record", "For", "Name", "Answer"});
    const auto body = page.open("tbody");
    for (const auto& row : domain.rows)
        // Federation asks for fewer records than a domain may have.
        if (row.answer.status != DnsStatus::not_asked) write_record(page, domain, row);
}

// Who asks for which names, in which order.
void write_clients(Markup& page, const DomainDiscovery& domain) {
    if (domain.clients.empty()) return;
    const auto list = page.open("ul");
    for (const auto& client : domain.clients) {
        std::string order;
        for (const auto row : client.rows)
            (order += order.empty() ? "" : ", then ") += domain.rows[row].record;
        page.leaf("li", client.who + ": " + order);
    }
}

void write_findings(Markup& page, const DomainDiscovery& domain) {
    std::vector<const Finding*> list;
    for (const auto& finding : domain.findings)
        if (badness(finding.verdict) > badness(Verdict::pass)) list.push_back(&finding);
    if (list.empty()) return;
    std::ranges::stable_sort(list, {}, [](const Finding* it) { return -badness(it->verdict); });
    const auto items = page.open("ul");
    for (const auto* finding : list)
        write_finding(page, *finding);
}

std::string_view weight_class(Weight weight) {
    switch (weight) {
    case Weight::fails: return "v fail";
    case Weight::open: return "v open";
    case Weight::note: break;
    }
    return "v none";
}

void write_reason(Markup& page, const View& view, const GoLiveReason& reason) {
    const auto entry = page.open("li");
    page.leaf("span", to_text(reason.weight), {{"class", weight_class(reason.weight)}});
    page.text(" ");
    page.leaf("b", reason.code);
    page.text(": " + reason.message);
    if (reason.endpoint) {
        page.text(" – ");
        link_endpoint(page, view, *reason.endpoint);
    }
    if (reason.waived) page.leaf("p", "Waived: " + *reason.waived, {{"class", "note"}});
    if (!reason.fix.empty())
        page.leaf(
            "p", fmt::format("Fix, {}: {}", in_words(reason.side), reason.fix), {{"class", "note"}}
        );
    if (!reason.source.empty()) page.leaf("p", "Source: " + reason.source, {{"class", "note"}});
}

void write_domain(Markup& page, const View& view, const FederationRow& row) {
    const auto article = page.open("article", {{"class", "item"}});
    {
        const auto heading = page.open("h3");
        page.text(row.domain + (row.self ? ", as partners see it: " : ": "));
        page.leaf(
            "span", in_words(row.verdict),
            {{"class", fmt::format("v {}", verdict_class(verdict_of(row.verdict)))}}
        );
    }
    if (!row.reasons.empty()) {
        const auto list = page.open("ul");
        for (const auto& reason : row.reasons)
            write_reason(page, view, reason);
    }
    if (!row.endpoints.empty()) {
        const auto line = page.open("p");
        page.text("Asked: ");
        link_endpoints(page, view, row.endpoints);
        if (!row.our_domain.empty()) page.text(", in the name of " + row.our_domain);
    }
    if (row.direct.empty()) return write_table(page, row.records);
    const auto host = row.records.hosts.find(row.direct);
    page.leaf(
        "p", row.direct + (host == row.records.hosts.end() ? "" : ": " + host_text(host->second))
    );
}

} // namespace

void write_federation(Markup& page, const View& view) {
    for (const auto& row : view.run.federation)
        write_domain(page, view, row);
}

void write_records(Markup& page, const View& view) {
    for (const auto& domain : view.run.domains) {
        page.leaf("h3", domain.domain);
        write_findings(page, domain);
        write_table(page, domain);
        write_clients(page, domain);
        page.line();
    }
}

} // namespace lyncprobe::report::html
