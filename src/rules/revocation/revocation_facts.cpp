// SPDX-License-Identifier: MIT
#include "rules/revocation/revocation_facts.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Windows allows no difference of clocks; machines of a domain keep within 5 minutes.
constexpr std::chrono::minutes kClocks{5};

} // namespace

const CertificateStatus& status_of(const Subject& s) {
    return s.context.revocation->at(s.certificate().sha256);
}

bool is_list(const FetchedLocation& location) {
    return location.kind == LocationKind::crl || location.kind == LocationKind::delta_crl;
}

bool is_delta(const FetchedLocation& location) {
    return location.kind == LocationKind::delta_crl || (location.crl && location.crl->base_number);
}

std::string place_and_detail(const FetchedLocation& location) {
    const auto place =
        location.kind == LocationKind::staple ? "the stapled OCSP response" : location.url;
    return location.detail.empty() ? place : fmt::format("{}: {}", place, location.detail);
}

Age age_of(const FetchedLocation& location, Time now) {
    const auto judged = [now](
                            std::optional<Time> from, std::optional<Time> until,
                            std::optional<Time> replaced
                        ) -> Age {
        if (!from) return {"it does not say when it was made", true};
        if (*from > now + kClocks)
            return {fmt::format("it is valid only from {} on", to_rfc3339(*from)), true};
        if (until && now > *until)
            return {fmt::format("it ran out on {}", to_rfc3339(*until)), true};
        if (replaced && now > *replaced)
            return {
                fmt::format("a newer one was due on {} and is not there", to_rfc3339(*replaced)),
                false};
        return {};
    };
    if (location.ocsp) return judged(location.ocsp->this_update, location.ocsp->next_update, {});
    if (!location.crl) return {"nothing was read", true};
    const auto& list = *location.crl;
    auto age = judged(list.this_update, list.next_update, list.next_publish);
    if (age.problem.empty() && !list.next_update)
        age.problem = "it does not say when the next one is due";
    return age;
}

std::string no_list_asked(const Subject& s) {
    for (const auto& said : status_of(s).said)
        if (is_list(*said.location)) return {};
    return "no CRL location was asked";
}

std::string no_list_read(const Subject& s) {
    for (const auto& said : status_of(s).said)
        if (said.location->crl) return {};
    return "no CRL was read";
}

} // namespace lyncprobe::rules
