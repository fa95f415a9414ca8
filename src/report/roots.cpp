// SPDX-License-Identifier: MIT
#include "report/roots.h"

#include "report/statements.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kGroupsListed = 12; // the JSON has them all
constexpr std::size_t kNamesListed = 3;

RootTrust trust_of(const Chain&, const Ascent&);
std::string_view in_words(RootTrust);

} // namespace

std::string_view to_text(RootTrust trust) {
    switch (trust) {
    case RootTrust::trusted: return "trusted";
    case RootTrust::trusted_over_others: return "trusted_over_others";
    case RootTrust::not_among_anchors: return "not_among_anchors";
    case RootTrust::unknown: return "unknown";
    }
    return "?";
}

std::vector<RootGroup> root_groups(const ScanResult& run) {
    std::vector<RootGroup> groups;
    using Names = std::vector<std::string>;
    std::map<std::tuple<Names, Names, RootTrust>, std::size_t> index;
    std::map<const Chain*, std::size_t> of_chain;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto* chain = run.endpoints[i].main.chain.get();
        const auto found = run.ascents.find(chain);
        if (found == run.ascents.end()) continue;
        const auto [known, fresh] = of_chain.try_emplace(chain);
        if (fresh) {
            const auto& ascent = found->second;
            std::set<std::string> roots;
            if (chain->presented.front()->root_like)
                roots.insert(chain->presented.front()->subject);
            for (const auto& issuer : ascent.above)
                if (issuer->root_like) roots.insert(issuer->subject);
            RootGroup group{
                .roots = {roots.begin(), roots.end()},
                .open = ascent.open,
                .trust = trust_of(*chain, ascent),
                .endpoints = {}};
            const auto [at, is_new] =
                index.try_emplace({group.roots, group.open, group.trust}, groups.size());
            if (is_new) groups.push_back(std::move(group));
            known->second = at->second;
        }
        groups[known->second].endpoints.push_back(i);
    }
    return groups;
}

void write_roots(Page& page, const ScanResult& run) {
    const auto groups = root_groups(run);
    if (groups.size() < 2) return;
    page.heading(fmt::format("Where the chains lead ({})", groups.size()));
    for (std::size_t i = 0; i < std::min(groups.size(), kGroupsListed); ++i) {
        const auto& group = groups[i];
        auto where = enumerate(group.roots, kNamesListed);
        if (group.roots.size() > 1) where = "cross-signed: " + where;
        if (!group.open.empty())
            where += fmt::format(
                "{}no further than {}, which nobody showed", where.empty() ? "" : "; ",
                enumerate(group.open, kNamesListed)
            );
        const auto count = group.endpoints.size();
        page.paragraph(
            2, 4,
            {{where, Style::bold},
             {fmt::format(", {} endpoint{}: ", count, count == 1 ? "" : "s")},
             {std::string(in_words(group.trust)),
              group.trust == RootTrust::trusted ? Style::plain : Style::yellow}}
        );
    }
    if (groups.size() > kGroupsListed)
        page.paragraph(2, 4, {{fmt::format("and {} more", groups.size() - kGroupsListed)}});
}

namespace {

RootTrust trust_of(const Chain& chain, const Ascent& ascent) {
    if (chain.path.trust == PathFacts::Trust::trusted) return RootTrust::trusted;
    if (!ascent.anchors.empty()) return RootTrust::trusted_over_others;
    return chain.path.anchors_configured ? RootTrust::not_among_anchors : RootTrust::unknown;
}

std::string_view in_words(RootTrust trust) {
    switch (trust) {
    case RootTrust::trusted: return "trusted";
    case RootTrust::trusted_over_others:
        return "trusted, but only over certificates that other endpoints present";
    case RootTrust::not_among_anchors: return "not among the trust anchors that were given";
    case RootTrust::unknown: break;
    }
    return "unknown, not untrusted: only this machine's roots were looked in";
}

} // namespace
} // namespace lyncprobe::report
