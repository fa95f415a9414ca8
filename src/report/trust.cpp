// SPDX-License-Identifier: MIT
#include "report/trust.h"

#include "model/text/lists.h"
#include "report/trust_matrix.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kLongestName = 40; // columns
constexpr std::size_t kIndent = 2, kNumber = 3, kCell = 2, kGap = 2;

// In their order; where there is no room for all, those with a link that cannot work come first.
std::vector<std::size_t> shown_parties(const TrustMatrix& matrix, std::size_t room) {
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

void write_matrix(Page& page, const TrustMatrix& matrix) {
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

} // namespace

void write_trust(Page& page, const MutualTrust& trust) {
    if (trust.links.empty()) return;
    const auto all = all_known(trust);
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
        const TrustMatrix matrix(trust);
        if (!matrix.too_large()) write_matrix(page, matrix);
    }
    for (const auto& reason : open_reasons(trust))
        page.paragraph(kIndent, kIndent + 2, {{reason}});
}

} // namespace lyncprobe::report
