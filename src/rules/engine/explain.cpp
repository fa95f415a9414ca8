// SPDX-License-Identifier: MIT
#include "rules/engine/explain.h"

#include "rules/engine/judge.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::size_t kWidth = 80;

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
    return out;
}

std::string list() {
    std::size_t id_width = 0;
    for (const auto* rule : all())
        id_width = std::max(id_width, rule->id.size());
    std::string out;
    for (const auto* rule : all())
        out += fmt::format(
            "{:<{}}  {:<11}  {}\n", rule->id, id_width, to_text(rule->scope), rule->title
        );
    return out;
}

std::string markdown() {
    std::string out =
        "# Rules\n\n"
        "Generated from the rules themselves; `lyncprobe rules ID` prints the same.\n\n"
        "| rule | what | judged |\n|---|---|---|\n";
    for (const auto* rule : all())
        out += fmt::format(
            "| [`{0}`](#{0}) | {1} | {2} |\n", rule->id, rule->title, judged(rule->scope)
        );
    for (const auto* rule : all())
        out += markdown_of(*rule);
    return out;
}

std::string_view to_text(Scope scope) {
    switch (scope) {
    case Scope::certificate: return "certificate";
    case Scope::leaf: return "leaf";
    case Scope::chain: return "chain";
    case Scope::endpoint: return "endpoint";
    case Scope::conversation: return "answer";
    case Scope::deployment: return "deployment";
    case Scope::revocation: return "revocation";
    }
    return "?";
}

namespace {

std::vector<DecisionInfo> decisions_of(const Rule& rule) {
    std::vector<DecisionInfo> out;
    for (const auto& decision : decisions())
        if (decision.rule == rule.id) out.push_back(decision);
    return out;
}

std::string_view judged(Scope scope) {
    switch (scope) {
    case Scope::certificate: return "every certificate presented";
    case Scope::leaf: return "the server certificate";
    case Scope::chain: return "the chain as a whole";
    case Scope::endpoint: return "the endpoint";
    case Scope::conversation: return "what the endpoint's protocol answers";
    case Scope::deployment: return "the whole deployment";
    case Scope::revocation: return "the revocation status of each certificate presented";
    }
    return "?";
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
    return out + fmt::format("\n**Fix.** {}.\n", rule.fix);
}

} // namespace

} // namespace lyncprobe::rules
