// SPDX-License-Identifier: MIT
// Every endpoint, by server: what was tried, step by step, how far it came, and what the rules say
// about each step.
#include "model/text/lists.h"
#include "report/endpoint_table.h"
#include "report/html/notes.h"
#include "report/html/sections.h"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

namespace lyncprobe::report::html {
namespace {

// From here on what endpoints share stands once, at the end of the page.
constexpr std::size_t kMany = 500;

// Step is one line of the tree.
struct Step {
    Stage stage;
    Literal name;
};
constexpr Step kSteps[] = {
    {Stage::resolve, "Resolve"},
    {Stage::connect, "Connect"},
    {Stage::preamble, "Before TLS"},
    {Stage::handshake, "Handshake"},
    {Stage::client_auth, "Client certificate"},
    {Stage::conversation, "Conversation"}};

// The step that a rule about the connection belongs to; the others stand below all steps.
Stage step_of(const Finding& finding, Stage ended) {
    if (finding.rule == "client-certificate-accepted") return Stage::client_auth;
    if (finding.rule == "conversation-finished") return Stage::conversation;
    if (finding.rule != kEndpointReachable) return Stage::done;
    return std::min(ended, Stage::conversation);
}

bool problem(const Finding& finding) {
    return badness(finding.verdict) > badness(Verdict::pass) && !finding.waived;
}

void write_finding(Markup& page, const View& view, Notes& notes, const Finding& finding) {
    const auto entry = page.open("li");
    write_verdict(page, finding.verdict);
    page.text(" ");
    page.leaf("b", finding.rule);
    page.text(": " + finding.message);
    if (finding.certificate) {
        page.text(" – ");
        link_certificate(page, view, *finding.certificate);
    }
    notes.write(page, "Fix", finding.fix);
    notes.write(page, "Source", finding.source);
}

// Row is one endpoint on its way to the page.
class Row {
  public:
    Row(Markup& page, const View& view, Notes& notes, std::size_t number)
        : page_(page),
          view_(view),
          notes_(notes),
          number_(number),
          row_(view.run.endpoints[number]),
          target_(view.target(number)) {}
    void write();

  private:
    void summary();
    void facts();
    void steps();
    void step(const Step&);
    void rules();
    void variants();
    void findings_of(Stage);
    void passed();

    bool reached(Stage stage) const { return row_.main.stage >= stage; }
    bool ended_badly() const {
        return row_.main.outcome != Outcome::ok && row_.main.stage != Stage::done;
    }
    std::string result(Stage) const;
    std::string resolve_text() const;
    std::string handshake_text() const;
    std::string client_text() const;

