// SPDX-License-Identifier: MIT
// The report of --brief: a line for each thing, with every name and never folded, for mails and
// for grep.
#include "model/text/lists.h"
#include "report/page.h"
#include "report/report.h"
#include "report/todo_text.h"
#include "report/unfinished.h"

#include <limits>
#include <ranges>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::report {

namespace {

void write_item(Page& page, const TodoItem& item, const ScanResult& run) {
    const auto worst = worst_of(item);
    std::vector<Piece> pieces{
        {worst == Verdict::fail ? "FAIL" : "WARN", style_of(worst)},
        {fmt::format(" {} {}", grade(item), item.remedy)}};
    const auto add_list = [&](std::string separator, auto&& list, auto text_of) {
        for (const auto& entry : list)
            pieces.push_back({std::exchange(separator, ", ") + text_of(entry)});
    };
    auto reasons =
        item.reasons | std::views::filter([](const TodoReason& reason) { return !reason.follows; });
    add_list(": ", reasons, [](const TodoReason& reason) { return reason.brief; });
    add_list("; breaks ", item.breaks, [](Function it) { return std::string(in_words(it)); });
    if (item.endpoints.empty())
        add_list("; on ", item.servers, [](const std::string& server) { return server; });
    else
        add_list("; on ", item.endpoints, [&](std::size_t endpoint) {
            return run.endpoints[endpoint].id;
        });
    page.paragraph(0, 0, pieces);
}

void write_domain(Page& page, const FederationRow& row) {
    std::vector<Piece> pieces{{fmt::format("{}: {}", row.domain, to_text(row.verdict))}};
    std::string separator = ": ";
    for (const auto& reason : row.reasons) {
        if (reason.weight == Weight::note) continue;
        pieces.push_back({std::exchange(separator, "; ") + std::string(reason.code) + ": "});
        pieces.push_back({reason.message});
    }
    page.paragraph(0, 0, pieces);
}

} // namespace

void write_brief_text(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    constexpr auto kEndless = std::numeric_limits<std::size_t>::max() / 2; // columns
    Page page(out, kEndless, options.colour);
    const auto unjudged = unfinished(run).unjudged;
    if (run.federation.empty()) write_verdict(page, run, unjudged.size());
    for (const auto& item : run.summary.problems)
        write_item(page, item, run);
    for (const auto* row : unjudged)
        page.paragraph(
            0, 0,
            {{"OPEN", Style::yellow},
             {fmt::format(" {}: {}", row->id, to_text(row->main.outcome))},
             {row->main.detail.empty() ? "" : ", " + row->main.detail}}
        );
    for (const auto& file : run.files)
        if (!file.error.empty())
            page.paragraph(0, 0, {{"FAIL", Style::red}, {" " + file.path + ": "}, {file.error}});
    for (const auto& row : run.federation)
        write_domain(page, row);
}

} // namespace lyncprobe::report
