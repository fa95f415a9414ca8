// SPDX-License-Identifier: MIT
// JUnit's XML for a CI server: a suite for each server, a case for each rule at each endpoint.
//
// What fails is a failure. What is inconclusive is skipped: nothing is known to be wrong, and a
// build must not go red by it. But an endpoint that could not be judged at all (exit code 3) is an
// error, as JUnit calls a test that could not be run: a green build would promise too much. A
// warning passes, with its text as output; a waived finding is skipped, with the reason.
#include "report/format.h"
#include "report/html/markup.h"
#include "report/view.h"

#include <algorithm>
#include <map>
#include <ostream>

#include <fmt/format.h>

namespace lyncprobe::report {

using html::Markup;

namespace {

enum class State : std::uint8_t { passed, skipped, error, failure };

// Case is one line of a CI server's list; texts foreign.
struct Case {
    std::string name, place;
    State state = State::passed;
    std::string message; // of what made the state
    std::vector<std::string> lines;
    double seconds = 0;
};

struct Suite {
    std::string name;
    std::vector<Case> cases;
};

State state_of(const Finding& finding) {
    if (finding.waived || finding.verdict == Verdict::inconclusive) return State::skipped;
    return finding.verdict == Verdict::fail ? State::failure : State::passed;
}

void tell(Case& out, State state, std::string_view word, const Finding& finding) {
    if (state > out.state) {
        out.state = state;
        out.message = finding.waived ? "waived: " + *finding.waived : finding.message;
    }
    if (finding.verdict == Verdict::pass) return;
    out.lines.push_back(fmt::format("{}: {}", word, finding.message));
    if (!finding.fix.empty()) out.lines.push_back("Fix: " + finding.fix);
    if (!finding.source.empty()) out.lines.push_back("Source: " + finding.source);
}

// A case for each rule, in the order in which they were judged; what does not apply is no case.
std::vector<Case> cases_of(
    const std::vector<const Finding*>& findings, std::string_view place, bool unjudged = false
) {
    std::vector<Case> out;
    std::map<std::string_view, std::size_t> index;
    for (const auto* finding : findings) {
        if (finding->verdict == Verdict::not_applicable) continue;
        const auto [at, fresh] = index.try_emplace(finding->rule, out.size());
        if (fresh) out.push_back({finding->rule, std::string(place), State::passed, {}, {}, 0});
        auto state = state_of(*finding);
        if (unjudged && state == State::skipped && finding->rule == kEndpointReachable)
            state = State::error;
        tell(out[at->second], state, to_text(finding->verdict), *finding);
    }
    return out;
}

// Older results have no finding that says so, and an endpoint without a case would look judged.
void require_reachable(std::vector<Case>& cases, const EndpointRow& row) {
    const bool said = std::ranges::any_of(cases, [](const Case& it) {
        return it.name == kEndpointReachable && it.state >= State::error;
    });
    if (said) return;
    cases.push_back(
        {std::string(kEndpointReachable),
         row.id,
         State::error,
         fmt::format(
             "{} at {}{}{}", spaced(to_text(row.main.outcome)), spaced(to_text(row.main.stage)),
             row.main.detail.empty() ? "" : ", ", row.main.detail
         ),
         {},
         0}
    );
}

std::vector<const Finding*> pointers(const std::vector<Finding>& findings) {
    std::vector<const Finding*> out;
    for (const auto& finding : findings)
        out.push_back(&finding);
    return out;
}

void append(std::vector<Case>& to, std::vector<Case> from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

Suite server_suite(const View& view, const Server& server) {
    Suite out{std::string(server.name), {}};
    if (!server.pool.empty() && server.pool != server.name)
        out.name += fmt::format(" ({})", server.pool);
    for (const auto endpoint : server.endpoints) {
        const auto& row = view.run.endpoints[endpoint];
        auto findings = row.findings;
        const auto& several = view.about_several[endpoint];
        findings.insert(findings.end(), several.begin(), several.end());
        const bool unjudged = view.unjudged.contains(&row);
        auto cases = cases_of(findings, row.id, unjudged);
        if (unjudged) require_reachable(cases, row);
        // Only the first case has the duration of the endpoint, so that sums are right.
        if (!cases.empty()) cases.front().seconds = row.main.timings.total / 1000;
        append(out.cases, std::move(cases));
    }
    return out;
}

Suite federation_suite(const ScanResult& run, const FederationRow& row) {
    Suite out{row.domain, {}};
    const auto state = row.verdict == GoLive::ready       ? State::passed
                       : row.verdict == GoLive::will_fail ? State::failure
                                                          : State::error;
    const auto words = std::string(in_words(row.verdict));
    out.cases.push_back({"go-live", row.domain, state, words, {}, 0});
    for (const auto& reason : row.reasons) {
        Case one{
            reason.code,      reason.endpoint ? run.endpoints[*reason.endpoint].id : row.domain,
            State::passed,    reason.message,
            {reason.message}, 0};
        if (reason.weight == Weight::fails) one.state = State::failure;
        if (reason.waived || reason.weight == Weight::open) one.state = State::skipped;
        if (reason.waived) one.message = "waived: " + *reason.waived;
        if (!reason.fix.empty()) one.lines.push_back("Fix: " + reason.fix);
        out.cases.push_back(std::move(one));
    }
    return out;
}

std::vector<Suite> suites_of(const View& view) {
    const auto& run = view.run;
    std::vector<Suite> out;
    for (const auto& server : view.servers)
        out.push_back(server_suite(view, server));
    if (!run.identities.empty()) {
        Suite ours{"our identities", {}};
        for (const auto& row : run.identities)
            append(ours.cases, cases_of(row.findings, row.id));
        out.push_back(std::move(ours));
    }
    for (const auto& file : run.files) {
        Suite suite{file.path, cases_of(file.findings, file.path)};
        if (!file.error.empty())
            suite.cases.push_back({"readable", file.path, State::error, file.error, {file.error}, 0}
            );
        out.push_back(std::move(suite));
    }
    for (const auto& domain : run.domains)
        out.push_back({domain.domain, cases_of(pointers(domain.findings), domain.domain)});
    for (const auto& row : run.federation)
        out.push_back(federation_suite(run, row));
    return out;
}

void write_lines(Markup& page, const std::vector<std::string>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) page.line();
        page.text(lines[i]);
    }
}

void write_case(Markup& page, const Case& it) {
    const auto element = page.open(
        "testcase",
        {{"classname", it.place}, {"name", it.name}, {"time", fmt::format("{:.3f}", it.seconds)}}
    );
    if (it.state == State::passed) {
        if (it.lines.empty()) return;
        const auto output = page.open("system-out");
        return write_lines(page, it.lines);
    }
    if (it.state == State::skipped) {
        page.empty("skipped", {{"message", it.message}});
        return;
    }
    const auto write = [&](html::Literal name) {
        const auto inner = page.open(name, {{"message", it.message}, {"type", it.name}});
        write_lines(page, it.lines);
    };
    it.state == State::error ? write("error") : write("failure");
}

struct Totals {
    std::string tests, failures, errors, skipped, seconds;
};

Totals totals_of(const std::vector<const Suite*>& suites) {
    std::size_t tests = 0;
    std::map<State, std::size_t> states;
    double seconds = 0;
    for (const auto* suite : suites)
        for (const auto& it : suite->cases) {
            ++tests;
            ++states[it.state];
            seconds += it.seconds;
        }
    const auto text = [](std::size_t number) { return std::to_string(number); };
    return {
        text(tests), text(states[State::failure]), text(states[State::error]),
        text(states[State::skipped]), fmt::format("{:.3f}", seconds)};
}

} // namespace

void write_junit(std::ostream& out, const ScanResult& run, const TextOptions& options) {
    const View view(run, options.title);
    const auto suites = suites_of(view);
    std::vector<const Suite*> all;
    for (const auto& suite : suites)
        all.push_back(&suite);
    const auto total = totals_of(all);
    const auto timestamp = to_rfc3339(run.started_at).substr(0, 19); // JUnit's has no zone: UTC
    Markup page(out);
    page.own("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    const auto root = page.open(
        "testsuites", {{"name", view.title},
                       {"tests", total.tests},
                       {"failures", total.failures},
                       {"errors", total.errors},
                       {"skipped", total.skipped},
                       {"time", total.seconds}}
    );
    page.line();
    for (const auto& suite : suites) {
        const auto sum = totals_of({&suite});
        const auto element = page.open(
            "testsuite", {{"name", suite.name},
                          {"tests", sum.tests},
                          {"failures", sum.failures},
                          {"errors", sum.errors},
                          {"skipped", sum.skipped},
                          {"time", sum.seconds},
                          {"timestamp", timestamp}}
        );
        page.line();
        for (const auto& it : suite.cases) {
            write_case(page, it);
            page.line();
        }
    }
}

} // namespace lyncprobe::report
