// SPDX-License-Identifier: MIT
// Rule leaf-outlives-issuer: the server certificate does not outlive a CA of its path.
#include "rules/engine/all.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// The CA certificate of the path that runs out first; null where there is none with a date.
const Certificate* first_to_expire(const Chain& chain) {
    const Certificate* first = nullptr;
    const auto& path = chain.path.path;
    for (std::size_t i = 1; i < path.size(); ++i)
        if (path[i]->not_after && (!first || *path[i]->not_after < *first->not_after))
            first = path[i].get();
    return first;
}

Ruling check_leaf_outlives_issuer(const Subject& s) {
    const auto& leaf_end = *s.leaf().not_after;
    const auto& issuer = *first_to_expire(s.chain);
    // By days: a lab's CA and server certificates may be made in one go.
    using std::chrono::days;
    const auto day = [](Time time) { return std::chrono::floor<days>(time); };
    auto ruling = day(leaf_end) <= day(*issuer.not_after)
                      ? pass()
                      : warn(fmt::format(
                            "the server certificate is valid until {}, but {} above it only until "
                            "{}: from then on it is refused",
                            to_rfc3339(leaf_end), issuer.subject, to_rfc3339(*issuer.not_after)
                        ));
    return std::move(ruling)
        .with("not_after", to_rfc3339(leaf_end))
        .with("issuer_not_after", to_rfc3339(*issuer.not_after))
        .with("issuer", issuer.subject);
}

} // namespace

constinit const Rule leaf_outlives_issuer{
    .id = "leaf-outlives-issuer",
    .title = "The server certificate does not outlive a CA above it",
    .scope = Scope::chain,
    .source = {.document = "RFC 5280", .section = "6.1.3 Basic Certificate Processing (a)(2)"},
    .demands = "No CA certificate of the path, sent or not, root included, expires on a day "
               "before that of the server certificate.",
    .why = "Whoever renews by the date of the server certificate is late: with the CA's date all "
           "its certificates are refused at once.",
    .fix = "renew the CA certificate that is named, with the same key where the CA allows it, and "
           "distribute it before its date; then renew the server certificate",
    .evidence = "not_after: of the server certificate; issuer, issuer_not_after: the CA of the "
                "path that expires first",
    .applies = [](const Subject& s) -> std::string {
        if (!s.leaf().not_after) return "the date of the server certificate cannot be read";
        return first_to_expire(s.chain) ? "" : "no CA certificate above it is known";
    },
    .only_where_it_applies = true,
    .check = check_leaf_outlives_issuer,
};

} // namespace lyncprobe::rules
