// SPDX-License-Identifier: MIT
// One screen a domain: the verdict, what was seen, and who has to change what.
#include "model/text/lists.h"
#include "report/counts.h"
#include "report/discovery_parts.h"
#include "report/page.h"
#include "report/report.h"
#include "report/statements.h"

#include <algorithm>
#include <ostream>
#include <span>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kIndent = 7;         // behind "  FAIL "
constexpr std::size_t kEndpointsShown = 8; // of one domain, and of one reason
constexpr std::size_t kReasonsShown = 10;  // of one weight; all of them with --verbose

struct Words {
    std::string_view text;
    Style style;
};

Words words_of(GoLive verdict) {
    switch (verdict) {
    case GoLive::ready: return {"ready", Style::green};
    case GoLive::will_fail: return {"will fail", Style::red};
    case GoLive::cannot_tell: return {"cannot tell from here", Style::yellow};
    }
    return {"?", Style::plain};
}

Words words_of(Weight weight) {
    switch (weight) {
    case Weight::fails: return {"FAIL", Style::red};
    case Weight::open: return {"OPEN", Style::yellow};
    case Weight::note: return {"NOTE", Style::dim};
    }
    return {"?", Style::plain};
}

bool rests_on_waiver(const FederationRow& row) {
    return std::ranges::any_of(row.reasons, [](const GoLiveReason& reason) {
        return reason.waived.has_value();
    });
}

// "edge.contoso.com:5061 (192.0.2.1)"
std::string place_of(const EndpointRow& row, const ScanResult& run) {
    const auto& target = run.targets[row.target];
    auto out = host_and_port(target.host, target.port);
    if (row.address) out += fmt::format(" ({})", to_text(*row.address));
    return out;
}

void write_counts(Page& page, const ScanResult& run) {
    Counts counts(run.federation.size(), "domain");
    for (const auto verdict : {GoLive::ready, GoLive::will_fail, GoLive::cannot_tell}) {
        const auto [word, style] = words_of(verdict);
        counts.add(
            static_cast<std::size_t>(
                std::ranges::count(run.federation, verdict, &FederationRow::verdict)
            ),
            word, style
        );
    }
    counts.note(run);
    page.paragraph(0, 4, counts.pieces());
}

void write_records(Page& page, const FederationRow& row) {
    if (!row.direct.empty()) {
        const auto host = row.records.hosts.find(row.direct);
        page.paragraph(
            2, 6,
            {{row.direct, Style::bold},
             {host == row.records.hosts.end() ? "" : ": " + host_text(host->second)}}
        );
        return;
    }
    for (const auto& record : row.records.rows) {
        // Federation asks for fewer records than a domain may have.
        if (record.answer.status == DnsStatus::not_asked) continue;
        for (const auto& line : answer_lines(row.records, record))
            page.paragraph(2, 6, {{std::string(record.record), Style::bold}, {": " + line}});
    }
}

void write_endpoint(Page& page, const EndpointRow& endpoint, const ScanResult& run) {
    const auto& seen = endpoint.main;
    std::string text;
    if (seen.tls && seen.tls->version != TlsVersion::none)
        text += to_text(seen.tls->version) + "; ";
    if (seen.client_certificate && seen.client_certificate->accepted == true)
        text += "took our certificate; ";
    page.paragraph(2, 6, {{place_of(endpoint, run), Style::bold}, {": " + text + seen.detail}});
}

void write_endpoints(
    Page& page, const FederationRow& row, const ScanResult& run, const TextOptions& options
) {
    const auto shown =
        options.verbose ? row.endpoints.size() : std::min(row.endpoints.size(), kEndpointsShown);
    for (std::size_t i = 0; i < shown; ++i)
        write_endpoint(page, run.endpoints[row.endpoints[i]], run);
    if (shown < row.endpoints.size())
        page.paragraph(2, 6, {{fmt::format("and {} more", row.endpoints.size() - shown)}});
    if (!row.our_domain.empty() && !row.endpoints.empty())
        page.paragraph(2, 6, {{"asked in the name of " + row.our_domain, Style::dim}});
}

// Said is one reason with every endpoint that it is true of.
struct Said {
    const GoLiveReason* reason;
    std::vector<std::string> where;
};

std::vector<Said> said(const FederationRow& row, const ScanResult& run, Weight weight) {
    std::vector<Said> out;
    for (const auto& reason : row.reasons) {
        if (reason.weight != weight) continue;
        auto same = std::ranges::find_if(out, [&](const Said& one) {
            return one.reason->code == reason.code && one.reason->message == reason.message &&
                   one.reason->fix == reason.fix;
        });
        if (same == out.end()) same = out.insert(out.end(), Said{&reason, {}});
        if (reason.endpoint) same->where.push_back(place_of(run.endpoints[*reason.endpoint], run));
    }
    return out;
}

// Empty where it is clear: the only endpoint, or none.
std::string where_text(const Said& one, const FederationRow& row, const TextOptions& options) {
    if (one.where.empty() || row.endpoints.size() == 1) return {};
    if (one.where.size() == row.endpoints.size()) return " at every address";
    return " at " + enumerate(one.where, options.verbose ? one.where.size() : kEndpointsShown);
}

void write_reason(
    Page& page, const Said& one, const FederationRow& row, const TextOptions& options
) {
    const auto& reason = *one.reason;
    const auto [word, style] = words_of(reason.weight);
    const std::vector<Piece> title{
        {std::string(word), style},
        {" "},
        {std::string(reason.code), Style::bold},
        {where_text(one, row, options)}};
    page.paragraph(2, kIndent, title);
    page.paragraph(kIndent, kIndent, {{reason.message}});
    if (reason.waived) return page.paragraph(kIndent, kIndent, {{"waived: " + *reason.waived}});
    if (!reason.fix.empty())
        page.paragraph(
            kIndent, kIndent + 2,
            {{reason.side == Party::either ? "either side: "
                                           : fmt::format("{}: ", to_text(reason.side)),
              Style::green},
             {reason.fix}}
        );
    if (options.verbose && !reason.source.empty())
        page.paragraph(
            kIndent, kIndent + 2, {{"source: " + std::string(reason.source), Style::dim}}
        );
}

void write_reasons(
    Page& page, const FederationRow& row, const ScanResult& run, const TextOptions& options
) {
    for (const auto weight : {Weight::fails, Weight::open, Weight::note}) {
        // Notes decide nothing; what fails or is open is said even with --quiet.
        if (weight == Weight::note && options.quiet) return;
        const auto list = said(row, run, weight);
        const auto shown = options.verbose ? list.size() : std::min(list.size(), kReasonsShown);
        for (const auto& one : std::span(list).first(shown))
            write_reason(page, one, row, options);
        if (shown < list.size())
            page.paragraph(
                2, kIndent,
                {{fmt::format("and {} more; --verbose shows them", list.size() - shown)}}
            );
    }
}

} // namespace

void write_federation_text(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    Page page(out, options.width, options.colour);
    write_counts(page, run);
    for (const auto& row : run.federation) {
        const auto [word, style] = words_of(row.verdict);
        page.blank();
        page.paragraph(
            0, 4,
            {{row.domain, Style::bold},
             {row.self ? ", as partners see it: " : ": "},
             {std::string(word), style},
             {row.verdict != GoLive::ready ? " because"
              : rests_on_waiver(row)       ? ", waived"
                                           : "",
              style}}
        );
        if (!options.quiet) {
            write_records(page, row);
            write_endpoints(page, row, run, options);
        }
        write_reasons(page, row, run, options);
    }
}

} // namespace lyncprobe::report