    Markup& page_;
    const View& view_;
    Notes& notes_;
    std::size_t number_;
    const EndpointRow& row_;
    const Target& target_;
};

void Row::write() {
    const auto verdict = view_.verdicts[number_];
    const auto details = page_.open(
        "details", {{"class", verdict_class(verdict)}, {"data-f", verdict_class(verdict)}}
    );
    summary();
    // The anchor is inside, so that a browser opens the details on the way to it.
    const auto body = page_.open("div", {{"id", endpoint_anchor(number_)}});
    facts();
    steps();
    variants();
}

void Row::summary() {
    const auto summary = page_.open("summary");
    write_verdict(page_, view_.verdicts[number_]);
    page_.text(" ");
    page_.leaf("b", row_.id);
    auto text = spaced(to_text(row_.main.outcome));
    if (row_.main.tls && row_.main.tls->version != TlsVersion::none)
        text += ", " + to_text(row_.main.tls->version);
    if (row_.main.chain && !row_.main.chain->presented.empty())
        text += ", certificate until " + day(row_.main.chain->presented.front()->not_after);
    page_.text(" " + text);
}

void Row::facts() {
    std::vector<std::string> parts{
        fmt::format("{}/{}", host_and_port(target_.host, target_.port), to_text(target_.transport)),
        std::string(to_text(target_.role))};
    if (const auto use = in_words(target_.use); !use.empty())
        parts.push_back(fmt::format("certificate use {}", use));
    if (!target_.pool.empty()) parts.push_back("pool " + target_.pool);
    if (!target_.site.empty()) parts.push_back("site " + target_.site);
    if (const auto sent = server_name_sent(target_); !sent.empty())
        parts.push_back("server name sent " + sent);
    if (!target_.also.empty()) parts.push_back("also " + joined(target_.also));
    page_.leaf("p", joined(parts, ", "), {{"class", "note"}});
}

std::string Row::resolve_text() const {
    if (!row_.address) return target_.host;
    const auto address = to_text(*row_.address);
    auto text = address == target_.host ? address : fmt::format("{} is {}", target_.host, address);
    if (row_.addresses_skipped > 0)
        text += fmt::format(", {} more addresses were not tried", row_.addresses_skipped);
    return text;
}

std::string Row::handshake_text() const {
    const auto& attempt = row_.main;
    if (attempt.pseudo_tls) return "pseudo-TLS, which has no certificate by design";
    if (attempt.plain) return "without TLS by design";
    if (!attempt.tls) return "";
    std::vector<std::string> parts;
    for (const auto& text :
         {to_text(attempt.tls->version), attempt.tls->cipher, attempt.tls->group,
          attempt.tls->signature_scheme})
        if (!text.empty()) parts.push_back(text);
    if (attempt.raw_version != 0) parts.emplace_back("read by a hello of our own");
    if (attempt.chain)
        parts.push_back(counted(attempt.chain->presented.size(), "certificate") + " presented");
    return joined(parts);
}

std::string Row::client_text() const {
    const auto* facts = row_.main.client_certificate.get();
    if (!facts || !facts->requested) return "none was asked for";
    std::string text = facts->required == true    ? "required"
                       : facts->required == false ? "asked for, accepted without one"
                                                  : "asked for";
    if (facts->accepted) text += *facts->accepted ? ", ours was accepted" : ", ours was refused";
    if (facts->ca_names_count > 0)
        text += fmt::format(", {} named as acceptable", counted(facts->ca_names_count, "issuer"));
    if (!facts->refusal.empty()) text += ": " + facts->refusal;
    return text;
}

std::string Row::result(Stage stage) const {
    const auto& attempt = row_.main;
    const auto within = [](double milliseconds) {
        return milliseconds > 0 ? fmt::format(" ({:.1f} ms)", milliseconds) : "";
    };
    switch (stage) {
    case Stage::resolve: return resolve_text() + within(attempt.timings.resolve);
    case Stage::connect:
        return fmt::format("port {}{}", target_.port, within(attempt.timings.connect));
    case Stage::handshake: return handshake_text() + within(attempt.timings.handshake);
    case Stage::client_auth: return client_text();
    case Stage::conversation: return ended_badly() ? "" : attempt.detail;
    case Stage::preamble:
    case Stage::done: break;
    }
    return "";
}

void Row::step(const Step& it) {
    const auto ended = ended_badly() && row_.main.stage == it.stage;
    // Most probes have nothing before TLS.
    if (it.stage == Stage::preamble && !ended) return;
    const auto entry = page_.open(
        "li", {{"class", ended               ? "ended"
                         : reached(it.stage) ? "done"
                                             : "never"}}
    );
    page_.leaf("b", it.name.view);
    if (!reached(it.stage)) return page_.text(": not reached");
    if (const auto text = result(it.stage); !text.empty()) page_.text(": " + text);
    if (ended)
        page_.leaf(
            "p",
            fmt::format(
                "Ended here, {}{}{}", spaced(to_text(row_.main.outcome)),
                row_.main.detail.empty() ? "" : ": ", row_.main.detail
            ),
            {{"class", "end"}}
        );
    findings_of(it.stage);
}

void Row::findings_of(Stage stage) {
    std::vector<const Finding*> list;
    for (const auto* finding : row_.findings)
        if (problem(*finding) && step_of(*finding, row_.main.stage) == stage)
            list.push_back(finding);
    if (stage == Stage::done)
        for (const auto* finding : view_.about_several[number_])
            if (problem(*finding)) list.push_back(finding);
    if (list.empty()) return;
    std::ranges::stable_sort(list, {}, [](const Finding* it) { return -badness(it->verdict); });
    const auto items = page_.open("ul");
    for (const auto* finding : list)
        write_finding(page_, view_, notes_, *finding);
}

// By their names alone; a rule judges each certificate, and passes only where it passes them all.
void Row::passed() {
    std::set<std::string_view> good, other;
    for (const auto* list : {&row_.findings, &view_.about_several[number_]})
        for (const auto* finding : *list)
            if (finding->verdict != Verdict::not_applicable && !finding->waived)
                (finding->verdict == Verdict::pass ? good : other).insert(finding->rule);
    std::vector<std::string_view> names;
    std::ranges::set_difference(good, other, std::back_inserter(names));
    notes_.write(page_, "Passed", joined(names));
}

void Row::rules() {
    const auto entry = page_.open("li", {{"class", "done"}});
    page_.leaf("b", "Rules");
    if (row_.main.chain && !row_.main.chain->presented.empty()) {
        page_.text(" on ");
        link_certificate(page_, view_, row_.main.chain->presented.front()->sha256);
    }
    findings_of(Stage::done);
    passed();
}

void Row::steps() {
    const auto list = page_.open("ol", {{"class", "steps"}});
    for (const auto& it : kSteps)
        step(it);
    rules();
}

void Row::variants() {
    if (row_.variants.empty()) return;
    page_.leaf("p", "Further attempts:", {{"class", "note"}});
    const auto list = page_.open("ul");
    for (const auto& variant : row_.variants)
        page_.leaf(
            "li",
            fmt::format(
                "{}: {}{}{}", variant.label.empty() ? "another" : variant.label,
                spaced(to_text(variant.outcome)), variant.detail.empty() ? "" : ", ", variant.detail
            )
        );
}

// The choice is made by the script, and without it there is nothing to choose with.
void write_filter(Markup& page) {
    const auto form = page.open("form", {{"id", "filter"}, {"hidden", ""}, {"role", "search"}});
    {
        const auto label = page.open("label");
        page.text("Search ");
        page.empty("input", {{"type", "search"}, {"id", "q"}, {"autocomplete", "off"}});
    }
    const auto group = page.open("fieldset");
    page.leaf("legend", "Show");
    for (const auto verdict :
         {Verdict::fail, Verdict::warn, Verdict::inconclusive, Verdict::pass}) {
        const auto label = page.open("label");
        page.empty(
            "input", {{"type", "checkbox"}, {"checked", ""}, {"value", verdict_class(verdict)}}
        );
        page.text(" ");
        write_verdict(page, verdict);
    }
    page.leaf("button", "Open all", {{"type", "button"}, {"id", "open-all"}});
    page.leaf("button", "Close all", {{"type", "button"}, {"id", "close-all"}});
    page.leaf("output", "", {{"id", "shown"}, {"role", "status"}});
}

} // namespace

void write_endpoints(Markup& page, const View& view) {
    Notes notes(view.run.endpoints.size() > kMany);
    write_filter(page);
    for (std::size_t i = 0; i < view.servers.size(); ++i) {
        const auto& server = view.servers[i];
        const auto group = page.open("div", {{"class", "server"}});
        {
            const auto heading = page.open("h3", {{"id", server_anchor(i)}});
            write_verdict(page, server.verdict);
            page.text(fmt::format(" {}", server.name));
            if (!server.pool.empty() && server.pool != server.name)
                page.leaf("span", fmt::format(" {}", server.pool), {{"class", "where"}});
        }
        for (const auto endpoint : server.endpoints) {
            Row(page, view, notes, endpoint).write();
            page.line();
        }
    }
    notes.write_all(page);
}

} // namespace lyncprobe::report::html
