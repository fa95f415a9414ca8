// SPDX-License-Identifier: MIT
// What could not be judged, what was waived, and what passed.
#include "model/text/lists.h"
#include "report/html/sections.h"

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

void write_rows(Markup& page, const View& view) {
    if (view.unjudged.empty()) return;
    page.leaf("h3", fmt::format("Endpoints ({})", view.unjudged.size()));
    const auto list = page.open("ul");
    for (std::size_t i = 0; i < view.run.endpoints.size(); ++i) {
        const auto& row = view.run.endpoints[i];
        if (!view.unjudged.contains(&row)) continue;
        const auto entry = page.open("li");
        link_endpoint(page, view, i);
        page.text(fmt::format(
            ": {} at {}{}{}", spaced(to_text(row.main.outcome)), spaced(to_text(row.main.stage)),
            row.main.detail.empty() ? "" : ", ", row.main.detail
        ));
    }
}

void write_statement(Markup& page, const Statement& statement) {
    const auto entry = page.open("li");
    page.leaf("b", statement.finding->rule);
    page.text(": " + statement.finding->message);
    page.leaf("span", " " + joined(statement.where), {{"class", "where"}});
}

} // namespace

void write_unjudged(Markup& page, const View& view) {
    write_rows(page, view);
    if (view.open.empty()) return;
    page.leaf("h3", fmt::format("Inconclusive ({})", view.open.size()));
    page.leaf(
        "p",
        "No evidence either way: neither right nor wrong. Each line says what would settle it.",
        {{"class", "note"}}
    );
    const auto list = page.open("ul");
    for (const auto& statement : view.open)
        write_statement(page, statement);
}

void write_waived(Markup& page, const View& view) {
    const auto list = page.open("ul");
    for (const auto& statement : view.waived) {
        const auto entry = page.open("li");
        write_verdict(page, statement.finding->verdict);
        page.text(" ");
        page.leaf("b", statement.finding->rule);
        page.text(": " + statement.finding->message);
        page.leaf("span", " " + joined(statement.where), {{"class", "where"}});
        page.leaf("p", "Reason: " + *statement.finding->waived, {{"class", "note"}});
    }
}

void write_passed(Markup& page, const View& view) { page.leaf("p", joined(view.passed)); }

} // namespace lyncprobe::report::html
