// SPDX-License-Identifier: MIT
#include "report/locations.h"

#include "model/text/lists.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {

namespace {

constexpr std::size_t kShown = 20; // of those that failed; all of them with --verbose

std::string_view kind_text(LocationKind kind) {
    switch (kind) {
    case LocationKind::crl: return "CRL";
    case LocationKind::delta_crl: return "delta CRL";
    case LocationKind::ocsp: return "OCSP";
    case LocationKind::ca_issuers: return "CA certificate";
    case LocationKind::staple: break;
    }
    return "OCSP staple";
}

std::string what_came(const FetchedLocation& it) {
    if (it.outcome != FetchOutcome::ok) return it.detail;
    if (it.crl) {
        const auto next = it.crl->next_update ? to_rfc3339(*it.crl->next_update) : "no date";
        return fmt::format(
            "{} bytes, {} entries, until {}, by {}", it.bytes, it.crl->entries, next, it.crl->issuer
        );
    }
    if (it.kind == LocationKind::ca_issuers) return counted(it.certificates, "certificate");
    return fmt::format("{} bytes", it.bytes);
}

} // namespace

void write_locations(Page& page, const ScanResult& run, bool verbose) {
    if (run.locations.empty()) return;
    const auto good = static_cast<std::size_t>(std::count_if(
        run.locations.begin(), run.locations.end(),
        [](const auto& it) { return it->outcome == FetchOutcome::ok; }
    ));
    page.heading(fmt::format(
        "Fetched from what certificates name ({} of {} answered)", good, run.locations.size()
    ));
    std::size_t shown = 0;
    for (const auto& it : run.locations) {
        const bool fine = it->outcome == FetchOutcome::ok;
        // What answered is counted in the heading; only failures need somebody to act.
        if (!verbose && (fine || shown == kShown)) continue;
        ++shown;
        page.paragraph(
            2, 6,
            {{fmt::format("{} ", kind_text(it->kind))},
             {it->url, Style::bold},
             {fmt::format(": {}", to_text(it->outcome)), fine ? Style::green : Style::yellow},
             {", " + what_came(*it)}}
        );
    }
    const auto failed = run.locations.size() - good;
    if (!verbose && failed > shown)
        page.paragraph(2, 6, {{fmt::format("and {} more", failed - shown)}});
}

} // namespace lyncprobe::report
