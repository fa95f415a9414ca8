// SPDX-License-Identifier: MIT
// Rule endpoint-reachable: it answers as what it is listed for.
#include "plan/services.h"
#include "rules/connection/reach.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::string_view kUnknown =
    "run it again; where it ends so again, report it with the result of --format json";

// Not one byte came back.
bool silent(const Subject& s) {
    const auto& main = s.seen().row->main;
    const bool cut = main.outcome == Outcome::reset || main.outcome == Outcome::closed ||
                     main.outcome == Outcome::timeout;
    return main.stage <= Stage::connect ||
           (cut && !main.tls && !main.pseudo_tls && s.seen().first_bytes.empty());
}

// `expect: unreachable`. What could not be asked stays open.
Ruling as_expected(const Subject& s, const Reach* reach, Cause cause, const std::string& seen) {
    const bool asked = reach && (reach->verdict != Verdict::inconclusive ||
                                 cause == Cause::other_side || cause == Cause::udp_silence);
    if (!asked)
        return inconclusive("whether it is unreachable, as expected, could not be seen: " + seen)
            .fixed_by(std::string(reach ? reach->fix : kUnknown));
    if (silent(s)) return pass("does not answer from here, as expected: " + seen);
    return fail("answers from here, where it is expected to be unreachable: " + seen)
        .fixed_by("close this port to where the run is made, in the firewall or at the reverse "
                  "proxy; where it may be reached, remove `expect: unreachable`");
}

// A service that the role usually has, and that perhaps nobody installed.
Ruling perhaps_not_there(const Subject& s, const std::string& seen) {
    const auto* service = plan::find_service(s.target().service);
    const auto name = service ? service->group : std::string_view("the service");
    return warn(fmt::format(
                    "{}; {} is only usual for this role: it is not installed, stopped or filtered",
                    seen, name
                ))
        .fixed_by(fmt::format(
            "start it or let its port through; where the pool does not run it, write "
            "`services: {{{}: no}}`",
            name
        ));
}

Ruling ruling_by(const Subject& s, const Reach* reach, Cause cause) {
    const auto& seen = s.seen();
    const auto& main = seen.row->main;
    if (s.target().expect == Expectation::unreachable)
        return as_expected(s, reach, cause, main.detail);
    if (!reach)
        return inconclusive(
            main.detail + "; no endpoint is known to end so", std::string(kUnknown)
        );
    if (reach->verdict == Verdict::pass) return pass();
    if (main.outcome == Outcome::skipped && seen.other_address_answers)
        return not_applicable("another address of this name answers");
    auto text = fmt::format("{}; {}", main.detail, reach->why);
    const bool nothing_there = reach->verdict == Verdict::fail && main.stage <= Stage::connect;
    if (nothing_there && s.target().listing == Listing::usual) {
        if (!seen.pool_mate_answers) return perhaps_not_there(s, text);
        text += "; another server of the pool answers there";
    }
    // What is inconclusive says itself what would settle it.
    if (reach->verdict == Verdict::inconclusive) text += fmt::format("; {}", reach->fix);
    return verdict(reach->verdict, std::move(text)).fixed_by(std::string(reach->fix));
}

Ruling check_endpoint_reachable(const Subject& s) {
    const auto& main = s.seen().row->main;
    const auto cause = cause_of(s);
    auto ruling = ruling_by(s, reach_of(main.outcome, main.stage, cause, s.target().probe), cause);
    if (s.target().expect == Expectation::unreachable)
        ruling.evidence.set("expected", std::string(to_text(s.target().expect)));
    if (ruling.verdict == Verdict::pass || ruling.verdict == Verdict::not_applicable) return ruling;
    ruling.evidence.set("outcome", std::string(to_text(main.outcome)));
    ruling.evidence.set("stage", std::string(to_text(main.stage)));
    if (cause != Cause::none) ruling.evidence.set("cause", std::string(to_text(cause)));
    if (s.target().listing != Listing::listed)
        ruling.evidence.set("listing", std::string(to_text(s.target().listing)));
    return ruling;
}

} // namespace

constinit const Rule endpoint_reachable{
    .id = "endpoint-reachable",
    .title = "The endpoint answers as what it is listed for",
    .scope = Scope::connection,
    .source =
        {.document = "Ports and protocols for internal servers in Lync Server 2013; Port summary - "
                     "Single consolidated edge in Lync Server 2013",
         .section = "required ports; inbound and outbound",
         .url = "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
                "lync-server-2013-ports-and-protocols-for-internal-servers"},
    .demands =
        "What the list names answers: its name is in DNS, its port takes connections, and what "
        "listens there speaks TLS, or what its probe speaks before it. A service that a topology "
        "only expects because the role usually has it is a warning, unless another server of the "
        "pool answers there. Inconclusive where this machine, its name server or the place it "
        "stands in (--vantage) is the reason. With `expect: unreachable` it must not answer.",
    .why = "A service that is stopped, filtered or on another port fails its users and peers, "
           "however good its certificate would be; and nothing else about it was judged.",
    .fix = "see that the service runs and listens on this port, and that every firewall between "
           "lets it through; docs/endings.md has the fix for each cause",
    .evidence =
        "outcome, stage; cause: a word of docs/endings.md where there are several; listing: "
        "core or usual, where a topology expects it; expected: what `expect` says",
    .check = check_endpoint_reachable,
};

} // namespace lyncprobe::rules
