// SPDX-License-Identifier: MIT
#include "report/overview.h"

#include "model/text/lists.h"
#include "report/view.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kDomainsInTitle = 3;

std::vector<std::string> domains_of(const ScanResult& run) {
    std::vector<std::string> out;
    if (run.kind == ResultKind::scan) return run.declared.sip_domains;
    for (const auto& row : run.domains)
        out.push_back(row.domain);
    for (const auto& row : run.federation)
        out.push_back(row.domain);
    return out;
}

std::size_t rated(const ScanResult& run, Importance importance) {
    return static_cast<std::size_t>(
        std::ranges::count(run.summary.problems, importance, &TodoItem::importance)
    );
}

// "3 things to do: 1 of importance A (a class of users is down), 2 of B (a function is lost)."
std::string todo_text(const ScanResult& run) {
    auto out = counted(run.summary.problems.size(), "thing") + " to do";
    const std::pair<Importance, std::string_view> kinds[] = {
        {Importance::a, "of importance A (a class of users is down)"},
        {Importance::b, "of B (a function is lost)"},
        {Importance::c, "of C (something is worse, or will fail unnoticed)"},
        {Importance::none, "without effect on users"}};
    const auto* separator = ": ";
    for (const auto& [importance, text] : kinds)
        if (const auto count = rated(run, importance)) {
            out += fmt::format("{}{} {}", separator, count, text);
            separator = ", ";
        }
    return out + ".";
}

std::string federation_text(const ScanResult& run) {
    const auto count = [&](GoLive verdict) {
        return std::ranges::count(run.federation, verdict, &FederationRow::verdict);
    };
    return fmt::format(
        "{}: {} ready, {} will fail, {} cannot be told from here. ",
        counted(run.federation.size(), "domain"), count(GoLive::ready), count(GoLive::will_fail),
        count(GoLive::cannot_tell)
    );
}

} // namespace

std::string title_of(const ScanResult& run) {
    const auto named = [&](std::string title, std::string_view link) {
        const auto domains = domains_of(run);
        if (!domains.empty()) (title += link) += enumerate(domains, kDomainsInTitle);
        return title;
    };
    switch (run.kind) {
    case ResultKind::check: return "Certificate check for Lync Server";
    case ResultKind::discovery: return named("DNS records for Lync", " of ");
    case ResultKind::federation: return named("Federation", " with ");
    case ResultKind::scan: break;
    }
    return named("Certificates and TLS of Lync Server", ": ");
}

std::optional<Verdict> overall(const ScanResult& run) {
    auto worst = run.summary.worst;
    const auto add = [&](Verdict verdict) {
        if (!worst || badness(verdict) > badness(*worst)) worst = verdict;
    };
    for (const auto& row : run.federation)
        add(verdict_of(row.verdict));
    for (const auto& file : run.files)
        if (!file.error.empty()) add(Verdict::fail);
    return worst;
}

std::string verdict_text(const ScanResult& run) {
    const auto& summary = run.summary;
    std::string out = run.kind == ResultKind::federation ? federation_text(run) : "";
    if (!summary.problems.empty())
        out += todo_text(run);
    else if (overall(run) == Verdict::pass && summary.unjudged == 0)
        out += "Nothing is wrong.";
    else if (overall(run) == Verdict::inconclusive)
        out += "Nothing wrong was found, and something is open: see below what would settle it.";
    const auto unread =
        std::ranges::count_if(run.files, [](const FileRow& file) { return !file.error.empty(); });
    if (unread > 0) out += fmt::format(" Files that could not be read: {}.", unread);
    if (summary.unanswered > 0)
        out += fmt::format(" {} not answered.", counted(summary.unanswered, "name"));
    if (summary.unjudged > 0)
        out += fmt::format(
            " {} could not be judged{}.", counted(summary.unjudged, "endpoint"),
            summary.problems.empty() ? "; what was judged is not wrong" : ""
        );
    if (run.interrupted) out += " The run was interrupted: only what was known until then.";
    if (const auto left_out = locations_left_out(run); left_out > 0)
        out += fmt::format(" Fetching was cut short: {} not asked.", counted(left_out, "location"));
    return out;
}

std::string outcomes_text(const ScanResult& run) {
    std::string out;
    for (const auto& word : words<Outcome>())
        if (const auto count = run.summary.outcomes.find(word.value);
            count != run.summary.outcomes.end() && count->second > 0)
            out +=
                fmt::format("{}{} {}", out.empty() ? "" : ", ", count->second, spaced(word.text));
    return out;
}

std::string findings_text(const Summary& summary) {
    std::string out;
    for (const auto verdict : {Verdict::fail, Verdict::warn, Verdict::inconclusive, Verdict::pass})
        if (const auto count = summary.verdicts.find(verdict);
            count != summary.verdicts.end() && count->second > 0)
            out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count->second, to_text(verdict));
    if (summary.waived > 0) out += fmt::format(", {} waived", summary.waived);
    return out;
}

} // namespace lyncprobe::report
