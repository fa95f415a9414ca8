// SPDX-License-Identifier: MIT
#include "report/view.h"

#include "report/endpoint_table.h"
#include "report/overview.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kDay = 10; // characters of "2026-12-01"

std::optional<Verdict> worse(std::optional<Verdict> one, std::optional<Verdict> other) {
    if (!one || !other) return one ? one : other;
    return badness(*one) >= badness(*other) ? one : other;
}

} // namespace

View::View(const ScanResult& result, std::string_view heading)
    : run(result),
      title(heading.empty() ? title_of(result) : std::string(heading)),
      certificates(collect(result)),
      about_several(result.endpoints.size()),
      unjudged(unjudged_rows(result)) {
    for (const auto& row : run.topology)
        for (const auto endpoint : row.endpoints)
            about_several[endpoint].push_back(row.finding);
    group_servers();
    group_statements();
    for (const auto& [sha256, certificate] : certificates)
        numbers_.try_emplace(sha256, numbers_.size() + 1);
}

void View::group_servers() {
    // The same name in two pools is two servers: an Edge Server has names of its own inside.
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> index;
    for (std::size_t endpoint = 0; endpoint < run.endpoints.size(); ++endpoint) {
        const auto& its_target = target(endpoint);
        const std::string_view name =
            its_target.server.empty() ? its_target.host : its_target.server;
        const auto [at, fresh] = index.try_emplace({name, its_target.pool}, servers.size());
        if (fresh)
            servers.push_back({name, its_target.pool, its_target.site, its_target.role, {}, {}});
        verdicts.push_back(worse(
            worst_verdict(run.endpoints[endpoint].findings), worst_verdict(about_several[endpoint])
        ));
        auto& server = servers[at->second];
        server.endpoints.push_back(endpoint);
        server.verdict = worse(server.verdict, verdicts.back());
        server_of.push_back(at->second);
    }
}

void View::group_statements() {
    const auto all = occurrences(run, true);
    open = statements(all, Verdict::inconclusive);
    waived = waived_statements(all);
    std::set<std::string_view> good, other;
    const auto add = [&](const Finding& finding) {
        if (finding.waived || finding.verdict == Verdict::not_applicable) return;
        (finding.verdict == Verdict::pass ? good : other).insert(finding.rule);
    };
    for (const auto& one : all)
        add(*one.finding);
    for (const auto& domain : run.domains)
        for (const auto& finding : domain.findings)
            add(finding);
    std::ranges::set_difference(good, other, std::back_inserter(passed));
}

const Target& View::target(std::size_t endpoint) const {
    return run.targets[run.endpoints[endpoint].target];
}

std::size_t View::number(const Fingerprint& sha256) const {
    const auto found = numbers_.find(sha256);
    return found == numbers_.end() ? 0 : found->second;
}

std::string_view verdict_word(std::optional<Verdict> verdict) {
    if (!verdict) return "not judged";
    switch (*verdict) {
    case Verdict::warn: return "warning";
    case Verdict::not_applicable: return "does not apply";
    default: return to_text(*verdict);
    }
}

std::string spaced(std::string_view word) {
    std::string out(word);
    std::ranges::replace(out, '_', ' ');
    return out;
}

std::string capital(std::string_view text) {
    std::string out(text);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
        out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

std::string day(const std::optional<Time>& time) {
    return time ? to_rfc3339(*time).substr(0, kDay) : "no date";
}

Verdict verdict_of(GoLive verdict) {
    switch (verdict) {
    case GoLive::ready: return Verdict::pass;
    case GoLive::will_fail: return Verdict::fail;
    case GoLive::cannot_tell: break;
    }
    return Verdict::inconclusive;
}

std::string_view in_words(GoLive verdict) {
    switch (verdict) {
    case GoLive::ready: return "ready";
    case GoLive::will_fail: return "will fail";
    case GoLive::cannot_tell: break;
    }
    return "cannot be told from here";
}

std::string_view in_words(Party side) {
    switch (side) {
    case Party::ours: return "our side";
    case Party::theirs: return "their side";
    case Party::either: break;
    }
    return "either side";
}

} // namespace lyncprobe::report
