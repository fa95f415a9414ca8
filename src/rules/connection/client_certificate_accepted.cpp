// SPDX-License-Identifier: MIT
// Rule client-certificate-accepted: a server that asks for our certificate takes it.
#include "rules/connection/refusal.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"
#include "rules/engine/sources.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// What decides is the attempt that offered ours, however far another one came.
const AttemptRow& deciding(const EndpointRow& row) {
    const auto offered = [](const AttemptRow& attempt) {
        return attempt.client_certificate && attempt.client_certificate->identity_offered;
    };
    if (offered(row.main)) return row.main;
    for (const auto& variant : row.variants)
        if (has_own_sni(variant.role) && offered(variant)) return variant;
    return row.main;
}

std::string_view in_words(Party side) {
    return side == Party::ours     ? "our side"
           : side == Party::theirs ? "the server's side"
                                   : "either side";
}

Ruling of_refusal(const Subject& s, const AttemptRow& attempt, const CertificateRefusal& refusal) {
    auto text = fmt::format(
        "refuses our certificate ({}): {}", attempt.client_certificate->refusal, refusal.clause
    );
    if (s.target().expect == Expectation::client_certificate_refused)
        return pass("refuses our certificate, as expected").with("cause", refusal.cause);
    const bool stranger = s.seen().stranger;
    if (stranger)
        text += "; no name of our certificate belongs to the topology of the list, and a stranger "
                "is meant to be refused";
    auto ruling = verdict(stranger ? Verdict::warn : Verdict::fail, std::move(text));
    return std::move(ruling)
        .fixed_by(
            stranger ? "say what is meant: `expect: client-certificate-refused`, or give the "
                       "certificate of a server of the topology"
                     : fmt::format("on {}: {}", in_words(refusal.side), refusal.fix)
        )
        .with("cause", refusal.cause)
        .with("side", std::string(to_text(refusal.side)));
}

// None was given: what there is to see is whether the server insists.
Ruling of_none(const Subject& s, const ClientCertificateFacts& facts) {
    const bool given = facts.identity_offered;
    if (facts.required != true)
        return given ? inconclusive(
                           "ours was not sent, since the server takes no such key or signature; it "
                           "went on without one",
                           explain_not_sent().fix
                       )
                     : not_applicable("it asks for a client certificate and goes on without one");
    constexpr std::string_view kGive =
        "give the certificate of a server of the deployment: --cert FILE --key FILE or --pfx FILE, "
        "or in a target list `identities:` and `identity:` of the target, without `mutual: none`";
    return inconclusive(fmt::format(
                            "demands a client certificate, and {}, so whether ours is taken was "
                            "not seen; {}",
                            s.target().mutual == Mutual::none ? "this target is set to offer none"
                                                              : "none was given",
                            kGive
                        ))
        .fixed_by(std::string(kGive));
}

Ruling as_expected(const ClientCertificateFacts& facts) {
    if (!facts.requested)
        return fail("asks for no client certificate, where it is expected to refuse ours");
    return fail("takes our certificate, where it is expected to refuse it");
}

std::string applies_client_certificate_accepted(const Subject& s) {
    const auto& attempt = deciding(*s.seen().row);
    if (attempt.client_certificate) return {};
    const bool up = attempt.tls && attempt.tls->handshake_done;
    return up && s.target().expect == Expectation::client_certificate_refused
               ? ""
               : "it asked for no client certificate";
}

Ruling check_client_certificate_accepted(const Subject& s) {
    static const ClientCertificateFacts kNotAsked;
    const auto& attempt = deciding(*s.seen().row);
    const auto& facts = attempt.client_certificate ? *attempt.client_certificate : kNotAsked;
    const bool sent = !facts.presented.empty();
    if (sent && refused(attempt))
        return of_refusal(s, attempt, explain_refusal(attempt, s.seen().ours));
    if (!sent && facts.identity_offered && facts.required == true)
        return of_refusal(s, attempt, explain_not_sent());
    const bool expected = s.target().expect == Expectation::client_certificate_refused;
    if (expected && (!facts.requested || facts.accepted == true))
        return as_expected(facts).fixed_by(
            "let TLS of this port end at the server itself, and take our root and our name out of "
            "those that it lets in; where we may come in, remove `expect`"
        );
    if (!sent) return of_none(s, facts);
    if (facts.accepted == true) return pass();
    return inconclusive("our certificate was sent, and the connection ended before the server "
                        "showed whether it takes it")
        .fixed_by("run it again; the log of the server says whether it took our certificate");
}

} // namespace

constinit const Rule client_certificate_accepted{
    .id = "client-certificate-accepted",
    .title = "A server that asks for our certificate takes it",
    .scope = Scope::connection,
    .source =
        {.document = "TLS and MTLS for Lync Server 2013; RFC 8446",
         .section = "mutual TLS between servers; 6.2 error alerts",
         .url = kMutualTls.url},
    .demands =
        "Where a server asks for a client certificate, it takes ours. A refusal fails, with its "
        "likely cause by the alert; it is a warning where the list has a topology to which no name "
        "of our certificate belongs, since a stranger is meant to be refused. Where a certificate "
        "is demanded and none was given it is inconclusive. Whether our issuer is on the server's "
        "list is `client-ca-names`. With `expect: client-certificate-refused` it must be refused.",
    .why = "Lync's servers talk to each other, to gateways and to partners by mutual TLS only: a "
           "peer whose certificate is refused cannot connect at all.",
    .fix = "do what the finding says for its cause, on the side that it names",
    .evidence = "cause: the alert, reset, closed, http or not_sent; side: ours, theirs or either",
    .applies = applies_client_certificate_accepted,
    .only_where_it_applies = true,
    .check = check_client_certificate_accepted,
};

} // namespace lyncprobe::rules
