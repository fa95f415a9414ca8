// SPDX-License-Identifier: MIT
#include "model/trust.h"

#include <set>
#include <unordered_map>

namespace lyncprobe {

std::string_view to_text(LinkVerdict verdict) {
    switch (verdict) {
    case LinkVerdict::works: return "works";
    case LinkVerdict::cannot_tell: return "cannot_tell";
    case LinkVerdict::cannot_work: return "cannot_work";
    }
    return "?";
}

std::string_view to_text(LinkReason reason) {
    switch (reason) {
    case LinkReason::accepted: return "accepted";
    case LinkReason::issuer_not_listed: return "issuer_not_listed";
    case LinkReason::list_cut: return "list_cut";
    case LinkReason::server_issuer_not_listed: return "server_issuer_not_listed";
    case LinkReason::intermediate_listed: return "intermediate_listed";
    case LinkReason::no_list: return "no_list";
    case LinkReason::not_asked: return "not_asked";
    case LinkReason::not_reached: return "not_reached";
    case LinkReason::list_not_read: return "list_not_read";
    case LinkReason::client_not_seen: return "client_not_seen";
    case LinkReason::client_chain_open: return "client_chain_open";
    case LinkReason::way_not_presented: return "way_not_presented";
    case LinkReason::client_chains_differ: return "client_chains_differ";
    }
    return "?";
}

std::vector<std::string> names_of(
    const MutualTrust& trust, const std::vector<std::size_t>& servers
) {
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
    if (name_text.starts_with("(unreadable)")) return {};
    std::string key;
    const auto end_value = [&key] {
        while (key.ends_with(' '))
            key.pop_back();
    };
    for (std::size_t at = 0; at < name_text.size(); ++at) {
        char c = name_text[at];
        const bool escaped = c == '\\' && at + 1 < name_text.size();
        if (escaped) c = name_text[++at];
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            if (!key.empty() && key.back() != ' ' && key.back() != '=') key += ' ';
            continue;
        }
        if (escaped)
            key += '\\';
        else if (c == ',' || c == '+')
            end_value();
        key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    end_value();
    return key;
}

} // namespace lyncprobe
