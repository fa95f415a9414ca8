// SPDX-License-Identifier: MIT
// For a ticket or a wiki: the verdict, what to do, what could not be judged, then the tables.
#include "model/escape.h"
#include "model/text/ascii.h"
#include "model/text/lists.h"
#include "report/discovery_parts.h"
#include "report/endpoint_table.h"
#include "report/format.h"
#include "report/overview.h"
#include "report/view.h"

#include <algorithm>
#include <ostream>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

std::string md(std::string_view foreign) { return for_markdown(foreign); }

// An id or a rule as code, where it holds nothing that would end the span or the cell.
std::string code(std::string_view text) {
    const bool plain = !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || std::string_view("-._:/@#=").find(c) != std::string::npos;
    });
    return plain ? fmt::format("`{}`", text) : md(text);
}

std::string codes(const ScanResult& run, const std::vector<std::size_t>& endpoints) {
    std::vector<std::string> list;
    for (const auto endpoint : endpoints)
        list.push_back(code(run.endpoints[endpoint].id));
    return joined(list);
}

void write_row(std::ostream& out, const std::vector<std::string>& safe_cells) {
    for (const auto& cell : safe_cells)
        out << "| " << cell << ' ';
    out << "|\n";
}

void write_head(std::ostream& out, const std::vector<std::string>& columns) {
    out << '\n';
    write_row(out, columns);
    write_row(out, std::vector<std::string>(columns.size(), "---"));
}

void write_section(std::ostream& out, std::string_view title, std::size_t count) {
    out << fmt::format("\n## {} ({})\n", title, count);
}

void write_fact(std::ostream& out, std::string_view name, std::string_view foreign) {
    if (!foreign.empty()) out << "- **" << name << "**: " << md(foreign) << '\n';
}

void write_header(std::ostream& out, const View& view) {
    const auto& run = view.run;
    out << "# " << md(view.title) << "\n\n**" << verdict_word(overall(run))
        << "**: " << md(verdict_text(run)) << "\n\n";
    write_fact(out, "Run", to_rfc3339(run.started_at));
    if (run.judged_at != run.started_at) write_fact(out, "Judged as of", to_rfc3339(run.judged_at));
    write_fact(out, "Seen from", run.vantage);
    write_fact(out, "Input", joined(run.inputs));
    write_fact(out, "Name servers", joined(run.resolvers));
    if (!run.endpoints.empty())
        write_fact(
            out, "Endpoints",
            fmt::format(
                "{} on {}: {}", run.endpoints.size(), counted(view.servers.size(), "server"),
                outcomes_text(run)
            )
        );
    write_fact(out, "Findings", findings_text(run.summary));
}

// Each text once: several reasons have one fix.
void write_distinct(
    std::ostream& out, std::string_view name, const std::vector<TodoReason>& reasons,
    std::string TodoReason::*member
) {
    std::vector<std::string_view> said;
    for (const auto& reason : reasons) {
        const std::string_view text = reason.*member;
        if (std::ranges::find(said, text) != said.end()) continue;
        write_fact(out, name, text);
        said.push_back(text);
    }
}

void write_present(std::ostream& out, const View& view, const Fingerprint& sha256) {
    const auto found = view.certificates.find(sha256);
    if (found == view.certificates.end()) return write_fact(out, "Certificate", to_hex(sha256));
    const auto& it = *found->second;
    write_fact(
        out, "Present certificate",
        fmt::format(
            "{}, issued by {}, serial number {}, thumbprint {}, valid {} to {}", it.subject,
            it.issuer, serial_number(it), it.thumbprint, day(it.not_before), day(it.not_after)
        )
    );
}

void write_item(std::ostream& out, const View& view, std::size_t number, const TodoItem& item) {
    out << fmt::format(
        "\n### {}. {} ({})\n\n", number, md(capital(item.remedy)),
        item.importance == Importance::none
            ? "breaks nothing"
            : fmt::format(
                  "{}{}{}", to_text(item.importance), item.breaks.empty() ? "" : ": ",
                  in_words(item.breaks)
              )
    );
    write_fact(out, "Server", joined(item.servers));
    if (item.use) write_fact(out, "Use", in_words(*item.use));
    if (item.certificate) write_present(out, view, *item.certificate);
    out << "- **Why**:\n";
    for (const auto& reason : item.reasons)
        out << fmt::format(
            "  - {} {}{}: {}\n", verdict_word(reason.verdict), code(reason.rule),
            reason.follows ? ", goes away with the one above" : "", md(reason.message)
        );
    write_distinct(out, "Fix", item.reasons, &TodoReason::fix);
    write_distinct(out, "Source", item.reasons, &TodoReason::source);
    if (!item.endpoints.empty())
        out << "- **" << (item.endpoints.size() == 1 ? "Endpoint" : "Endpoints")
            << "**: " << codes(view.run, item.endpoints) << '\n';
}

void write_todo(std::ostream& out, const View& view) {
    const auto& items = view.run.summary.problems;
    if (items.empty()) return;
    write_section(out, "To do", items.size());
    for (std::size_t i = 0; i < items.size(); ++i)
        write_item(out, view, i + 1, items[i]);
}

