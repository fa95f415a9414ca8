// SPDX-License-Identifier: MIT
#include "rules/verdicts/root_groups.h"

#include <map>
#include <set>
#include <tuple>

namespace lyncprobe::rules {
namespace {

RootTrust trust_of(const Chain& chain, const IssuerClosure& closure) {
    if (chain.path.anchored()) return RootTrust::trusted;
    if (!closure.anchors.empty()) return RootTrust::trusted_over_others;
    return chain.path.anchors_configured ? RootTrust::not_among_anchors : RootTrust::unknown;
}

} // namespace

std::vector<RootGroup> root_groups(const ScanResult& run, const IssuerClosures& issuer_closures) {
    std::vector<RootGroup> groups;
    using Names = std::vector<std::string>;
    std::map<std::tuple<Names, Names, RootTrust>, std::size_t> index;
    std::map<const Chain*, std::size_t> of_chain;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto* chain = run.endpoints[i].main.chain.get();
        const auto found = issuer_closures.find(chain);
        if (found == issuer_closures.end()) continue;
        const auto [known, fresh] = of_chain.try_emplace(chain);
        if (fresh) {
            const auto& closure = found->second;
            std::set<std::string> roots;
            if (chain->presented.front()->root_like)
                roots.insert(chain->presented.front()->subject);
            for (const auto& issuer : closure.above)
                if (issuer->root_like) roots.insert(issuer->subject);
            RootGroup group{
                .roots = {roots.begin(), roots.end()},
                .open = closure.open,
                .trust = trust_of(*chain, closure),
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

} // namespace lyncprobe::rules
