// SPDX-License-Identifier: MIT
#include "rules/connection/endings.h"

#include "rules/connection/reach.h"
#include "rules/connection/refusal.h"
#include "rules/engine/all.h"
#include "rules/engine/judge.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Played is an ending as a scan sees it, with what it would be asked and answered.
struct Played {
    EndpointRow row;
    Target target;
    EndpointEvidence seen;
    Policy policy;
    Context context;
    Chain chain;

    Played(const Reach& reach, Probe probe) {
        row.main.outcome = reach.outcome;
        row.main.stage = reach.stage;
        target.probe = probe;
        target.plain = reach.cause == Cause::without_tls;
        row.main.pseudo_tls = reach.cause == Cause::pseudo_tls;
        auto tls = std::make_shared<TlsFacts>();
        tls->handshake_done = reach.stage > Stage::handshake && !target.plain;
        row.main.tls = tls;
        if (reach.stage == Stage::client_auth) row.main.client_certificate = facts();
        seen.row = &row;
        seen.cause = reach.cause;
        context.policy = &policy;
        context.described = &target;
        context.observed = &seen;
    }

    std::shared_ptr<const ClientCertificateFacts> facts() const {
        auto out = std::make_shared<ClientCertificateFacts>();
        out->requested = true;
        out->required = row.main.outcome == Outcome::client_certificate_required;
        if (row.main.outcome == Outcome::client_certificate_rejected) out->presented = "ours";
        return out;
    }

    Finding by(const Rule& rule) const { return judge_one(rule, {chain, 0, context}); }
};

std::string in_cell(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out;
}

std::string_view verdict_text(const Finding& finding) {
    return finding.verdict == Verdict::not_applicable ? "–" : to_text(finding.verdict);
}

// What was seen stands before the first semicolon of a message, what would settle it behind the
// next.
std::string_view cause_text(const Finding& finding) {
    std::string_view message = finding.message;
    if (finding.verdict == Verdict::inconclusive && message.ends_with(finding.fix))
        message.remove_suffix(std::min(message.size(), finding.fix.size() + 2));
    const auto behind = message.find("; ");
    return behind == std::string_view::npos ? message : message.substr(behind + 2);
}

// The columns behind outcome, stage and probes.
std::string judged_columns(const Reach& reach, Probe probe) {
    const Played played(reach, probe);
    const Finding findings[] = {
        played.by(endpoint_reachable), played.by(client_certificate_accepted),
        played.by(conversation_finished)};
    std::string out, why, fix;
    for (const auto& finding : findings) {
        out += fmt::format(" {} |", verdict_text(finding));
        if (finding.fix.empty()) continue;
        why = cause_text(finding);
        fix = finding.fix;
    }
    return out + fmt::format(" {} | {} |\n", in_cell(why), in_cell(fix));
}

std::string rows_of(const Reach& reach) {
    // Probes that are judged alike stand in one row.
    std::vector<std::pair<std::string, std::string>> rows; // columns, probes
    for (const auto& probe : words<Probe>()) {
        if ((reach.probes & only(probe.value)) == 0) continue;
        auto columns = judged_columns(reach, probe.value);
        auto known = rows.begin();
        while (known != rows.end() && known->first != columns)
            ++known;
        if (known == rows.end())
            rows.emplace_back(std::move(columns), std::string(probe.text));
        else
            known->second += fmt::format(", {}", probe.text);
    }
    std::string out;
    for (const auto& [columns, probes] : rows)
        out += fmt::format(
            "| `{}` | `{}` | {} | {} |{}", to_text(reach.outcome), to_text(reach.stage),
            reach.cause == Cause::none ? "" : fmt::format("`{}`", to_text(reach.cause)), probes,
            columns
        );
    return out;
}

std::string matrix() {
    std::string out = "| outcome |";
    std::string line = "|---|";
    for (const auto& stage : words<Stage>()) {
        out += fmt::format(" `{}` |", stage.text);
        line += "---|";
    }
    out += "\n" + line + "\n";
    for (const auto& outcome : words<Outcome>()) {
        out += fmt::format("| `{}` |", outcome.text);
        for (const auto& stage : words<Stage>()) {
            Probes probes = 0;
            for (const auto& reach : reach_table())
                if (reach.outcome == outcome.value && reach.stage == stage.value)
                    probes |= reach.probes;
            std::string cell;
            for (const auto& probe : words<Probe>())
                if ((probes & only(probe.value)) != 0)
                    cell += fmt::format("{}{}", cell.empty() ? "" : ", ", probe.text);
            const auto all = static_cast<Probes>((1U << words<Probe>().size()) - 1);
            out += fmt::format(" {} |", probes == 0 ? "–" : probes == all ? "every probe" : cell);
        }
        out += "\n";
    }
    return out;
}

std::string refusals() {
    std::string out = "| alert | cause | whose side | fix |\n|---|---|---|---|\n";
    for (const auto code : refusal_alerts()) {
        AttemptRow attempt;
        auto tls = std::make_shared<TlsFacts>();
        tls->alerts.push_back({.received = true, .fatal = true, .code = code});
        attempt.tls = tls;
        const auto refusal = explain_refusal(attempt, nullptr);
        out += fmt::format(
            "| {} `{}` | {} | {} | {} |\n", code, refusal.cause, refusal.clause,
            to_text(refusal.side), refusal.fix
        );
    }
    return out;
}

} // namespace

std::string endings_markdown() {
    std::string out =
        "# How an endpoint can end\n\n"
        "Generated by `lyncprobe docs endings` from the rules: every outcome, at every stage, of "
        "every probe, with the verdicts of `endpoint-reachable`, `client-certificate-accepted` and "
        "`conversation-finished` on a target of `targets:` without `expect:`. `–`: the rule says "
        "nothing. The word of the cause stands in the finding's evidence; without one it is "
        "whatever has no row of its own.\n\n"
        "A service that a topology merely expects because the role usually has it warns where this "
        "table says fail at `resolve` and `connect`, unless another server of the pool answers. A "
        "skipped address beside one of the same name that answers does not count. `expect:` turns "
        "the verdicts round.\n\n"
        "| outcome | stage | cause | probes | endpoint-reachable | client-certificate-accepted | "
        "conversation-finished | what it means | fix |\n"
        "|---|---|---|---|---|---|---|---|---|\n";
    for (const auto& reach : reach_table())
        out += rows_of(reach);
    return out + "\n## What can be\n\n`–`: no endpoint ends so.\n\n" + matrix() +
           "\n## Why a client certificate is refused\n\n"
           "The same for a scan and for `federation`. A reset or a close without an alert names no "
           "side; 43 is ours where our certificate or its CA lacks client authentication; a list "
           "of "
           "issuers without ours is said besides.\n\n" +
           refusals();
}

} // namespace lyncprobe::rules
