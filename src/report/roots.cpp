// SPDX-License-Identifier: MIT
#include "report/roots.h"

#include "model/text/lists.h"
#include "report/statements.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kGroupsListed = 12; // the JSON has them all
constexpr std::size_t kNamesListed = 3;

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

void write_roots(Page& page, const std::vector<RootGroup>& groups) {
    // One root for all is what a deployment should have: nothing to tell.
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
        page.paragraph(
            2, 4,
            {{where, Style::bold},
             {fmt::format(", {}: ", counted(group.endpoints.size(), "endpoint"))},
             {std::string(in_words(group.trust)),
              group.trust == RootTrust::trusted ? Style::plain : Style::yellow}}
        );
    }
    if (groups.size() > kGroupsListed)
        page.paragraph(2, 4, {{fmt::format("and {} more", groups.size() - kGroupsListed)}});
}

} // namespace lyncprobe::report
