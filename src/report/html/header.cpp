// SPDX-License-Identifier: MIT
// The first screen: how it is, how much was looked at, and what to do first.
#include "model/text/lists.h"
#include "report/html/sections.h"
#include "report/overview.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

constexpr std::size_t kFirst = 5; // items

void write_facts(Markup& page, const View& view) {
    const auto& run = view.run;
    const auto list = page.open("dl", {{"class", "facts"}});
    write_fact(page, "Run", to_rfc3339(run.started_at));
    if (run.judged_at != run.started_at)
        write_fact(page, "Judged as of", to_rfc3339(run.judged_at));
    write_fact(page, "Seen from", run.vantage);
    write_fact(page, "Input", joined(run.inputs));
    if (!run.resolvers.empty()) write_fact(page, "Name servers", joined(run.resolvers));
    if (!run.endpoints.empty())
        write_fact(
            page, "Endpoints",
            fmt::format(
                "{} on {}: {}", run.endpoints.size(), counted(view.servers.size(), "server"),
                outcomes_text(run)
            )
        );
    if (run.kind == ResultKind::check)
        write_fact(page, "Files", fmt::format("{}", run.files.size()));
    if (run.kind == ResultKind::discovery)
        write_fact(
            page, "Names asked for",
            fmt::format("{}, {} not answered", run.summary.questions, run.summary.unanswered)
        );
    write_fact(page, "Findings", findings_text(run.summary));
}

void write_first(Markup& page, const std::vector<TodoItem>& items) {
    if (items.empty()) return;
    page.leaf("h2", "First of all");
    const auto list = page.open("ol", {{"class", "first"}});
    for (std::size_t i = 0; i < std::min(items.size(), kFirst); ++i) {
        const auto entry = page.open("li");
        write_importance(page, items[i]);
        page.text(" ");
        page.leaf("a", capital(items[i].remedy), {{"href", "#" + todo_anchor(i)}});
        if (!items[i].reasons.empty()) page.text(": " + items[i].reasons.front().brief);
    }
}

} // namespace

void write_header(Markup& page, const View& view) {
    const auto header = page.open("header");
    page.leaf("h1", view.title);
    {
        const auto verdict = page.open("p", {{"class", "verdict"}});
        write_verdict(page, overall(view.run));
        page.text(" " + verdict_text(view.run));
    }
    write_facts(page, view);
    write_first(page, view.run.summary.problems);
    page.line();
}

} // namespace lyncprobe::report::html
