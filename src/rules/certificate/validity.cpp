// SPDX-License-Identifier: MIT
// Rule validity: every certificate is valid at the time of judging, and not about to expire.
#include "model/text/lists.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::string some_days(Time from, Time to) {
    using std::chrono::days;
    using std::chrono::floor;
    return counted((floor<days>(to) - floor<days>(from)).count(), "day");
}

Ruling rule_on_dates(const Subject& s, Time not_before, Time not_after) {
    const auto now = s.context.now;
    if (now > not_after)
        return fail(
            fmt::format("expired on {}, {} ago", to_rfc3339(not_after), some_days(not_after, now))
        );
    if (now < not_before)
        return fail(fmt::format(
            "not valid before {}, {} from now", to_rfc3339(not_before), some_days(now, not_before)
        ));
    if (not_after <= now + s.context.expires_within)
        return verdict(
            s.decided(Decision::expires_soon),
            fmt::format("expires on {}, in {}", to_rfc3339(not_after), some_days(now, not_after))
        );
    return pass();
}

std::string fix_of_ca(const Certificate& ca) {
    return ca.root_like
               ? "have the CA renew its root certificate (certutil -renewCert) and install the new "
                 "one in Trusted Root Certification Authorities of the server and of every peer"
               : "install the renewed CA certificate in the server's Intermediate Certification "
                 "Authorities store, remove the old one there and restart the services; where the "
                 "CA has none yet, renew it (certutil -renewCert)";
}

Ruling check_validity(const Subject& s) {
    const auto& certificate = s.certificate();
    if (!certificate.not_before || !certificate.not_after) {
        const std::string error = certificate.not_before ? "the date 'not after' cannot be read"
                                                         : "the date 'not before' cannot be read";
        return fail(error).with("error", error);
    }
    auto ruling = rule_on_dates(s, *certificate.not_before, *certificate.not_after);
    if (s.unsent || !s.is_leaf()) ruling.fix = fix_of_ca(certificate);
    return std::move(ruling)
        .with("not_before", to_rfc3339(*certificate.not_before))
        .with("not_after", to_rfc3339(*certificate.not_after));
}

} // namespace

constinit const Rule validity{
    .id = "validity",
    .title = "Certificates are valid now",
    .scope = Scope::certificate,
    .source = {.document = "RFC 5280", .section = "4.1.2.5 Validity"},
    .demands = "Every certificate of the path, sent or not, root included, is valid at the time of "
               "judging (now, or --at) and does not expire within the time of --expires-within. "
               "One that is sent and not on the path is warned of.",
    .why = "The hour a certificate expires, every server and client refuses it at once; a date in "
           "the future means a wrong clock or a certificate assigned too early.",
    .fix = "renew the certificate and assign it before the old one expires; where the dates look "
           "right, check the clocks",
    .evidence = "not_before, not_after: the dates in UTC",
    .check = check_validity,
    .unsent_too = true,
};

} // namespace lyncprobe::rules
