// SPDX-License-Identifier: MIT
// What is to be done, in order of importance: where, why, how, and what it mends.
#include "model/request_hint.h"
#include "model/text/lists.h"
#include "report/html/sections.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

std::string_view importance_class(Importance importance) {
    switch (importance) {
    case Importance::a: return "imp a";
    case Importance::b: return "imp b";
    case Importance::c: return "imp c";
    case Importance::none: break;
    }
    return "imp";
}

void write_present(Markup& page, const View& view, const Fingerprint& sha256) {
    page.leaf("dt", "Present certificate");
    const auto description = page.open("dd");
    link_certificate(page, view, sha256);
    const auto found = view.certificates.find(sha256);
    if (found == view.certificates.end()) return;
    const auto& certificate = *found->second;
    const auto list = page.open("dl", {{"class", "facts"}});
    write_fact(page, "Subject", certificate.subject);
    write_fact(page, "Issuer", certificate.issuer);
    write_fact(page, "Serial number", serial_number(certificate));
    write_fact(page, "Thumbprint (SHA-1)", certificate.thumbprint);
    write_fact(
        page, "Valid",
        fmt::format("{} to {}", day(certificate.not_before), day(certificate.not_after))
    );
}

// What goes away with the reason above it stands under it.
void write_reasons(Markup& page, const std::vector<TodoReason>& reasons) {
    page.leaf("dt", "Why");
    const auto description = page.open("dd");
    const auto list = page.open("ul", {{"class", "why"}});
    for (const auto& reason : reasons) {
        const auto entry = page.open("li", {{"class", reason.follows ? "follows" : "cause"}});
        write_verdict(page, reason.verdict);
        page.text(" ");
        page.leaf("b", reason.rule);
        page.text((reason.follows ? ", which goes away with it: " : ": ") + reason.message);
    }
}

// Each text once: several reasons have one fix.
void write_distinct(
    Markup& page, Literal term, const std::vector<TodoReason>& reasons,
    std::string TodoReason::*member
) {
    std::vector<std::string_view> said;
    for (const auto& reason : reasons) {
        const std::string_view text = reason.*member;
        if (text.empty() || std::ranges::find(said, text) != said.end()) continue;
        if (said.empty()) page.leaf("dt", term.view);
        page.leaf("dd", text);
        said.push_back(text);
    }
}

void write_item(Markup& page, const View& view, std::size_t number) {
    const auto& item = view.run.summary.problems[number];
    const auto article =
        page.open("article", {{"id", todo_anchor(number)}, {"class", "item"}, {"data-f", "todo"}});
    {
        const auto heading = page.open("h3");
        page.text(fmt::format("{}. {} ", number + 1, capital(item.remedy)));
        write_importance(page, item);
    }
    const auto list = page.open("dl", {{"class", "facts"}});
    write_fact(page, "Server", joined(item.servers));
    if (item.use) write_fact(page, "Use", in_words(*item.use));
    if (item.certificate) write_present(page, view, *item.certificate);
    if (const auto request = request_hint(view.run, item); !request.empty())
        write_fact(page, "Request", request);
    write_reasons(page, item.reasons);
    write_distinct(page, "Fix", item.reasons, &TodoReason::fix);
    write_distinct(page, "Source", item.reasons, &TodoReason::source);
    if (item.endpoints.empty()) return;
    page.leaf("dt", item.endpoints.size() == 1 ? "Endpoint" : "Endpoints");
    const auto description = page.open("dd");
    link_endpoints(page, view, item.endpoints);
}

} // namespace

std::string todo_anchor(std::size_t item) { return fmt::format("t{}", item + 1); }

void write_importance(Markup& page, const TodoItem& item) {
    const auto rated = item.importance != Importance::none;
    page.leaf(
        "span",
        rated ? fmt::format(
                    "{}{}{}", to_text(item.importance), item.breaks.empty() ? "" : ": ",
                    in_words(item.breaks)
                )
              : std::string("breaks nothing"),
        {{"class", importance_class(item.importance)}}
    );
}

void write_todo(Markup& page, const View& view) {
    page.leaf(
        "p",
        "In order of importance: A stops a class of users, B costs a function, C makes something "
        "worse or will fail unnoticed.",
        {{"class", "note"}}
    );
    for (std::size_t i = 0; i < view.run.summary.problems.size(); ++i) {
        write_item(page, view, i);
        page.line();
    }
}

} // namespace lyncprobe::report::html
