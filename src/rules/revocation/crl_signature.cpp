// SPDX-License-Identifier: MIT
// Rule crl-signature: the CRL is the issuer's own, and not signed with RSASSA-PSS (--fetch).
#include "rules/engine/all.h"
#include "rules/revocation/revocation_facts.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Ruling rule_on(const StatusSaid& said, const Certificate& certificate) {
    const auto& list = *said.location->crl;
    const auto& url = said.location->url;
    if (list.issuer_der != certificate.issuer_der && !list.indirect && !said.unfit.empty() &&
        list.issuer != certificate.issuer)
        return fail(fmt::format(
            "the CRL of {} is that of {}, not of the certificate's issuer {}", url, list.issuer,
            certificate.issuer
        ));
    switch (said.signature) {
    case SignatureState::not_allowed:
        return fail(fmt::format(
                        "the CRL of {} is signed by {}, whose key usage does not allow to sign "
                        "CRLs: Windows ignores it and reports revocation as offline (0x80092013)",
                        url, certificate.issuer
                    ))
            .fixed_by(
                "renew the certificate of the CA with CRL signing in its key usage (AD CS has it "
                "by default), put it into the stores of the servers, and publish the CRL again"
            );
    case SignatureState::bad:
        // A CA that was renewed with a new key publishes a list for each of its keys.
        if (!list.authority_key_id.empty() && !certificate.authority_key_id.empty() &&
            list.authority_key_id != certificate.authority_key_id)
            return fail(fmt::format(
                            "the CRL of {} is signed with another key of the CA (key identifier "
                            "{}) than the certificate (key identifier {})",
                            url, list.authority_key_id, certificate.authority_key_id
                        ))
                .fixed_by("publish the CRL of each key of the CA under a name of its own: "
                          "<CRLNameSuffix> in the CRL locations on the CA's Extensions tab");
        return fail(fmt::format("the signature of the CRL of {} is not its issuer's", url));
    case SignatureState::no_issuer:
        return inconclusive(
            fmt::format("the CRL of {} cannot be verified: {}", url, said.unfit),
            "give the certificate of the CA with --ca-file, and run it again"
        );
    case SignatureState::unverifiable:
        return inconclusive(
            fmt::format(
                "the signature of the CRL of {} ({}) cannot be verified with this OpenSSL", url,
                list.algorithm.name
            ),
            "verify it on a machine whose cryptography has this algorithm (certutil -verify)"
        );
    case SignatureState::good: break;
    }
    if (list.algorithm.pss)
        return warn(fmt::format(
            "the CRL of {} is signed with RSASSA-PSS: the CA still signs in this way, and so will "
            "be the next certificate",
            url
        ));
    return pass();
}

Ruling check_crl_signature(const Subject& s) {
    auto worst = pass();
    for (const auto& said : status_of(s).said) {
        if (!said.location->crl) continue;
        auto ruling = rule_on(said, s.certificate());
        const bool first = worst.evidence.empty();
        if (!first && badness(ruling.verdict) <= badness(worst.verdict)) continue;
        worst = std::move(ruling)
                    .with("crl", said.location->url)
                    .with("issuer", said.location->crl->issuer)
                    .with("signature", said.location->crl->algorithm.name);
    }
    return worst;
}

} // namespace

constinit const Rule crl_signature{
    .id = "crl-signature",
    .title = "The CRL is signed by the issuer, and not with RSASSA-PSS",
    .scope = Scope::revocation,
    .source = {.document = "RFC 5280", .section = "6.3.3 CRL Processing"},
    .demands = "With --fetch: every CRL and delta CRL fetched is the certificate issuer's and "
               "signed with its key. RSASSA-PSS warns: Lync supports it on no certificate.",
    .why = "A CRL of another CA or with a bad signature is refused: nothing is checked. RSASSA-PSS "
           "shows AlternateSignatureAlgorithm still set on the CA, for its next certificates, too.",
    .fix =
        "publish the CRL of the CA that issued the certificate, with its present key; against "
        "RSASSA-PSS set AlternateSignatureAlgorithm to 0 on the CA, restart it and publish again",
    .evidence = "crl: the location; issuer: who made it; signature: its algorithm",
    .applies = no_list_read,
    .check = check_crl_signature,
};

} // namespace lyncprobe::rules
