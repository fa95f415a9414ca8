// SPDX-License-Identifier: MIT
// The report for people: how it stands, what is wrong and how to mend it, then the details.
#include "model/text/lists.h"
#include "report/answers.h"
#include "report/certificate_block.h"
#include "report/certificate_index.h"
#include "report/counts.h"
#include "report/endpoint_table.h"
#include "report/locations.h"
#include "report/page.h"
#include "report/problems.h"
#include "report/report.h"
#include "report/roots.h"
#include "report/statements.h"
#include "report/todo_text.h"
#include "report/trust.h"
#include "report/unfinished.h"

#include <algorithm>
#include <map>
#include <ostream>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

// Up to so many endpoints each is shown in full: a probe of one name with its addresses.
constexpr std::size_t kEndpointsWithBlock = 4;
constexpr std::size_t kEndpointsPerOutcome = 20; // details of one kind; all of them with --verbose

// What failed for not answering is no second thing that was not judged.
void write_summary_line(Page& page, const ScanResult& run, const Unfinished& rows) {
    const auto& summary = run.summary;
    Counts counts(summary.endpoints, "endpoint");
    for (const auto& word : words<Outcome>())
        if (const auto count = summary.outcomes.find(word.value); count != summary.outcomes.end())
            counts.add(
                count->second, word.text, word.value == Outcome::ok ? Style::green : Style::plain
            );
    counts.add_findings(summary);
    counts.add(rows.unjudged.size(), "not judged", Style::yellow);
    counts.note(run);
    page.paragraph(0, 4, counts.pieces());
}

// Endpoints by outcome and stage, each with its sentence; the same sentence is said once.
void write_rows(Page& page, std::string_view title, const Rows& rows, const TextOptions& options) {
    if (rows.empty()) return;
    std::map<std::pair<Outcome, Stage>, std::map<std::string_view, std::vector<std::string_view>>>
        groups;
    // Views into the rows: the result outlives the report.
    for (const auto* row : rows)
        groups[{row->main.outcome, row->main.stage}][row->main.detail].push_back(row->id);
    page.heading(fmt::format("{} ({})", title, rows.size()));
    for (const auto& [end, by_detail] : groups) {
        page.paragraph(
            2, 4,
            {{end.first == Outcome::ok ? "no certificate was shown"
                                       : std::string(to_text(end.first)),
              Style::yellow},
             {end.first == Outcome::ok ? "" : fmt::format(" at {}", to_text(end.second))}}
        );
        const auto listed =
            options.verbose ? by_detail.size() : std::min(by_detail.size(), kEndpointsPerOutcome);
        auto entry = by_detail.begin();
        for (std::size_t i = 0; i < listed; ++i, ++entry) {
            const auto ids = enumerate(entry->second, kEndpointsPerOutcome);
            page.paragraph(
                4, 6,
                {{ids, Style::bold},
                 {entry->first.empty() ? "" : ": "},
                 {std::string(entry->first)}}
            );
        }
        if (listed < by_detail.size())
            page.paragraph(4, 6, {{fmt::format("and {} more", by_detail.size() - listed)}});
    }
}

// What the matrices, --versions and fallbacks tried besides.
void write_variants(Page& page, const ScanResult& run) {
    const bool any = std::ranges::any_of(run.endpoints, [](const EndpointRow& row) {
        return !row.variants.empty();
    });
    if (!any) return;
    page.heading("Further attempts");
    for (const auto& row : run.endpoints)
        for (const auto& variant : row.variants)
            page.paragraph(
                2, 6,
                {{row.id, Style::bold},
                 {", " + variant.label + ": "},
                 {std::string(to_text(variant.outcome))},
                 {variant.detail.empty() ? "" : ", " + variant.detail}}
            );
}

void write_identities(Page& page, const ScanResult& run) {
    if (run.identities.empty()) return;
    page.heading("Our own identities");
    for (const auto& identity : run.identities) {
        std::vector<Piece> pieces{{identity.id, Style::bold}};
        if (identity.chain && !identity.chain->presented.empty()) {
            const auto& own = *identity.chain->presented.front();
            pieces.push_back({": " + common_name(own)});
            if (own.not_after) pieces.push_back({", valid until " + to_rfc3339(*own.not_after)});
        }
        if (const auto verdict = worst_verdict(identity.findings)) {
            pieces.push_back({", "});
            pieces.push_back({std::string(to_text(*verdict)), style_of(*verdict)});
        }
        page.paragraph(2, 6, pieces);
    }
}

} // namespace

void write_scan_text(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    Page page(out, options.width, options.colour);
    const auto rows = unfinished(run);
    write_verdict(page, run, rows.unjudged.size());
    write_summary_line(page, run, rows);
    write_first(page, run);
    write_todo(page, run, collect(run), options);
    write_rows(page, "Could not be judged", rows.unjudged, options);
    write_rows(page, "Judged, but the exchange did not finish", rows.judged, options);
    if (options.quiet) return;
    const auto all = occurrences(run, options.verbose);
    write_rows(page, "Skipped, judged on another address", rows.untried, options);
    write_inconclusives(page, all, options);
    write_waived(page, all, options);
    if (options.verbose) write_passes(page, all);
    if (run.endpoints.size() <= kEndpointsWithBlock)
        for (const auto& row : run.endpoints)
            write_presented(page, row);
    write_trust(page, run.trust);
    write_roots(page, run.roots);
    write_endpoint_table(page, run);
    write_answers(page, run, options);
    if (options.verbose) write_variants(page, run);
    write_identities(page, run);
    write_locations(page, run, options.verbose);
    write_last(page, run, options);
}

} // namespace lyncprobe::report
