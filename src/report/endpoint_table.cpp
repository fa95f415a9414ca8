// SPDX-License-Identifier: MIT
#include "report/endpoint_table.h"

#include "report/certificate_index.h"

#include <algorithm>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kLongestId = 44;    // columns; a longer one stands on a line of its own
constexpr std::size_t kShortestName = 12; // columns for the CN, else it is left out
constexpr std::size_t kGap = 2, kIndent = 2, kDate = 10;

// Line is what the table says of one endpoint.
struct Line {
    std::string verdict, id, outcome, tls, expires, name;
    Style verdict_style = Style::dim;
};

// Layout is the width of each column; a name of 0 is left out.
struct Layout {
    std::size_t verdict = 4, id = 8, outcome = 7, tls = 3, name = 0;
};

std::string_view mutual_text(const AttemptRow& attempt) {
    if (!attempt.tls || !attempt.tls->handshake_done) return "";
    const auto* it = attempt.client_certificate.get();
    if (!it || !it->requested) return "not asked";
    if (it->accepted) return *it->accepted ? "accepted" : "rejected";
    if (!it->required) return "asked";
    return *it->required ? "required" : "optional";
}

// The outcome, and how the server stands to client certificates where the outcome does not say it.
std::string outcome_text(const EndpointRow& row) {
    const auto& attempt = row.main;
    std::string text(to_text(attempt.outcome));
    if (attempt.outcome == Outcome::client_certificate_required ||
        attempt.outcome == Outcome::client_certificate_rejected)
        return text;
    if (const auto mutual = mutual_text(attempt); !mutual.empty()) (text += ", cert ") += mutual;
    // Tried without one too: only that tells whether it must be.
    for (const auto& variant : row.variants) {
        if (variant.role != AttemptRole::without_identity) continue;
        if (variant.outcome == Outcome::client_certificate_required) text += ", required";
        if (variant.client_certificate && variant.client_certificate->required == false)
            text += ", optional";
    }
    return text;
}

// The attempt that the chain of the row comes from.
const AttemptRow& chain_reader(const EndpointRow& row) {
    if (row.main.tls && row.main.tls->version != TlsVersion::none) return row.main;
    for (const auto& variant : row.variants)
        if (row.main.chain && variant.chain == row.main.chain && variant.tls) return variant;
    return row.main;
}

// The names that certificates use for the same curves are shorter (RFC 8422 appendix A).
std::string_view short_group(std::string_view group) {
    if (group == "secp256r1") return "P-256";
    if (group == "secp384r1") return "P-384";
    return group == "secp521r1" ? "P-521" : group;
}

std::string tls_text(const AttemptRow& attempt) {
    if (attempt.pseudo_tls)
        return attempt.answer.text("transport") == "udp" ? "none (UDP)" : "pseudo-TLS";
    if (attempt.plain) return "none";
    if (!attempt.tls || attempt.tls->version == TlsVersion::none) return "-";
    const auto& tls = *attempt.tls;
    auto text = to_text(tls.version);
    if (text.starts_with("TLSv")) text.erase(0, 4);
    if (!tls.group.empty()) return (text += ' ') += short_group(tls.group);
    // Without a group where one would have been told: RSA key exchange.
    return tls.handshake_done || attempt.raw_version != 0 ? text + " RSA" : text;
}

std::string_view short_word(Verdict verdict) {
    switch (verdict) {
    case Verdict::inconclusive: return "open";
    case Verdict::not_applicable: return "n/a";
    default: return to_text(verdict);
    }
}

Line line_of(const EndpointRow& row) {
    Line line;
    line.id = row.id;
    line.outcome = outcome_text(row);
    line.tls = tls_text(chain_reader(row));
    line.verdict = "-";
    if (const auto worst = worst_verdict(row.findings)) {
        line.verdict = short_word(*worst);
        line.verdict_style = style_of(*worst);
    }
    if (row.main.chain && !row.main.chain->presented.empty()) {
        const auto& leaf = *row.main.chain->presented.front();
        line.name = common_name(leaf);
        // The day is enough here; the findings have the time.
        line.expires = leaf.not_after ? to_rfc3339(*leaf.not_after).substr(0, kDate) : "?";
    }
    return line;
}

// Outcome and TLS get what they need, then the id; what is left is the CN's.
Layout fit(const std::vector<Line>& lines, std::size_t width) {
    Layout layout;
    std::size_t longest_id = layout.id;
    for (const auto& line : lines) {
        layout.outcome = std::max(layout.outcome, line.outcome.size());
        layout.tls = std::max(layout.tls, safe_width(line.tls));
        longest_id = std::max(longest_id, std::min(safe_width(line.id), kLongestId));
    }
    const auto fixed = kIndent + layout.verdict + layout.outcome + layout.tls + kDate + 4 * kGap;
    const auto rest = width > fixed ? width - fixed : 0;
    layout.id = std::max(layout.id, std::min(longest_id, rest));
    const auto left = rest > layout.id + kGap ? rest - layout.id - kGap : 0;
    layout.name = left >= kShortestName ? left : 0;
    return layout;
}

void print(Page& page, const Layout& layout, const Line& it, Style style) {
    std::vector<Cell> cells{
        {it.verdict, layout.verdict, it.verdict_style},
        {it.id, layout.id, style},
        {it.outcome, layout.outcome, style},
        {it.tls, layout.tls, style},
        {it.expires, kDate, style}};
    if (layout.name > 0) cells.push_back({it.name, layout.name, style});
    page.line(kIndent, cells);
}

} // namespace

void write_endpoint_table(Page& page, const ScanResult& run) {
    if (run.endpoints.empty()) return;
    std::vector<Line> lines;
    lines.reserve(run.endpoints.size());
    for (const auto& row : run.endpoints)
        lines.push_back(line_of(row));
    const auto layout = fit(lines, page.width());
    page.heading("Endpoints");
    print(page, layout, {"", "endpoint", "outcome", "TLS", "expires", "certificate"}, Style::dim);
    const auto id_column = kIndent + layout.verdict + kGap;
    for (auto& line : lines) {
        // Never cut: two ids may differ in their last characters.
        if (safe_width(line.id) > layout.id) {
            page.paragraph(id_column, id_column, {{line.id}});
            line.id.clear();
        }
        print(page, layout, line, Style::plain);
    }
}

std::optional<Verdict> worst_verdict(const std::vector<const Finding*>& findings) {
    std::optional<Verdict> worst;
    for (const auto* finding : findings)
        if (!finding->waived && (!worst || badness(finding->verdict) > badness(*worst)))
            worst = finding->verdict;
    return worst;
}

std::string tls_text(const EndpointRow& row) { return tls_text(chain_reader(row)); }

} // namespace lyncprobe::report
