// SPDX-License-Identifier: MIT
#include "report/trust_matrix.h"

#include "model/text/lists.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

using Servers = std::vector<std::size_t>;

// Servers of one pool that stand in the same links.
std::vector<Party> parties_of(const MutualTrust& trust) {
    std::vector<Servers> links(trust.servers.size()); // of each server, both sides
    for (std::size_t i = 0; i < trust.links.size(); ++i) {
        for (const auto server : trust.links[i].from)
            links[server].push_back(2 * i);
        for (const auto server : trust.links[i].to)
            links[server].push_back(2 * i + 1);
    }
    std::vector<Party> parties;
    std::map<std::pair<std::string_view, Servers>, std::size_t> index;
    for (std::size_t server = 0; server < trust.servers.size(); ++server) {
        const std::string_view pool = trust.servers[server].pool;
        const auto [at, fresh] =
            index.try_emplace({pool, std::move(links[server])}, parties.size());
        if (fresh) parties.push_back({pool, {}, {}});
        parties[at->second].servers.push_back(server);
    }
    return parties;
}

std::string_view reason_text(LinkReason reason) {
    switch (reason) {
    case LinkReason::intermediate_listed:
        return "the list of issuers has a CA that may be no root (see ca-names-intermediate)";
    case LinkReason::no_list:
        return "no list of issuers is sent, which is normal from Windows Server 2012 on";
    case LinkReason::not_asked: return "no certificate is asked for";
    case LinkReason::not_reached: return "the handshake did not come to that point";
    case LinkReason::list_not_read: return "the list of issuers is too long to be kept";
    case LinkReason::client_not_seen:
        return "some server that connects showed no certificate of its own";
    case LinkReason::client_chain_open:
        return "nobody showed the root of some certificate; give the roots with --ca-file";
    case LinkReason::way_not_presented:
        return "some server that connects does not present its whole chain";
    case LinkReason::client_chains_differ:
        return "some server that connects shows several certificates, of which only some fit";
    default: return to_text(reason);
    }
}

} // namespace

Known known_of(LinkVerdict verdict) {
    switch (verdict) {
    case LinkVerdict::works: return kWorks;
    case LinkVerdict::cannot_work: return kBroken;
    case LinkVerdict::cannot_tell: break;
    }
    return kOpen;
}

TrustMatrix::TrustMatrix(const MutualTrust& trust) : parties(parties_of(trust)) {
    // Its cells grow with the square of the parties.
    if (too_large()) return;
    fill(trust);
    merge();
    for (auto& party : parties) {
        const auto names = names_of(trust, party.servers);
        party.name = names.front();
        if (names.size() > 1) party.name += fmt::format(" and {} more", names.size() - 1);
    }
}

void TrustMatrix::fill(const MutualTrust& trust) {
    std::vector<std::size_t> party_of(trust.servers.size());
    for (std::size_t party = 0; party < parties.size(); ++party)
        for (const auto server : parties[party].servers)
            party_of[server] = party;
    const auto all = [&](const Servers& servers) {
        std::set<std::size_t> out;
        for (const auto server : servers)
            out.insert(party_of[server]);
        return out;
    };
    cells_.assign(parties.size() * parties.size(), 0);
    for (const auto& link : trust.links) {
        const auto to = all(link.to);
        for (const auto one : all(link.from))
            for (const auto other : to)
                // Such a link stands for the pairs of servers within each pool only.
                if (!link.same_pool || parties[one].pool == parties[other].pool)
                    cells_[one * parties.size() + other] |= known_of(link.verdict);
    }
}

// Parties of one pool whose rows and columns are the same are one.
void TrustMatrix::merge() {
    std::vector<std::size_t> kept;
    for (std::size_t party = 0; party < parties.size(); ++party) {
        const auto same = std::find_if(kept.begin(), kept.end(), [&](std::size_t other) {
            return alike(party, other);
        });
        if (same == kept.end()) {
            kept.push_back(party);
            continue;
        }
        auto& servers = parties[*same].servers;
        servers.insert(servers.end(), parties[party].servers.begin(), parties[party].servers.end());
        std::sort(servers.begin(), servers.end());
    }
    std::vector<Known> cells;
    std::vector<Party> merged;
    for (const auto from : kept) {
        for (const auto to : kept)
            cells.push_back(at(from, to));
        merged.push_back(parties[from]);
    }
    cells_ = std::move(cells);
    parties = std::move(merged);
}

bool TrustMatrix::alike(std::size_t one, std::size_t other) const {
    if (parties[one].pool != parties[other].pool) return false;
    for (std::size_t third = 0; third < parties.size(); ++third)
        if (at(one, third) != at(other, third) || at(third, one) != at(third, other)) return false;
    return true;
}

bool TrustMatrix::broken(std::size_t party) const {
    for (std::size_t other = 0; other < parties.size(); ++other)
        if (((at(party, other) | at(other, party)) & kBroken) != 0) return true;
    return false;
}

Known all_known(const MutualTrust& trust) {
    Known all = 0;
    for (const auto& link : trust.links)
        all |= known_of(link.verdict);
    return all;
}

std::vector<std::string> open_reasons(const MutualTrust& trust) {
    std::map<LinkReason, std::set<std::size_t>> endpoints;
    for (const auto& link : trust.links)
        if (link.verdict == LinkVerdict::cannot_tell)
            endpoints[link.reason].insert(link.endpoints.begin(), link.endpoints.end());
    std::vector<std::string> out;
    for (const auto& [reason, list] : endpoints)
        out.push_back(fmt::format(
            "cannot be told on {}: {}", counted(list.size(), "port"), reason_text(reason)
        ));
    if (trust.left_out > 0)
        out.push_back(fmt::format("{} kinds of links were left out", trust.left_out));
    return out;
}

} // namespace lyncprobe::report
