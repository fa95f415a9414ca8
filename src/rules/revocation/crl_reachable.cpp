// SPDX-License-Identifier: MIT
// Rule crl-reachable: the CRL can be fetched from where the certificate says (--fetch).
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"
#include "rules/revocation/revocation_facts.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

enum class Reach { good, dead, open };

// As long as Windows waits for a location, with a little for the clocks; who gave up sooner
// (--timeout) does not know what Windows would have got.
constexpr double kWindowsWaitsMs = 0.95 * 15'000;

// Of a location without a host: --ldap-server is in place of whichever domain controller would
// answer.
bool names_no_host(std::string_view url) {
    return url.find(":///") != std::string_view::npos && url_scheme(url).starts_with("ldap");
}

// A host or a name server has said no: dead. What only says something about our vantage point, or
// about our limits: open.
Reach reach_of(const FetchedLocation& location) {
    if (location.outcome != FetchOutcome::ok && names_no_host(location.url)) return Reach::open;
    switch (location.outcome) {
    case FetchOutcome::ok: return Reach::good;
    case FetchOutcome::status: // a directory may show it to whoever has logged in
        return url_scheme(location.url).starts_with("ldap") ? Reach::open : Reach::dead;
    case FetchOutcome::timeout:
        return location.milliseconds < kWindowsWaitsMs ? Reach::open : Reach::dead;
    case FetchOutcome::no_such_name:
    case FetchOutcome::refused:
    case FetchOutcome::closed:
    case FetchOutcome::wrong_content:
    case FetchOutcome::redirect_limit: return Reach::dead;
    default: return Reach::open;
    }
}

// Sorted is the locations of a certificate by how they were reached.
struct Sorted {
    std::vector<std::string> good, dead, open, dead_deltas;
    bool only_for_members = true; // of those that are open
};

Sorted sorted(const Subject& s) {
    Sorted out;
    for (const auto& said : status_of(s).said) {
        const auto& location = *said.location;
        if (!is_list(location)) continue;
        const auto reach = reach_of(location);
        if (location.kind == LocationKind::delta_crl) {
            if (reach == Reach::dead) out.dead_deltas.push_back(place_and_detail(location));
            continue;
        }
        auto& list = reach == Reach::good ? out.good : reach == Reach::dead ? out.dead : out.open;
        list.push_back(place_and_detail(location));
        if (reach == Reach::open && location.outcome != FetchOutcome::domain_member_only)
            out.only_for_members = false;
    }
    return out;
}

Ruling rule_on(const Sorted& found) {
    if (found.good.empty()) {
        if (found.dead.empty())
            return inconclusive(
                found.only_for_members
                    ? "only a member of the domain can check this: the CRL locations name no host "
                      "(--ldap-server names one)"
                    : "no CRL location could be asked from here: " + some_of(found.open),
                "run it from where servers and clients fetch the CRL, with --fetch-private for "
                "addresses inside and --ldap-server for a domain controller"
            );
        if (found.open.empty()) return fail("no CRL can be fetched: " + some_of(found.dead));
        return warn(fmt::format(
            "{}; the other CRL locations cannot be checked from here: {}", some_of(found.dead),
            some_of(found.open)
        ));
    }
    if (!found.dead.empty())
        return warn(
            "a CRL location is dead, and clients ask the locations in their order and wait: " +
            some_of(found.dead)
        );
    if (!found.dead_deltas.empty()) {
        const bool plus =
            std::any_of(found.dead_deltas.begin(), found.dead_deltas.end(), [](const auto& delta) {
                return delta.find('+') != std::string::npos;
            });
        return warn(fmt::format(
            "the CRL is there, its delta CRL is not{}: {}",
            plus ? " (IIS refuses the '+' in its name until double escaping is allowed)" : "",
            some_of(found.dead_deltas)
        ));
    }
    return pass();
}

Ruling check_crl_reachable(const Subject& s) {
    const auto found = sorted(s);
    auto ruling = rule_on(found);
    const auto tell = [&ruling](const char* key, const std::vector<std::string>& places) {
        if (!places.empty()) ruling.evidence.set(key, places);
    };
    tell("reached", found.good);
    tell("dead", found.dead);
    tell("dead_delta", found.dead_deltas);
    tell("not_checked", found.open);
    return ruling;
}

} // namespace

constinit const Rule crl_reachable{
    .id = "crl-reachable",
    .title = "The CRL can be fetched",
    .scope = Scope::revocation,
    .source = {.document = "RFC 5280", .section = "4.2.1.13 CRL Distribution Points"},
    .demands =
        "With --fetch: a CRL can be fetched from the locations in the certificate, and the delta "
        "CRL that it names in turn. It fails where every location says no: no such name, refused, "
        "an error, not finished in 15 seconds, something else. What cannot be asked from here (no "
        "way, no name server, a private address without --fetch-private, a directory without a "
        "host or with a login, a shorter --timeout) is inconclusive.",
    .why =
        "Windows asks for the CRL whenever it checks a certificate. Without it sign-in, federation "
        "and the Edge's checks of its peers fail or wait for a time-out on every connection.",
    .fix = "publish the CRL and its delta where the CDP extension says, open TCP 80 to it from the "
           "Edge and the clients, allow double escaping on IIS for delta CRLs (the '+'), or "
           "correct the CDP extension on the CA and reissue",
    .evidence = "reached, dead, dead_delta, not_checked: locations, each with what came of it",
    .applies = no_list_asked,
    .check = check_crl_reachable,
};

} // namespace lyncprobe::rules
