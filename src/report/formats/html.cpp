// SPDX-License-Identifier: MIT
// One page to open, to pass on and to print: everything is inside, nothing is loaded, and without
// its script nothing is missing but the search.
#include "report/format.h"
#include "report/html/sections.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report {

using namespace html;

namespace {

// Part is one heading of the page and what stands under it; one with nothing to say is left out.
struct Part {
    Literal id, title;
    std::size_t (*count)(const View&);
    void (*write)(Markup&, const View&);
};

// A list of hosts without sites and pools is no picture.
bool has_topology(const View& view) {
    return std::ranges::any_of(view.servers, [](const Server& it) {
        return !it.site.empty() || !it.pool.empty();
    });
}

constexpr Part kParts[] = {
    {"federation", "Federation", [](const View& it) { return it.run.federation.size(); },
     write_federation},
    {"todo", "To do", [](const View& it) { return it.run.summary.problems.size(); }, write_todo},
    {"open", "Could not be judged",
     [](const View& it) { return it.unjudged.size() + it.open.size(); }, write_unjudged},
    {"files", "Files", [](const View& it) { return it.run.files.size(); }, write_files},
    {"records", "DNS records", [](const View& it) { return it.run.domains.size(); }, write_records},
    {"matrix", "Servers", [](const View& it) { return it.servers.size(); }, write_matrix},
    {"topology", "Topology",
     [](const View& it) { return has_topology(it) ? it.servers.size() : 0; }, write_topology},
    {"trust", "Mutual trust",
     [](const View& it) { return it.run.trust.links.empty() ? 0 : it.run.trust.servers.size(); },
     write_trust},
    {"expiry", "Expiry", [](const View& it) { return it.certificates.size(); }, write_timeline},
    {"endpoints", "Endpoints", [](const View& it) { return it.run.endpoints.size(); },
     write_endpoints},
    {"certificates", "Certificates", [](const View& it) { return it.certificates.size(); },
     write_certificates},
    {"waived", "Waived", [](const View& it) { return it.waived.size(); }, write_waived},
    {"passed", "Passed everywhere", [](const View& it) { return it.passed.size(); }, write_passed},
};

void write_page_head(Markup& page, const View& view) {
    const auto head = page.open("head");
    page.empty("meta", {{"charset", "utf-8"}});
    // Before anything that it forbids.
    page.empty("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", kPolicy.view}});
    page.empty("meta", {{"name", "viewport"}, {"content", "width=device-width"}});
    page.empty("meta", {{"name", "referrer"}, {"content", "no-referrer"}});
    page.leaf("title", view.title);
    const auto style = page.open("style");
    page.own(kStyle);
}

void write_contents(Markup& page, const View& view) {
    const auto nav = page.open("nav", {{"aria-label", "Contents"}});
    const auto list = page.open("ul");
    for (const auto& part : kParts) {
        if (part.count(view) == 0) continue;
        const auto entry = page.open("li");
        page.leaf("a", part.title.view, {{"href", fmt::format("#{}", part.id.view)}});
    }
}

void write_main(Markup& page, const View& view) {
    const auto main = page.open("main");
    for (const auto& part : kParts) {
        const auto count = part.count(view);
        if (count == 0) continue;
        const auto section = page.open("section", {{"id", part.id.view}});
        page.leaf("h2", fmt::format("{} ({})", part.title.view, count));
        page.line();
        part.write(page, view);
        page.line();
    }
}

} // namespace

void write_html(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    const View view(run, options.title);
    Markup page(out);
    page.own("<!DOCTYPE html>\n");
    const auto html = page.open("html", {{"lang", "en"}});
    write_page_head(page, view);
    const auto body = page.open("body");
    write_header(page, view);
    write_contents(page, view);
    write_main(page, view);
    page.leaf(
        "footer", fmt::format(
                      "lyncprobe {}, exit code {}. This page loads nothing and sends nothing.",
                      LYNCPROBE_VERSION, run.summary.exit_code
                  )
    );
    const auto script = page.open("script");
    page.own(kScript);
}

} // namespace lyncprobe::report
