// SPDX-License-Identifier: MIT
// Rule no-rsassa-pss: RSASSA-PSS is nowhere in the chain.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// The TLS handshake's own rsa_pss_rsae signatures are made with ordinary RSA keys and never matter
// here.
Ruling check_no_rsassa_pss(const Subject& s) {
    const auto& certificate = s.certificate();
    const Algorithm* found = nullptr; // whose parameters go into the evidence; the outer ones first
    std::vector<std::string> where;
    if (certificate.signature_inner.oid == kRsassaPss) {
        found = &certificate.signature_inner;
        where.emplace_back("inner");
    }
    if (certificate.signature.oid == kRsassaPss) {
        found = &certificate.signature;
        where.insert(where.begin(), "signature");
    }
    const bool in_key = certificate.key.oid == kRsassaPss;
    if (!found && !in_key) {
        if (auto broken = unreadable_signature(certificate)) return *broken;
        if (auto broken = unreadable_key(certificate)) return *broken;
        return pass();
    }

    const std::string_view what = found && in_key ? "its signature and its key are RSASSA-PSS"
                                  : found         ? "it is signed with RSASSA-PSS"
                                                  : "its key is of the type RSASSA-PSS";
    if (in_key) where.emplace_back("key");
    auto ruling =
        fail(fmt::format(
                 "{}, which Lync Server does not support: sign-in and call forwarding fail{}", what,
                 found ? "; its CA is set to AlternateSignatureAlgorithm=1" : ""
             ))
            .with("where", std::move(where))
            .with("oid", std::string(kRsassaPss));
    if (!found || !found->pss) return ruling;
    return std::move(ruling)
        .with("hash", found->pss->hash)
        .with("mask_hash", found->pss->mask_hash)
        .with("salt_length", found->pss->salt_length)
        .with("parameters_by_default", found->pss->by_default);
}

} // namespace

constinit const Rule no_rsassa_pss{
    .id = "no-rsassa-pss",
    .title = "RSASSA-PSS is nowhere in the chain",
    .scope = Scope::certificate,
    .source = kRequirements,
    .demands = "No certificate presented, root included, has an RSASSA-PSS key or inner or outer "
               "signature (1.2.840.113549.1.1.10). rsa_pss in the TLS handshake is not judged.",
    .why = "Sign-in and call forwarding fail, with errors that do not name the certificate. The "
           "cause is mostly AlternateSignatureAlgorithm=1 in the CA's CAPolicy.inf or registry or "
           "in the request's template or .inf; the CA then signs sub-CAs and CRLs so, too.",
    .fix = "set AlternateSignatureAlgorithm=0 in CAPolicy.inf and on the CA (certutil -setreg "
           "CA\\CSP\\AlternateSignatureAlgorithm 0, restart CertSvc), renew the CA certificate if "
           "it is signed so too, clear the option in the request template, and reissue",
    .evidence = "where: signature (outer), inner, key; oid; hash, mask_hash, salt_length: the "
                "parameters; parameters_by_default: none were written, so the SHA-1 defaults hold",
    .check = check_no_rsassa_pss,
    .every_certificate = true,
};

} // namespace lyncprobe::rules
