// SPDX-License-Identifier: MIT
#include "report/problems.h"

#include "model/text/lists.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include <fmt/format.h>

namespace lyncprobe::report {
namespace {

constexpr std::size_t kPlacesVerbose = 50;
constexpr std::size_t kCertificatesListed = 3;
constexpr std::size_t kInconclusivesPerRule = 3;

using Statements = std::span<const Statement>;

std::string_view word_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::fail: return "FAIL";
    case Verdict::warn: return "WARN";
    case Verdict::inconclusive: return "OPEN";
    case Verdict::pass: return "PASS";
    case Verdict::not_applicable: return "none";
    }
    return "?";
}

// The statements at the front that share rule and verdict.
Statements first_rule(Statements list) {
    const auto& first = *list.front().finding;
    const auto end = std::ranges::find_if(list, [&](const Statement& s) {
        return s.finding->rule != first.rule || s.finding->verdict != first.verdict;
    });
    return list.first(static_cast<std::size_t>(end - list.begin()));
}

std::string in_words(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
    if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "yes" : "no";
    auto list = std::get<std::vector<std::string>>(value);
    for (auto& entry : list)
        if (entry.find_first_of(", ") != std::string::npos)
            entry = '"' + entry + '"'; // one name, not two
    return enumerate(list, list.size());
}

void write_evidence(Page& page, const Finding& finding) {
    for (const auto& [key, value] : finding.evidence)
        page.paragraph(
            kUnderVerdict + 2, kUnderVerdict + 4, {{key + ": " + in_words(value), Style::dim}}
        );
}

std::string labels(const std::set<Fingerprint>& certificates, const CertificateIndex& index) {
    std::vector<std::string> list;
    for (const auto& sha256 : certificates)
        list.push_back(label(index, sha256));
    return enumerate(list, kCertificatesListed);
}

std::string where_text(const Statement& statement, const TextOptions& options) {
    // What cron mails is whole: nobody is there to ask again.
    const auto shown = options.quiet     ? statement.where.size()
                       : options.verbose ? kPlacesVerbose
                                         : kPlacesListed;
    auto list = enumerate(statement.where, shown);
    // A list that is cut does not show how many there are.
    if (statement.where.size() <= kPlacesListed) return list;
    return fmt::format("{} places: {}", statement.where.size(), list);
}

// `place_is_clear`: it holds wherever the section's title says.
void write_statement(Writing& to, const Statement& statement, bool place_is_clear) {
    const auto& message = statement.finding->message;
    const auto subject = labels(statement.certificates, to.index);
    const auto* colon = subject.empty() || message.empty() ? "" : ": ";
    to.page.paragraph(kUnderVerdict, kUnderVerdict + 2, {{subject}, {colon}, {message}});
    if (!place_is_clear)
        to.page.paragraph(
            kUnderVerdict + 2, kUnderVerdict + 2,
            {{"on " + where_text(statement, to.options), Style::dim}}
        );
    if (to.options.verbose) write_evidence(to.page, *statement.finding);
}

void write_rule(Writing& to, Statements rule, std::size_t places_in_title) {
    const auto& first = *rule.front().finding;
    write_title(to.page, first);
    for (std::size_t i = 0; i < rule.size(); ++i) {
        write_statement(to, rule[i], rule[i].where.size() == places_in_title);
        // The fix is that of a cause; statements with the same one stand together.
        const auto& finding = *rule[i].finding;
        const bool shared = i + 1 < rule.size() && rule[i + 1].finding->fix == finding.fix;
        if (!shared) write_fix(to.page, finding);
    }
    // The same rule comes back elsewhere; its source is the same there.
    if (to.cited.insert(first.rule).second) write_source(to.page, first);
}

} // namespace

void write_title(Page& page, const Finding& it) {
    page.paragraph(
        2, kUnderVerdict,
        {{std::string(word_of(it.verdict)), style_of(it.verdict)},
         {" "},
         {std::string(it.rule), Style::bold}}
    );
}

void write_fix(Page& page, const Finding& it) {
    if (it.fix.empty()) return;
    page.paragraph(
        kUnderVerdict, kUnderVerdict + 5, {{"fix: ", Style::green}, {std::string(it.fix)}}
    );
}

void write_source(Page& page, const Finding& it) {
    if (it.source.empty()) return;
    page.paragraph(
        kUnderVerdict, kUnderVerdict + 8, {{"source: " + std::string(it.source), Style::dim}}
    );
}

void write_statements(Writing& to, std::vector<Statement> problems, std::size_t places_in_title) {
    std::ranges::stable_sort(problems, {}, [](const Statement& s) {
        return std::pair(-badness(s.finding->verdict), s.finding->rule);
    });
    for (Statements rest = problems; !rest.empty();) {
        const auto rule = first_rule(rest);
        write_rule(to, rule, places_in_title);
        rest = rest.subspan(rule.size());
    }
}

void write_inconclusives(
    Page& page, const std::vector<Occurrence>& all, const TextOptions& options
) {
    const auto open = statements(all, Verdict::inconclusive);
    if (open.empty()) return;
    page.heading("Inconclusive");
    std::map<std::string_view, std::vector<const Statement*>> by_rule;
    for (const auto& statement : open)
        by_rule[statement.finding->rule].push_back(&statement);
    for (const auto& [rule, list] : by_rule) {
        // What cannot be decided is seldom one server's own: a few examples show the cause.
        const auto shown =
            options.verbose ? list.size() : std::min(list.size(), kInconclusivesPerRule);
        for (std::size_t i = 0; i < shown; ++i)
            page.paragraph(
                2, 6,
                {{std::string(rule), Style::cyan},
                 {": " + list[i]->finding->message},
                 {" (" + where_text(*list[i], options) + ")", Style::dim}}
            );
        if (shown < list.size())
            page.paragraph(
                6, 6, {{fmt::format("and {} more of {}", list.size() - shown, rule), Style::dim}}
            );
    }
}

void write_passes(Page& page, const std::vector<Occurrence>& all) {
    for (const auto verdict : {Verdict::pass, Verdict::not_applicable}) {
        std::map<std::string_view, std::size_t> by_rule;
        for (const auto& one : all)
            // A waived pass is among the waived ones, so that its reason is read.
            if (one.finding->verdict == verdict && !one.finding->waived)
                ++by_rule[one.finding->rule];
        if (by_rule.empty()) continue;
        page.heading(verdict == Verdict::pass ? "Passed" : "Does not apply");
        std::string text;
        for (const auto& [rule, count] : by_rule)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", rule, count);
        page.paragraph(2, 2, {{text}});
    }
}

void write_waived(Page& page, const std::vector<Occurrence>& all, const TextOptions& options) {
    const auto waived = waived_statements(all);
    if (waived.empty()) return;
    page.heading("Waived");
    for (const auto& statement : waived) {
        page.paragraph(
            2, 6,
            {{fmt::format(
                 "{} {}: {}", to_text(statement.finding->verdict), statement.finding->rule,
                 statement.finding->message
             )},
             {" (" + where_text(statement, options) + ")", Style::dim}}
        );
        page.paragraph(6, 6, {{"reason: " + *statement.finding->waived}});
    }
}

} // namespace lyncprobe::report
