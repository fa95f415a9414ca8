// SPDX-License-Identifier: MIT
// Tables to see a whole deployment by: servers by kinds of check, and who can connect to whom.
#include "report/html/kinds.h"
#include "report/html/sections.h"
#include "report/trust_matrix.h"

#include <map>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

using Cells = std::vector<std::optional<Verdict>>; // by kind

void add(Cells& cells, const Said& findings, std::map<std::string_view, std::size_t>& known) {
    for (const auto* finding : findings) {
        if (finding->waived || finding->verdict == Verdict::not_applicable) continue;
        // The same few ids come back with each endpoint.
        const auto [at, fresh] = known.try_emplace(finding->rule, kinds().size());
        if (fresh) at->second = kind_of(finding->rule).value_or(kinds().size());
        if (at->second == kinds().size()) continue;
        auto& cell = cells[at->second];
        if (!cell || badness(finding->verdict) > badness(*cell)) cell = finding->verdict;
    }
}

// The glyph is the style sheet's; the word is for those who hear the page.
void write_cell(Markup& page, std::string_view classes, std::string_view word) {
    const auto cell = page.open("td", {{"class", classes}});
    page.leaf("i", word);
}

std::string_view trust_class(Known known) {
    if ((known & kBroken) != 0) return "m v fail";
    if (known == kWorks) return "m v pass";
    return known == 0 ? "m" : "m v open";
}

std::string_view trust_word(Known known) {
    if ((known & kBroken) != 0) return "cannot connect on some port";
    if (known == kWorks) return "can connect";
    if (known == kOpen) return "cannot be told";
    return known == 0 ? "does not connect" : "can connect, some port cannot be told";
}

void write_trust_table(Markup& page, const TrustMatrix& matrix) {
    const Table table(page, "Each row connects to the columns, by number");
    {
        const auto head = page.open("thead");
        const auto row = page.open("tr");
        page.leaf("th", "Connects to", {{"scope", "col"}});
        for (std::size_t i = 1; i <= matrix.parties.size(); ++i)
            page.leaf("th", fmt::format("{}", i), {{"scope", "col"}, {"class", "m"}});
    }
    const auto body = page.open("tbody");
    for (std::size_t from = 0; from < matrix.parties.size(); ++from) {
        const auto row = page.open("tr");
        page.leaf(
            "th", fmt::format("{}. {}", from + 1, matrix.parties[from].name), {{"scope", "row"}}
        );
        for (std::size_t to = 0; to < matrix.parties.size(); ++to) {
            const auto known = matrix.at(from, to);
            write_cell(page, trust_class(known), trust_word(known));
        }
        page.line();
    }
}

} // namespace

void write_matrix(Markup& page, const View& view) {
    std::vector<Cells> rows;
    std::map<std::string_view, std::size_t> known;
    std::vector<bool> used(kinds().size());
    for (const auto& server : view.servers) {
        auto& cells = rows.emplace_back(kinds().size());
        for (const auto endpoint : server.endpoints) {
            add(cells, view.run.endpoints[endpoint].findings, known);
            add(cells, view.about_several[endpoint], known);
        }
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (cells[i]) used[i] = true;
    }
    const Table table(page, "The worst that each kind of check says of each server");
    {
        const auto head = page.open("thead");
        const auto row = page.open("tr");
        page.leaf("th", "Server", {{"scope", "col"}});
        for (std::size_t i = 0; i < used.size(); ++i)
            if (used[i]) page.leaf("th", kinds()[i].title, {{"scope", "col"}, {"class", "m"}});
    }
    const auto body = page.open("tbody");
    for (std::size_t server = 0; server < rows.size(); ++server) {
        const auto row = page.open("tr");
        {
            const auto cell = page.open("th", {{"scope", "row"}});
            page.leaf("a", view.servers[server].name, {{"href", "#" + server_anchor(server)}});
        }
        for (std::size_t i = 0; i < used.size(); ++i)
            if (used[i])
                write_cell(
                    page, fmt::format("m v {}", verdict_class(rows[server][i])),
                    verdict_word(rows[server][i])
                );
        page.line();
    }
}

void write_trust(Markup& page, const View& view) {
    const auto& trust = view.run.trust;
    const auto all = all_known(trust);
    if (all == kWorks)
        return page.leaf(
            "p", fmt::format(
                     "Each of {} servers accepts the certificates of those that connect to it.",
                     trust.servers.size()
                 )
        );
    // A matrix of question marks alone says less than the reasons below it.
    if (const TrustMatrix matrix(trust); all != kOpen && !matrix.too_large())
        write_trust_table(page, matrix);
    const auto reasons = open_reasons(trust);
    if (reasons.empty()) return;
    const auto list = page.open("ul");
    for (const auto& reason : reasons)
        page.leaf("li", capital(reason));
}

} // namespace lyncprobe::report::html
