// SPDX-License-Identifier: MIT
#include "report/todo_text.h"

#include "model/request_hint.h"
#include "model/text/lists.h"
#include "report/problems.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace lyncprobe::report {

namespace {

constexpr std::size_t kFirst = 5;         // things to do in the first and last block
constexpr std::size_t kServersNamed = 3;  // of things to do that are alike
constexpr std::size_t kLongestName = 250; // columns of a subject
constexpr std::size_t kGrade = 1;         // columns
constexpr std::size_t kUnderGrade = 4;    // columns: behind "  A "

// Group is things to do that differ in nothing but the server: a thousand certificates that lack
// the same are one matter to whoever reads.
struct Group {
    std::vector<const TodoItem*> items;
    const TodoItem& front() const { return *items.front(); }
};

// The groups in the order of their first item. They borrow the items.
std::vector<Group> grouped(const std::vector<TodoItem>& items) {
    using Reason = std::tuple<std::string_view, std::string_view, std::string_view>;
    std::map<
        std::tuple<Remedy, Importance, std::vector<Function>, std::vector<Reason>>, std::size_t>
        index;
    std::vector<Group> groups;
    for (const auto& item : items) {
        std::vector<Reason> reasons;
        for (const auto& it : item.reasons)
            reasons.emplace_back(it.rule, it.message, it.fix);
        const auto [at, fresh] = index.try_emplace(
            {item.kind, item.importance, item.breaks, std::move(reasons)}, groups.size()
        );
        if (fresh) groups.emplace_back();
        groups[at->second].items.push_back(&item);
    }
    return groups;
}

// "; the same on fe2, fe3, fe4 and 7 more"
std::string alike(const Group& group) {
    if (group.items.size() == 1) return {};
    std::vector<std::string_view> servers;
    for (const auto* item : group.items | std::views::drop(1))
        for (const auto& server : item->servers)
            if (std::ranges::find(group.front().servers, server) == group.front().servers.end())
                servers.push_back(server);
    if (servers.empty())
        return fmt::format("; and {} more of the kind there", group.items.size() - 1);
    return "; the same on " + enumerate(servers, kServersNamed);
}

Cell grade_cell(const TodoItem& item) {
    return {std::string(grade(item)), kGrade, style_of(worst_of(item))};
}

// The functions that items of importance A and B stop.
std::vector<Function> broken(const std::vector<TodoItem>& items) {
    std::set<Function> out;
    for (const auto& item : items)
        if (worst_of(item) == Verdict::fail && item.importance <= Importance::b)
            out.insert(item.breaks.begin(), item.breaks.end());
    return {out.begin(), out.end()};
}

void write_first_lines(Page& page, const std::vector<Group>& groups) {
    page.heading(
        groups.size() > kFirst ? fmt::format("To do first ({} of {})", kFirst, groups.size())
                               : "To do first"
    );
    for (const auto& group : groups | std::views::take(kFirst)) {
        auto text = headline(group.front());
        // Behind the causes nobody would see it: the line is cut there.
        if (const auto more = group.items.size() - 1; more > 0)
            text.insert(group.front().remedy.size(), fmt::format(" and {} more alike", more));
        page.line(2, {grade_cell(group.front()), {std::move(text)}});
    }
}

// What was found about a thing to do. Findings about several endpoints at once are in `topology`.
using RowsByFinding =
    std::multimap<std::pair<std::string_view, std::string_view>, const TopologyRow*>;

std::vector<Occurrence> found(
    const TodoItem& item, const ScanResult& run, const RowsByFinding& topology
) {
    std::set<std::pair<std::string_view, std::string_view>> wanted;
    for (const auto& reason : item.reasons)
        wanted.emplace(reason.rule, reason.message);
    std::vector<Occurrence> out;
    // The same may be said of several certificates of one endpoint.
    const bool of_certificate = item.kind == Remedy::reissue || item.kind == Remedy::renew_ca;
    const auto add = [&](const std::vector<const Finding*>& findings, std::string_view place) {
        for (const auto* finding : findings)
            if (!finding->waived && wanted.contains({finding->rule, finding->message}) &&
                (!of_certificate || !finding->certificate ||
                 finding->certificate == item.certificate))
                out.push_back({finding, place, item.servers.front()});
    };
    for (const auto endpoint : item.endpoints)
        add(run.endpoints[endpoint].findings, run.endpoints[endpoint].id);
    for (const auto& key : wanted)
        for (auto [at, end] = topology.equal_range(key); at != end; ++at)
            if (at->second->endpoints.empty())
                out.push_back({at->second->finding, item.servers.front(), item.servers.front()});
            else
                for (const auto endpoint : at->second->endpoints)
                    if (std::ranges::binary_search(item.endpoints, endpoint))
                        out.push_back(
                            {at->second->finding, run.endpoints[endpoint].id, item.servers.front()}
                        );
    if (!item.endpoints.empty()) return out;
    const std::set<std::string_view> servers(item.servers.begin(), item.servers.end());
    for (const auto& identity : run.identities)
        if (servers.contains("our identity " + identity.id)) add(identity.findings, identity.id);
    for (const auto& file : run.files)
        if (servers.contains(file.path)) add(file.findings, file.path);
    return out;
}

void write_certificate(Page& page, const TodoItem& item, const CertificateIndex& index) {
    constexpr Remedy kOfCertificate[] = {
        Remedy::reissue, Remedy::renew_ca, Remedy::complete_chain, Remedy::trust_root,
        Remedy::assign};
    if (!item.certificate ||
        std::ranges::find(kOfCertificate, item.kind) == std::end(kOfCertificate))
        return;
    const auto at = index.find(*item.certificate);
    if (at == index.end()) return;
    const auto& it = *at->second;
    page.paragraph(
        kUnderGrade, kUnderGrade + 2,
        {{"certificate: "},
         {it.subject.empty() ? "(no subject)" : shortened(it.subject, kLongestName)},
         {", issued by "},
         {shortened(it.issuer, kLongestName)},
         {fmt::format(", serial number {}, thumbprint {}", serial_number(it), it.thumbprint)}}
    );
}

void write_group(
    Writing& to, const Group& group, const ScanResult& run, const RowsByFinding& topology
) {
    auto& page = to.page;
    const auto& item = group.front();
    page.blank();
    std::vector<Piece> title{
        {std::string(grade(item)), style_of(worst_of(item))},
        {" "},
        {item.remedy, Style::bold},
        {alike(group)}};
    page.paragraph(2, kUnderGrade, title);
    // A certificate in a file may be for anything.
    if (item.importance == Importance::none && item.breaks.empty())
        page.paragraph(kUnderGrade, kUnderGrade + 2, {{"breaks nothing"}});
    else if (!item.breaks.empty())
        page.paragraph(kUnderGrade, kUnderGrade + 2, {{"breaks: " + in_words(item.breaks)}});
    if (group.items.size() == 1) write_certificate(page, item, to.index);
    if (const auto request = request_hint(run, item); !request.empty())
        page.paragraph(kUnderGrade, kUnderGrade + 2, {{"request: "}, {request}});
    std::vector<Occurrence> all;
    std::set<std::string_view> places;
    for (const auto* one : group.items)
        for (const auto& occurrence : found(*one, run, topology)) {
            all.push_back(occurrence);
            places.insert(occurrence.where);
        }
    const bool in_title = places.size() <= kPlacesListed;
    if (in_title && !places.empty() && !places.contains(item.servers.front())) {
        const std::vector<std::string_view> list(places.begin(), places.end());
        page.paragraph(
            kUnderGrade, kUnderGrade + 2, {{"on " + enumerate(list, kPlacesListed), Style::dim}}
        );
    }
    auto problems = statements(all, Verdict::fail);
    for (auto& warning : statements(all, Verdict::warn))
        problems.push_back(std::move(warning));
    write_statements(to, std::move(problems), in_title ? places.size() : 0);
}

} // namespace

