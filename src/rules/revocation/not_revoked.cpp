// SPDX-License-Identifier: MIT
// Rule not-revoked: neither a CRL nor a responder says that the certificate is revoked.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"
#include "rules/revocation/revocation_facts.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

using Status = StatusSaid::Status;

bool vouched_for(const StatusSaid& said) {
    return said.signature == SignatureState::good && said.unfit.empty();
}

// Hex numbers without leading zeros; RFC 5280 5.2.4: a delta may be put on this base or a later
// one.
bool fits_on(const CrlFacts& delta, const CrlFacts& base) {
    const auto size_and_digits = [](const std::string& number) {
        return std::pair(number.size(), std::string_view(number));
    };
    return size_and_digits(*delta.base_number) <= size_and_digits(base.number);
}

// A hold that the base still lists and a delta of today takes back.
bool taken_back(const CertificateStatus& status, const StatusSaid& listed, Time now) {
    if (!listed.location->crl || is_delta(*listed.location)) return false;
    return std::any_of(status.said.begin(), status.said.end(), [&](const StatusSaid& said) {
        const auto& delta = said.location->crl;
        return said.status == Status::removed && vouched_for(said) && delta->base_number &&
               fits_on(*delta, *listed.location->crl) && !age_of(*said.location, now).stale;
    });
}

// Why this says nothing good about the certificate; empty where it does. A delta alone says
// nothing.
std::string no_comfort(const StatusSaid& said, Time now) {
    const auto& location = *said.location;
    if (!said.unfit.empty())
        return said.unfit == location.detail
                   ? place_and_detail(location)
                   : fmt::format("{}: {}", place_and_detail(location), said.unfit);
    if (said.signature != SignatureState::good) {
        const auto cause = said.signature == SignatureState::not_allowed
                               ? "the CA that signed it may not sign CRLs"
                           : location.ocsp && !location.ocsp->signature_text.empty()
                               ? location.ocsp->signature_text
                               : "its signature is not verified";
        return fmt::format("{}: {}", place_and_detail(location), cause);
    }
    if (said.status != Status::good)
        return fmt::format("{}: the responder does not know it", place_and_detail(location));
    if (const auto age = age_of(location, now); age.stale)
        return fmt::format("{}: {}", place_and_detail(location), age.problem);
    return {};
}

// What a server presents above its own certificate is exchanged in its stores; its own is good,
// unless whoever has the CA's key could issue it as well.
std::string fix_of_ca(const Certificate& authority, const std::string& reason) {
    if (reason == "keyCompromise" || reason == "cACompromise")
        return fmt::format(
            "the key of the CA {} is compromised: replace every certificate that it issued by one "
            "of another CA, and remove it from all stores",
            authority.subject
        );
    return fmt::format(
        "put the present certificate of the CA {} into the Intermediate Certification Authorities "
        "store of the server, remove the revoked one and restart the services; where the CA kept "
        "its key, the server certificate stays good",
        authority.subject
    );
}

Ruling revoked(const Subject& s, const StatusSaid& said) {
    const auto when = said.revoked_at ? " on " + to_rfc3339(*said.revoked_at) : "";
    const auto why = said.reason.empty() ? "" : fmt::format(" ({})", said.reason);
    auto ruling =
        fail(fmt::format("revoked{}{}, says {}", when, why, place_and_detail(*said.location)))
            .with("status", std::string("revoked"))
            .with("location", said.location->url);
    if (!s.is_leaf()) ruling.fix = fix_of_ca(s.certificate(), said.reason);
    if (said.revoked_at) ruling.evidence.set("revoked_at", to_rfc3339(*said.revoked_at));
    if (!said.reason.empty()) ruling.evidence.set("reason", said.reason);
    return ruling;
}

Ruling check_not_revoked(const Subject& s) {
    const auto& status = status_of(s);
    const auto now = s.context.now;
    if (const auto* said = revoked_by(status, now)) return revoked(s, *said);
    std::vector<std::string> vouching, reasons;
    for (const auto& said : status.said) {
        if (said.status == Status::removed || is_delta(*said.location)) continue;
        auto reason =
            said.status == Status::revoked && vouched_for(said) ? "" : no_comfort(said, now);
        if (reason.empty())
            vouching.push_back(place_and_detail(*said.location));
        else
            reasons.push_back(std::move(reason));
    }
    if (!vouching.empty())
        return pass().with("status", std::string("good")).with("locations", std::move(vouching));
    if (reasons.empty())
        return inconclusive(
            "the certificate names no CRL and no OCSP location that could be asked",
            "look it up in the list of revoked certificates on the CA itself (certsrv.msc)"
        );
    return inconclusive(
               "no source confirms that it is valid: " + some_of(reasons),
               "make one of these locations answer, or run it with --fetch from a machine that "
               "reaches them"
    )
        .with("asked", reasons);
}

} // namespace

const StatusSaid* revoked_by(const CertificateStatus& status, Time now) {
    const auto found = std::ranges::find_if(status.said, [&](const StatusSaid& said) {
        return said.status == Status::revoked && vouched_for(said) &&
               !taken_back(status, said, now);
    });
    return found == status.said.end() ? nullptr : &*found;
}

constinit const Rule not_revoked{
    .id = "not-revoked",
    .title = "The certificate is not revoked",
    .scope = Scope::revocation,
    .source = {.document = "RFC 5280", .section = "6.3 CRL Validation"},
    .demands =
        "With --fetch, of every certificate below the root: no CRL, delta CRL or OCSP response "
        "that its issuer signed says it is revoked or on hold, and one that is current says that "
        "it is not. Where none could be had or verified, or none is current, it is inconclusive, "
        "never fail. A stapled OCSP response is judged without --fetch, too.",
    .why = "A revoked certificate is refused by every server and client that checks: federation, "
           "web services and sign-in stop one by one as cached CRLs run out.",
    .fix = "replace the certificate, assign the new one and restart the services; if it was "
           "revoked by mistake and is on hold, release it on the CA and publish the CRL",
    .evidence = "status; location: who says revoked, with revoked_at and reason; locations: who "
                "confirms that it is valid; asked: why none does",
    .check = check_not_revoked,
};

} // namespace lyncprobe::rules
