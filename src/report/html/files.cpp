// SPDX-License-Identifier: MIT
// The files of `check`, each with what the rules say about it.
#include "report/endpoint_table.h"
#include "report/html/sections.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

void write_file(Markup& page, const View& view, const FileRow& file) {
    const auto verdict =
        file.error.empty() ? worst_verdict(file.findings) : std::optional(Verdict::fail);
    const auto article =
        page.open("article", {{"class", "item"}, {"data-f", verdict_class(verdict)}});
    {
        const auto heading = page.open("h3");
        write_verdict(page, verdict);
        page.text(" " + file.path);
    }
    if (!file.error.empty()) page.leaf("p", "It could not be read: " + file.error);
    if (file.chain && !file.chain->presented.empty()) {
        const auto line = page.open("p");
        page.text("The server certificate is ");
        link_certificate(page, view, file.chain->presented.front()->sha256);
    }
    auto findings = file.findings;
    std::erase_if(findings, [](const Finding* it) {
        return it->waived || badness(it->verdict) <= badness(Verdict::pass);
    });
    if (findings.empty()) return;
    std::ranges::stable_sort(findings, {}, [](const Finding* it) { return -badness(it->verdict); });
    const auto list = page.open("ul");
    for (const auto* finding : findings)
        write_finding(page, *finding);
}

} // namespace

void write_finding(Markup& page, const Finding& finding) {
    const auto entry = page.open("li");
    write_verdict(page, finding.verdict);
    page.text(" ");
    page.leaf("b", finding.rule);
    page.text(": " + finding.message);
    if (!finding.fix.empty()) page.leaf("p", "Fix: " + finding.fix, {{"class", "note"}});
    if (!finding.source.empty()) page.leaf("p", "Source: " + finding.source, {{"class", "note"}});
}

void write_files(Markup& page, const View& view) {
    for (const auto& file : view.run.files) {
        write_file(page, view, file);
        page.line();
    }
}

} // namespace lyncprobe::report::html
