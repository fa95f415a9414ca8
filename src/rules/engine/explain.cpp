// SPDX-License-Identifier: MIT
#include "rules/engine/explain.h"

#include "rules/engine/judge.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::size_t kWidth = 80;

constexpr Room kRooms[] = {
    {Scope::connection, "connection", "what became of the connection"},
    {Scope::certificate, "certificate", "every certificate presented"},
    {Scope::leaf, "server_certificate", "the server certificate"},
    {Scope::chain, "chain", "the chain as a whole"},
    {Scope::endpoint, "endpoint", "the endpoint"},
    {Scope::conversation, "conversation", "what the endpoint's protocol answers"},
    {Scope::revocation, "revocation", "the revocation status of each certificate presented"},
    {Scope::file, "file", "a PFX file and its private key"},
    {Scope::deployment, "deployment", "the whole deployment"},
    {Scope::dns, "dns", "the DNS records of a SIP domain"},
    {Scope::conclusion, "verdicts", "whether federation with a domain will work"},
};

std::vector<DecisionInfo> decisions_of(const Rule&);
std::string_view judged(Scope);
std::string block(std::string_view title, std::string_view text);
std::string wrapped(std::string_view text, std::string_view indent);
std::string source_line(const Rule&);
std::string markdown_of(const Rule&);

} // namespace

std::string explain(const Rule& rule) {
    auto out = fmt::format("{}\n{}", rule.id, wrapped(rule.title, "  "));
    out += block("what is demanded", rule.demands);
    out += block("judged", judged(rule.scope));
    out += block("why it matters", rule.why);
    out += block("source", source_line(rule));
    if (const auto asked = decisions_of(rule); !asked.empty()) {
        out += "\ndecisions (policy: in the target list, with their defaults)\n";
        for (const auto& decision : asked)
            out += fmt::format(
                "  {}: {}\n{}", decision.key, lyncprobe::to_text(decision.by_default),
                wrapped(decision.question, "      ")
            );
    }
    if (!rule.evidence.empty()) out += block("evidence", rule.evidence);
    out += block("how to fix", rule.fix);
    if (!rule.ca_fix.empty()) out += block("on a CA certificate", rule.ca_fix);
    return out;
}

std::string list() {
    const auto known = catalogue();
    std::size_t id_width = 0;
    for (const auto* rule : known)
        id_width = std::max(id_width, rule->id.size());
    std::string out;
    for (const auto& room : kRooms) {
        out += fmt::format("{}{}\n", out.empty() ? "" : "\n", room.judged);
        for (const auto* rule : known)
            if (rule->scope == room.scope)
                out += fmt::format("  {:<{}}  {}\n", rule->id, id_width, rule->title);
    }
    return out;
}

std::string markdown() {
    std::string out = "# Rules\n\n"
                      "Generated from the rules themselves; `lyncprobe rules ID` prints the same. "
                      "It has every id that a command prints:\nthe rules of `scan` and `check`, "
                      "those about DNS of `discover`, and the reasons of `federation`.\n\n"
                      "| rule | what | judged |\n|---|---|---|\n";
    for (const auto* rule : catalogue())
        out += fmt::format(
            "| [`{0}`](#{0}) | {1} | {2} |\n", rule->id, rule->title, judged(rule->scope)
        );
    for (const auto* rule : catalogue())
        out += markdown_of(*rule);
    return out;
}

std::span<const Room> rooms() { return kRooms; }

namespace {

std::vector<DecisionInfo> decisions_of(const Rule& rule) {
    std::vector<DecisionInfo> out;
    for (const auto& decision : decisions())
        if (decision.rule == rule.id) out.push_back(decision);
    return out;
}

std::string_view judged(Scope scope) {
    return std::ranges::find(kRooms, scope, &Room::scope)->judged;
}

std::string block(std::string_view title, std::string_view text) {
    return fmt::format("\n{}\n{}", title, wrapped(text, "  "));
}

std::string wrapped(std::string_view text, std::string_view indent) {
    std::string out, line(indent);
    while (!text.empty()) {
        const auto space = text.find(' ');
        const auto word = text.substr(0, space);
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
        const bool first = line.size() == indent.size();
        if (!first && line.size() + 1 + word.size() > kWidth) {
            out += line + '\n';
            line = indent;
        } else if (!first) {
            line += ' ';
        }
        line += word;
    }
    return out + line + '\n';
}

std::string source_line(const Rule& rule) {
    const auto& source = rule.source;
    if (source.url.empty()) return to_text(source);
    return fmt::format("{} {}", to_text(source), source.url);
}

std::string markdown_of(const Rule& rule) {
    const auto& source = rule.source;
    auto cited = to_text(source);
    if (!source.url.empty()) { // the URL is that of the first document
        const auto end = std::min(source.document.find("; "), source.document.size());
        cited = fmt::format("[{}]({}){}", cited.substr(0, end), source.url, cited.substr(end));
    }
    auto out = fmt::format(
        "\n## {}\n\n{}. Judges {}.\n\n{}\n\n**Why.** {}\n\n**Source.** {}.\n", rule.id, rule.title,
        judged(rule.scope), rule.demands, rule.why, cited
    );
    if (const auto asked = decisions_of(rule); !asked.empty()) {
        out += "\n| `policy:` | default | decides what holds when |\n|---|---|---|\n";
        for (const auto& decision : asked)
            out += fmt::format(
                "| `{}` | {} | {} |\n", decision.key, lyncprobe::to_text(decision.by_default),
                decision.question
            );
    }
    if (!rule.evidence.empty()) out += fmt::format("\n**Evidence.** {}.\n", rule.evidence);
    out += fmt::format("\n**Fix.** {}.\n", rule.fix);
    if (!rule.ca_fix.empty())
        out += fmt::format("\n**Fix of a CA certificate.** {}.\n", rule.ca_fix);
    return out;
}

} // namespace

} // namespace lyncprobe::rules