std::string_view grade(const TodoItem& item) {
    return item.importance == Importance::none ? "-" : to_text(item.importance);
}

void write_verdict(Page& page, const ScanResult& run, std::size_t unjudged) {
    const auto& items = run.summary.problems;
    const bool fails = std::ranges::any_of(items, [](const TodoItem& item) {
        return worst_of(item) == Verdict::fail;
    });
    std::vector<Piece> pieces;
    if (items.empty() && unjudged == 0)
        pieces = {{"PASS", Style::green}, {"  nothing to do"}};
    else if (items.empty())
        pieces = {
            {"OPEN", Style::yellow},
            {fmt::format(
                "  nothing wrong was found; not judged: {}", counted(unjudged, "endpoint")
            )}};
    else
        pieces = {
            {fails ? "FAIL" : "WARN", style_of(fails ? Verdict::fail : Verdict::warn)},
            {fmt::format("  {} to do", counted(items.size(), "thing"))}};
    if (const auto functions = broken(items); !functions.empty())
        pieces.push_back({"; broken: " + in_words(functions), Style::bold});
    page.paragraph(0, 6, pieces);
}

void write_first(Page& page, const ScanResult& run) {
    if (run.summary.problems.empty()) return;
    write_first_lines(page, grouped(run.summary.problems));
    page.paragraph(
        2, 2,
        {{"A: a class of users is down; B: a function is lost; C: worse than it should be, or "
          "about "
          "to fail",
          Style::dim}}
    );
}

void write_todo(
    Page& page, const ScanResult& run, const CertificateIndex& index, const TextOptions& options
) {
    if (run.summary.problems.empty()) return;
    RowsByFinding topology;
    for (const auto& row : run.topology)
        if (!row.finding->waived)
            topology.emplace(
                std::pair<std::string_view, std::string_view>(
                    row.finding->rule, row.finding->message
                ),
                &row
            );
    page.heading(fmt::format("To do ({})", run.summary.problems.size()));
    Writing writing{page, index, options};
    for (const auto& group : grouped(run.summary.problems))
        write_group(writing, group, run, topology);
}

void write_last(Page& page, const ScanResult& run, const TextOptions& options) {
    if (!run.summary.problems.empty()) write_first_lines(page, grouped(run.summary.problems));
    if (options.files.empty()) return;
    page.blank();
    page.paragraph(0, 2, {{"Written: " + joined(options.files)}});
}

} // namespace lyncprobe::report
