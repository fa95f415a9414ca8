// SPDX-License-Identifier: MIT
#include "model/trust.h"

#include "model/text/ascii.h"

#include <array>
#include <set>
#include <unordered_map>

namespace lyncprobe {

namespace {

constexpr auto kLinkVerdicts = std::to_array<Word<LinkVerdict>>({
    {LinkVerdict::works, "works"},
    {LinkVerdict::cannot_tell, "cannot_tell"},
    {LinkVerdict::cannot_work, "cannot_work"},
});
constexpr auto kLinkReasons = std::to_array<Word<LinkReason>>({
    {LinkReason::accepted, "accepted"},
    {LinkReason::issuer_not_listed, "issuer_not_listed"},
    {LinkReason::list_cut, "list_cut"},
    {LinkReason::server_issuer_not_listed, "server_issuer_not_listed"},
    {LinkReason::intermediate_listed, "intermediate_listed"},
    {LinkReason::no_list, "no_list"},
    {LinkReason::not_asked, "not_asked"},
    {LinkReason::not_reached, "not_reached"},
    {LinkReason::list_not_read, "list_not_read"},
    {LinkReason::client_not_seen, "client_not_seen"},
    {LinkReason::client_chain_open, "client_chain_open"},
    {LinkReason::way_not_presented, "way_not_presented"},
    {LinkReason::client_chains_differ, "client_chains_differ"},
});
constexpr auto kRootTrusts = std::to_array<Word<RootTrust>>({
    {RootTrust::trusted, "trusted"},
    {RootTrust::trusted_over_others, "trusted_over_others"},
    {RootTrust::not_among_anchors, "not_among_anchors"},
    {RootTrust::unknown, "unknown"},
});

} // namespace

template <>
std::span<const Word<LinkVerdict>> words() {
    return kLinkVerdicts;
}
template <>
std::span<const Word<LinkReason>> words() {
    return kLinkReasons;
}
template <>
std::span<const Word<RootTrust>> words() {
    return kRootTrusts;
}

std::vector<std::string> names_of(
    const MutualTrust& trust, const std::vector<std::size_t>& servers
) {
    // A pool is named in place of its servers where all of them are meant.
    std::unordered_map<std::string_view, std::size_t> missing; // of each pool that is concerned
    for (const auto server : servers)
        missing[trust.servers[server].pool] -= 1;
    for (const auto& server : trust.servers)
        if (const auto pool = missing.find(server.pool); pool != missing.end()) ++pool->second;
    std::vector<std::string> names;
    std::set<std::string_view> said;
    for (const auto index : servers) {
        const auto& server = trust.servers[index];
        const bool whole_pool = !server.pool.empty() && missing[server.pool] == 0;
        if (!whole_pool)
            names.push_back(server.name);
        else if (said.insert(server.pool).second)
            names.push_back(server.pool);
    }
    return names;
}

std::string name_key(std::string_view name_text) {
    // Two unreadable names are not the same name.
    if (name_text.starts_with("(unreadable)")) return {};
    std::string key;
    const auto end_value = [&key] {
        while (key.ends_with(' '))
            key.pop_back();
    };
    for (std::size_t at = 0; at < name_text.size(); ++at) {
        char c = name_text[at];
        // RFC 4514 2.4 as name_text writes it: an escaped comma does not end a value.
        const bool escaped = c == '\\' && at + 1 < name_text.size();
        if (escaped) c = name_text[++at];
        // RFC 4518 2.6.1: runs of blanks count as one, at the ends as none.
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            if (!key.empty() && key.back() != ' ' && key.back() != '=') key += ' ';
            continue;
        }
        if (escaped)
            key += '\\';
        else if (c == ',' || c == '+')
            end_value();
        key += to_lower(c);
    }
    end_value();
    return key;
}

} // namespace lyncprobe
