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

constexpr std::size_t kPlacesListed = 6; // endpoints of one statement; the JSON has them all
constexpr std::size_t kPlacesVerbose = 50;
constexpr std::size_t kCertificatesListed = 3;
constexpr std::size_t kStatementsForOverview = 20; // from here on nobody keeps all in mind
constexpr std::size_t kInconclusivesPerRule = 3;

// Section is one server, or what several servers share.
struct Section {
    std::string_view title;
    std::vector<Statement> statements;
    bool several_servers = false;
};

// Writing is what the parts of one report share.
struct Writing {
    Page& page;
    const CertificateIndex& index;
    const TextOptions& options;
    std::set<std::string_view> cited; // rules whose source was named already
};

using Statements = std::span<const Statement>;

int worst(const Section& section) {
    int result = 0;
    for (const auto& statement : section.statements)
        result = std::max(result, badness(statement.finding->verdict));
    return result;
}

// The worst sections first, else in the order of the targets; inside, fails before warnings and a
// rule together.
std::vector<Section> sections(std::vector<Statement> problems, std::string_view several_title) {
    std::vector<Section> result;
    std::map<std::pair<bool, std::string_view>, std::size_t> index;
    for (auto& problem : problems) {
        const auto title = problem.several_servers ? several_title : problem.server;
        const auto [at, is_new] =
            index.try_emplace({problem.several_servers, title}, result.size());
        if (is_new) result.push_back({title, {}, problem.several_servers});
        result[at->second].statements.push_back(std::move(problem));
    }
    for (auto& section : result)
        std::ranges::stable_sort(section.statements, {}, [](const Statement& s) {
            return std::pair(-badness(s.finding->verdict), s.finding->rule);
        });
    std::ranges::stable_sort(result, {}, [](const Section& s) {
        return std::pair(-worst(s), !s.several_servers);
    });
    return result;
}

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

void write_overview(Page& page, const std::vector<Section>& all) {
    std::map<std::pair<int, std::string_view>, std::pair<std::size_t, Verdict>> by_rule;
    for (const auto& section : all)
        for (const auto& statement : section.statements) {
            const auto verdict = statement.finding->verdict;
            auto& [count, its_verdict] = by_rule[{-badness(verdict), statement.finding->rule}];
            count += statement.findings;
            its_verdict = verdict;
        }
    page.heading("Problems by rule");
    for (const auto& [rule, counted] : by_rule) {
        page.line(
            2, {{std::string(word_of(counted.second)), 4, style_of(counted.second)},
                {fmt::format("{}", counted.first), 7},
                {std::string(rule.second)}}
        );
    }
}

std::vector<std::string_view> places(const Section& section) {
    std::vector<std::string_view> result;
    std::set<std::string_view> seen;
    for (const auto& statement : section.statements)
        for (const auto place : statement.where)
            if (seen.insert(place).second) result.push_back(place);
    return result;
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
    auto list = enumerate(statement.where, options.verbose ? kPlacesVerbose : kPlacesListed);
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
    // The same rule comes back in other sections; its source is the same there.
    if (to.cited.insert(first.rule).second) write_source(to.page, first);
}

void write_section(Writing& to, const Section& section) {
    const auto all_places = places(section);
    // One server with few ports: named once above, they need not stand behind every message.
    const bool list_in_title = !section.several_servers && all_places.size() <= kPlacesListed;
    std::vector<Piece> title{{std::string(section.title), Style::bold}};
    if (list_in_title && all_places.front() != section.title)
        title.push_back({": " + enumerate(all_places, kPlacesListed)});
    to.page.blank();
    to.page.paragraph(0, 4, title);
    for (Statements rest = section.statements; !rest.empty();) {
        const auto rule = first_rule(rest);
        write_rule(to, rule, list_in_title ? all_places.size() : 0);
        rest = rest.subspan(rule.size());
    }
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

void write_problems(
    Page& page, std::string_view several_title, const std::vector<Occurrence>& all,
    const CertificateIndex& index, const TextOptions& options
) {
    auto problems = statements(all, Verdict::fail);
    for (auto& warning : statements(all, Verdict::warn))
        problems.push_back(std::move(warning));
    if (problems.empty()) return;
    // Counted before sections() takes the statements over.
    const bool many = problems.size() >= kStatementsForOverview;
    const auto by_server = sections(std::move(problems), several_title);
    if (many) write_overview(page, by_server);
    Writing writing{page, index, options, {}};
    for (const auto& section : by_server)
        write_section(writing, section);
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