void write_statements(std::ostream& out, const std::vector<Statement>& list) {
    for (const auto& statement : list) {
        std::vector<std::string> where;
        for (const auto& place : statement.where)
            where.push_back(code(place));
        out << fmt::format(
            "- {}: {} ({})\n", code(statement.finding->rule), md(statement.finding->message),
            joined(where)
        );
        if (statement.finding->waived)
            out << "  - Reason of the waiver: " << md(*statement.finding->waived) << '\n';
    }
}

void write_unjudged(std::ostream& out, const View& view) {
    if (view.unjudged.empty() && view.open.empty()) return;
    write_section(out, "Could not be judged", view.unjudged.size() + view.open.size());
    out << '\n';
    for (const auto& row : view.run.endpoints)
        if (view.unjudged.contains(&row))
            out << fmt::format(
                "- {}: {} at {}{}{}\n", code(row.id), spaced(to_text(row.main.outcome)),
                spaced(to_text(row.main.stage)), row.main.detail.empty() ? "" : ", ",
                md(row.main.detail)
            );
    write_statements(out, view.open);
}

void write_finding(std::ostream& out, const Finding& finding) {
    if (finding.waived || badness(finding.verdict) <= badness(Verdict::pass)) return;
    out << fmt::format(
        "- {} {}: {}\n", verdict_word(finding.verdict), code(finding.rule), md(finding.message)
    );
    if (!finding.fix.empty()) out << "  - Fix: " << md(finding.fix) << '\n';
    if (!finding.source.empty()) out << "  - Source: " << md(finding.source) << '\n';
}

void write_files(std::ostream& out, const View& view) {
    if (view.run.files.empty()) return;
    write_section(out, "Files", view.run.files.size());
    for (const auto& file : view.run.files) {
        out << "\n### " << md(file.path) << "\n\n";
        if (!file.error.empty())
            out << "- It could not be read: " << md(file.error) << '\n';
        else
            out << "- Verdict: " << verdict_word(worst_verdict(file.findings)) << '\n';
        for (const auto* finding : file.findings)
            write_finding(out, *finding);
    }
}

void write_records(std::ostream& out, const DomainDiscovery& domain) {
    write_head(out, {"Record", "For", "Name", "Answer"});
    for (const auto& row : domain.rows)
        if (row.answer.status != DnsStatus::not_asked)
            write_row(
                out, {code(row.record), md(row.purpose), code(row.name),
                      md(joined(answer_lines(domain, row), "; "))}
            );
}

void write_domains(std::ostream& out, const View& view) {
    if (view.run.domains.empty()) return;
    write_section(out, "DNS records", view.run.domains.size());
    for (const auto& domain : view.run.domains) {
        out << "\n### " << md(domain.domain) << "\n\n";
        for (const auto& finding : domain.findings)
            write_finding(out, finding);
        write_records(out, domain);
    }
}

void write_federation(std::ostream& out, const View& view) {
    if (view.run.federation.empty()) return;
    write_section(out, "Federation", view.run.federation.size());
    for (const auto& row : view.run.federation) {
        out << "\n### " << md(row.domain) << (row.self ? ", as partners see it: " : ": ")
            << in_words(row.verdict) << "\n\n";
        for (const auto& reason : row.reasons) {
            out << fmt::format(
                "- {} {}: {}{}\n", to_text(reason.weight), code(reason.code), md(reason.message),
                reason.endpoint ? " – " + code(view.run.endpoints[*reason.endpoint].id) : ""
            );
            if (reason.waived) out << "  - Waived: " << md(*reason.waived) << '\n';
            if (!reason.fix.empty())
                out << "  - Fix, " << in_words(reason.side) << ": " << md(reason.fix) << '\n';
            if (!reason.source.empty()) out << "  - Source: " << md(reason.source) << '\n';
        }
        if (row.direct.empty()) write_records(out, row.records);
    }
}

void write_waived(std::ostream& out, const View& view) {
    if (view.waived.empty()) return;
    write_section(out, "Waived", view.waived.size());
    out << '\n';
    write_statements(out, view.waived);
}

void write_endpoints(std::ostream& out, const View& view) {
    const auto& rows = view.run.endpoints;
    if (rows.empty()) return;
    write_section(out, "Endpoints", rows.size());
    write_head(out, {"Endpoint", "Server", "Verdict", "Outcome", "TLS", "Certificate", "Expires"});
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto& chain = rows[i].main.chain;
        const auto* leaf =
            chain && !chain->presented.empty() ? chain->presented.front().get() : nullptr;
        write_row(
            out,
            {code(rows[i].id), md(view.servers[view.server_of[i]].name),
             std::string(verdict_word(view.verdicts[i])), spaced(to_text(rows[i].main.outcome)),
             md(tls_text(rows[i])), leaf ? for_markdown(common_name(*leaf), 100) : "",
             leaf ? day(leaf->not_after) : ""}
        );
    }
}

} // namespace

void write_markdown(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    const View view(run, options.title);
    write_header(out, view);
    write_todo(out, view);
    write_unjudged(out, view);
    write_files(out, view);
    write_domains(out, view);
    write_federation(out, view);
    write_waived(out, view);
    write_endpoints(out, view);
}

} // namespace lyncprobe::report
