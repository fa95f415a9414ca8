// SPDX-License-Identifier: MIT
#include "report/trust.h"

#include "model/text/lists.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kLongestName = 40; // columns
constexpr std::size_t kIndent = 2, kNumber = 3, kCell = 2, kGap = 2;
constexpr std::size_t kMostParties = 400; // more different ones are no deployment that fits a page

using Servers = std::vector<std::size_t>;

// What is known of the links between two parties, as a set.
using Known = std::uint8_t;
constexpr Known kWorks = 1, kOpen = 2, kBroken = 4;

// Party is servers of one pool that look the same from every other party.
struct Party {
    std::string_view pool;
    Servers servers;
    std::string name;
};

class Matrix {
  public:
    explicit Matrix(const MutualTrust&);
    std::vector<Party> parties;
    Known at(std::size_t from, std::size_t to) const { return cells_[from * parties.size() + to]; }
    bool broken(std::size_t party) const;

  private:
    void fill(const MutualTrust&);
    void merge();
    bool alike(std::size_t, std::size_t) const;
    std::vector<Known> cells_;
};

Known cell_of(LinkVerdict verdict) {
    switch (verdict) {
    case LinkVerdict::works: return kWorks;
    case LinkVerdict::cannot_work: return kBroken;
    case LinkVerdict::cannot_tell: break;
    }
    return kOpen;
}

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

Matrix::Matrix(const MutualTrust& trust) : parties(parties_of(trust)) {
    // Its cells grow with the square of the parties.
    if (parties.size() > kMostParties) return;
    fill(trust);
    merge();
    for (auto& party : parties) {
        const auto names = names_of(trust, party.servers);
        party.name = names.front();
        if (names.size() > 1) party.name += fmt::format(" and {} more", names.size() - 1);
    }
}

void Matrix::fill(const MutualTrust& trust) {
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
                    cells_[one * parties.size() + other] |= cell_of(link.verdict);
    }
}

// Parties of one pool whose rows and columns are the same are one.
void Matrix::merge() {
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

bool Matrix::alike(std::size_t one, std::size_t other) const {
    if (parties[one].pool != parties[other].pool) return false;
    for (std::size_t third = 0; third < parties.size(); ++third)
        if (at(one, third) != at(other, third) || at(third, one) != at(third, other)) return false;
    return true;
}

bool Matrix::broken(std::size_t party) const {
    for (std::size_t other = 0; other < parties.size(); ++other)
        if (((at(party, other) | at(other, party)) & kBroken) != 0) return true;
    return false;
}

// In their order; where there is no room for all, those with a link that cannot work come first.
std::vector<std::size_t> shown_parties(const Matrix& matrix, std::size_t room) {
    std::vector<std::size_t> all;
    for (std::size_t party = 0; party < matrix.parties.size(); ++party)
        all.push_back(party);
    if (all.size() <= room) return all;
    std::stable_partition(all.begin(), all.end(), [&](std::size_t party) {
        return matrix.broken(party);
    });
    // The chosen ones go back into the order that all of them had.
    all.resize(room);
    std::sort(all.begin(), all.end());
    return all;
}

Cell cell(Known known) {
    if ((known & kBroken) != 0) return {"X", kCell, Style::red};
    if (known == kWorks) return {"+", kCell, Style::green};
    if (known == kOpen) return {"?", kCell, Style::yellow};
    return {known == 0 ? "." : "+?", kCell, Style::plain};
}

void write_matrix(Page& page, const Matrix& matrix) {
    std::size_t name = 0;
    for (const auto& party : matrix.parties)
        name = std::max(name, std::min(safe_width(party.name), kLongestName));
    const auto fixed = kIndent + kNumber + kGap + name + kGap;
    const auto room = page.width() > fixed ? (page.width() - fixed) / (kCell + kGap) : 0;
    const auto shown = shown_parties(matrix, room);
    std::vector<Cell> line{{"", kNumber}, {"connects to", name, Style::dim}};
    for (std::size_t i = 1; i <= shown.size(); ++i)
        line.push_back({fmt::format("{}", i), kCell, Style::dim});
    page.line(kIndent, line);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        line = {
            {fmt::format("{}", i + 1), kNumber, Style::dim}, {matrix.parties[shown[i]].name, name}};
        for (const auto other : shown)
            line.push_back(cell(matrix.at(shown[i], other)));
        page.line(kIndent, line);
    }
    page.paragraph(
        kIndent, kIndent,
        {{"+ can connect, X cannot on some port (see mutual-trust), ? cannot be told, +? cannot be "
          "told on some port, . does not connect",
          Style::dim}}
    );
    if (const auto rest = matrix.parties.size() - shown.size())
        page.paragraph(kIndent, kIndent, {{fmt::format("and {} more; the JSON has all", rest)}});
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

void write_reasons(Page& page, const MutualTrust& trust) {
    std::map<LinkReason, std::set<std::size_t>> endpoints;
    for (const auto& link : trust.links)
        if (link.verdict == LinkVerdict::cannot_tell)
            endpoints[link.reason].insert(link.endpoints.begin(), link.endpoints.end());
    for (const auto& [reason, list] : endpoints)
        page.paragraph(
            kIndent, kIndent + 2,
            {{fmt::format(
                "cannot be told on {}: {}", counted(list.size(), "port"), reason_text(reason)
            )}}
        );
    if (trust.left_out > 0)
        page.paragraph(
            kIndent, kIndent, {{fmt::format("{} kinds of links were left out", trust.left_out)}}
        );
}

} // namespace

void write_trust(Page& page, const MutualTrust& trust) {
    if (trust.links.empty()) return;
    Known all = 0;
    for (const auto& link : trust.links)
        all |= cell_of(link.verdict);
    page.heading("Mutual trust between servers");
    if (all == kWorks) {
        page.paragraph(
            2, 2,
            {{fmt::format(
                "each of {} servers accepts the certificates of those that connect to it",
                trust.servers.size()
            )}}
        );
        return;
    }
    // A matrix of question marks alone says less than the reasons below it.
    if (all != kOpen) {
        const Matrix matrix(trust);
        if (matrix.parties.size() <= kMostParties) write_matrix(page, matrix);
    }
    write_reasons(page, trust);
}

} // namespace lyncprobe::report
