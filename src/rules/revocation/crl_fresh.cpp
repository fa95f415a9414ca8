// SPDX-License-Identifier: MIT
// Rule crl-fresh: the CRL that was fetched is current (--fetch).
#include "rules/engine/all.h"
#include "rules/revocation/revocation_facts.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Ruling check_crl_fresh(const Subject& s) {
    auto ruling = pass();
    for (const auto& said : status_of(s).said) {
        const auto& location = *said.location;
        if (!location.crl) continue;
        const auto age = age_of(location, s.context.now);
        const auto verdict = age.problem.empty() ? Verdict::pass
                             : age.stale         ? Verdict::fail
                                                 : Verdict::warn;
        const bool first = ruling.evidence.empty();
        if (!first && badness(verdict) <= badness(ruling.verdict)) continue;
        ruling = {.verdict = verdict, .message = {}, .evidence = {}};
        if (verdict != Verdict::pass)
            ruling.message = fmt::format(
                "{} of {}: {}", is_delta(location) ? "the delta CRL" : "the CRL", location.url,
                age.problem
            );
        const auto tell = [&ruling](const char* key, const std::optional<Time>& time) {
            if (time) ruling.evidence.set(key, to_rfc3339(*time));
        };
        ruling.evidence.set("crl", location.url);
        tell("this_update", location.crl->this_update);
        tell("next_update", location.crl->next_update);
        tell("next_publish", location.crl->next_publish);
    }
    return ruling;
}

} // namespace

constinit const Rule crl_fresh{
    .id = "crl-fresh",
    .title = "The CRL is current",
    .scope = Scope::revocation,
    .source = {.document = "RFC 5280", .section = "5.1.2.5 Next Update"},
    .demands = "With --fetch: every CRL and delta CRL fetched is valid when judged. One that has "
               "run out or is not valid yet fails. One past the date of Microsoft's Next CRL "
               "Publish extension, when a newer one was due, or without a next update warns.",
    .why = "To Windows a CRL that has run out is as good as none: revocation checks fail on every "
           "server and client at the same hour, as if the CA were down.",
    .fix = "let the CA publish (certutil -CRL), and see why it or the copy to the web server did "
           "not run",
    .evidence = "crl: the location; this_update, next_update, next_publish: the dates in it",
    .applies = no_list_read,
    .check = check_crl_fresh,
};

} // namespace lyncprobe::rules
