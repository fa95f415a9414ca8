// SPDX-License-Identifier: MIT
// The report of `lyncprobe check` for people: each file with what is in it, then what is wrong.
#include "report/certificate_index.h"
#include "report/counts.h"
#include "report/endpoint_table.h"
#include "report/locations.h"
#include "report/page.h"
#include "report/problems.h"
#include "report/report.h"
#include "report/statements.h"
#include "report/todo_text.h"

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

void write_counts(Page& page, const ScanResult& run) {
    std::size_t unreadable = 0;
    for (const auto& file : run.files)
        unreadable += file.error.empty() ? 0 : 1;
    Counts counts(run.files.size(), "file");
    counts.add(unreadable, "unreadable", Style::red);
    counts.add_findings(run.summary);
    counts.note(run);
    page.paragraph(0, 4, counts.pieces());
}

std::string describe(const Certificate& it) {
    const auto day = [](const std::optional<Time>& time) {
        return time ? to_rfc3339(*time).substr(0, 10) : "?";
    };
    const auto key = it.key.curve.empty() ? fmt::format("{} {}", it.key.algorithm, it.key.bits)
                                          : fmt::format("{} {}", it.key.algorithm, it.key.curve);
    return fmt::format(
        "{}, {}, {}, {} to {}", common_name(it), key, it.signature.name, day(it.not_before),
        day(it.not_after)
    );
}

void write_file(Page& page, const FileRow& file) {
    page.blank();
    std::vector<Piece> title{{file.path, Style::bold}};
    if (!file.error.empty()) {
        title.push_back({": "});
        title.push_back({file.error, Style::red});
    } else if (const auto verdict = worst_verdict(file.findings)) {
        title.push_back({": "});
        title.push_back({std::string(to_text(*verdict)), style_of(*verdict)});
    }
    page.paragraph(0, 4, title);
    for (const auto& note : file.notes)
        page.paragraph(2, 4, {{"note: " + note}});
    if (!file.chain) return;
    for (std::size_t i = 0; i < file.chain->presented.size(); ++i) {
        const auto& certificate = *file.chain->presented[i];
        page.paragraph(2, 5, {{fmt::format("{}. {}", i + 1, describe(certificate))}});
        page.paragraph(
            5, 7,
            {{fmt::format(
                "thumbprint {}, serial number {}", certificate.thumbprint,
                // Windows shows whole octets.
                (certificate.serial.size() % 2 == 0 ? "" : "0") + certificate.serial
            )}}
        );
    }
}

} // namespace

void write_check_text(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    Page page(out, options.width, options.colour);
    write_counts(page, run);
    for (const auto& file : run.files)
        // A file that could not be read is a problem, too, and has no finding that would say so.
        if (!options.quiet || !file.error.empty()) write_file(page, file);
    write_todo(page, run, collect(run), options);
    if (options.quiet) return;
    const auto all = occurrences(run, options.verbose);
    write_inconclusives(page, all, options);
    if (options.verbose) write_passes(page, all);
    write_locations(page, run, options.verbose);
    write_waived(page, all, options);
}

} // namespace lyncprobe::report
