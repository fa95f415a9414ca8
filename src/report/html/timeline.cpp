// SPDX-License-Identifier: MIT
// When which certificate runs out, over two years from the day that is judged as.
#include "report/html/drawing.h"
#include "report/html/sections.h"
#include "report/page.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

using Days = std::chrono::days;

constexpr std::size_t kMostRows = 150; // the table of certificates has them all
constexpr int kWidth = 1160, kRow = 20, kTop = 34;
constexpr int kLeft = 300;   // where the two years begin; names stand left of it
constexpr int kPast = 24;    // left of the beginning: what has run out
constexpr int kRight = 1040; // where they end; dates stand right of it
constexpr int kWordWidth = 40;
constexpr int kNameCut = 40; // characters
constexpr Days kSpan{731};

struct Bar {
    const Certificate* certificate;
    Verdict verdict;
};

Verdict verdict_of(const ScanResult& run, Time end) {
    if (end < run.judged_at) return Verdict::fail;
    return end < run.judged_at + run.expires_within ? Verdict::warn : Verdict::pass;
}

std::vector<Bar> bars(const View& view) {
    std::vector<Bar> out;
    for (const auto& [sha256, certificate] : view.certificates)
        if (certificate->not_after && *certificate->not_after < view.run.judged_at + kSpan)
            out.push_back({certificate, verdict_of(view.run, *certificate->not_after)});
    std::ranges::stable_sort(out, {}, [](const Bar& bar) { return *bar.certificate->not_after; });
    return out;
}

bool is_ca(const Certificate& it) { return it.basic_constraints && it.basic_constraints->ca; }

int position(const ScanResult& run, Time at) {
    if (at < run.judged_at) return kLeft - kPast;
    const auto share = static_cast<double>((at - run.judged_at).count()) /
                       static_cast<double>(std::chrono::seconds(kSpan).count());
    return kLeft + static_cast<int>(share * (kRight - kLeft));
}

// A line at the first day of each quarter.
void write_grid(Markup& page, const ScanResult& run, int bottom) {
    using namespace std::chrono;
    const year_month_day today(floor<Days>(run.judged_at));
    auto month = today.year() / today.month() / 1;
    for (const auto end = sys_seconds(run.judged_at + kSpan); sys_days(month) < end;
         month += months(1)) {
        const auto number = static_cast<unsigned>(month.month());
        if (number % 3 != 1 || sys_seconds(sys_days(month)) < run.judged_at) continue;
        const auto x = position(run, sys_days(month));
        write_line(page, x, kTop - 8, x, bottom, number == 1 ? "grid year" : "grid");
        // Beside "today" there is no room for another word.
        if (x < kLeft + kWordWidth) continue;
        write_text(
            page, x, kTop - 14, "middle",
            number == 1 ? fmt::format("{}", static_cast<int>(month.year()))
                        : fmt::format("{:02}", number)
        );
    }
    write_line(page, kLeft, kTop - 8, kLeft, bottom, "today");
    write_text(page, kLeft, kTop - 14, "middle", "today");
}

void write_bar(Markup& page, const View& view, const Bar& bar, int y) {
    const auto& certificate = *bar.certificate;
    const auto x = position(view.run, *certificate.not_after);
    const auto link =
        page.open("a", {{"href", "#" + certificate_anchor(view.number(certificate.sha256))}});
    page.leaf(
        "title", fmt::format("{}, until {}", certificate.subject, day(certificate.not_after))
    );
    write_text(
        page, kLeft - kPast - 14, y + 4, "end",
        shortened(common_name(certificate) + (is_ca(certificate) ? " (CA)" : ""), kNameCut)
    );
    write_line(page, kLeft, y, x, y, fmt::format("bar {}", verdict_class(bar.verdict)));
    write_shape(page, x, y, bar.verdict);
    write_text(page, kRight + 14, y + 4, "start", day(certificate.not_after));
}

} // namespace

void write_timeline(Markup& page, const View& view) {
    const auto all = bars(view);
    const auto shown = std::min(all.size(), kMostRows);
    page.leaf(
        "p",
        all.empty() ? fmt::format(
                          "None of {} certificates runs out in the next two years.",
                          view.certificates.size()
                      )
                    : fmt::format(
                          "{} of {} certificates have run out or do so in the next two years.",
                          all.size(), view.certificates.size()
                      ),
        {{"class", "note"}}
    );
    if (all.empty()) return;
    const auto height = kTop + static_cast<int>(shown) * kRow + 8;
    const Drawing drawing(page, "Certificates by the day on which they run out", kWidth, height);
    write_grid(page, view.run, height - 4);
    for (std::size_t i = 0; i < shown; ++i) {
        write_bar(page, view, all[i], kTop + static_cast<int>(i) * kRow + kRow / 2);
        page.line();
    }
}

} // namespace lyncprobe::report::html
