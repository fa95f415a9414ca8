// SPDX-License-Identifier: MIT
// Rule signature-algorithm: every certificate is signed with SHA-1 or SHA-2.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

Ruling rule_on_hash(const Subject& s, const SignatureKind& kind, const std::string& name) {
    if (kind.hash == "SHA512-224" || kind.hash == "SHA512-256")
        return verdict(
            s.decided(Decision::sha512_truncated),
            fmt::format(
                "signed with {}, a truncated SHA-512 that the list of Lync Server does not have",
                name
            )
        );
    if (kind.family == SignatureFamily::dsa)
        return verdict(
            s.decided(Decision::dsa_signature),
            fmt::format("signed with {}: the hash is listed, DSA is not", name)
        );
    if (kind.hash == "SHA224")
        return verdict(
            s.decided(Decision::sha224),
            fmt::format(
                "signed with {}: listed by Lync Server, but Windows does not implement SHA-224",
                name
            )
        );
    return pass();
}

Ruling rule_on_signature(const Subject& s, const Algorithm& algorithm) {
    const auto kind = signature_kind(algorithm);
    switch (kind.family) {
    case SignatureFamily::rsa_pss:
        return fail("signed with RSASSA-PSS, which Lync Server does not support");
    case SignatureFamily::other:
        return fail(fmt::format(
            "signed with {}, which is neither SHA-1 nor SHA-2 with RSA or ECDSA",
            algorithm.name.empty() ? algorithm.oid : algorithm.name
        ));
    default: return rule_on_hash(s, kind, algorithm.name);
    }
}

// Why the hash of a root's signature on itself says nothing; RSASSA-PSS on it does.
std::string applies_signature_algorithm(const Subject& s) {
    const auto& certificate = s.certificate();
    const auto is_pss = [](const Algorithm& algorithm) {
        return signature_kind(algorithm).family == SignatureFamily::rsa_pss;
    };
    if (!s.is_anchor() || unreadable_signature(certificate) || is_pss(certificate.signature) ||
        is_pss(certificate.signature_inner))
        return {};
    return "the signature of a root on itself is never verified";
}

Ruling check_signature_algorithm(const Subject& s) {
    const auto& certificate = s.certificate();
    if (auto broken = unreadable_signature(certificate)) return *broken;
    auto worst = rule_on_signature(s, certificate.signature);
    auto inner = rule_on_signature(s, certificate.signature_inner);
    if (badness(inner.verdict) > badness(worst.verdict)) worst = std::move(inner);
    auto ruling = std::move(worst)
                      .with("signature", certificate.signature.name)
                      .with("oid", certificate.signature.oid)
                      .with("hash", certificate.signature.hash);
    if (certificate.signature_algorithms_differ && ruling.verdict == Verdict::pass) {
        ruling.verdict = Verdict::warn;
        ruling.message = fmt::format(
            "the signature algorithm inside ({}) and the one outside ({}) differ, in their "
            "parameters where the names agree: OpenSSL and others refuse such a certificate",
            certificate.signature_inner.name, certificate.signature.name
        );
        ruling.fix = "reissue the certificate: the CA or a tool behind it wrote one field wrongly";
    }
    if (certificate.signature_inner == certificate.signature) return ruling;
    return std::move(ruling)
        .with("signature_inner", certificate.signature_inner.name)
        .with("oid_inner", certificate.signature_inner.oid)
        .with("hash_inner", certificate.signature_inner.hash);
}

} // namespace

constinit const Rule signature_algorithm{
    .id = "signature-algorithm",
    .title = "Certificates are signed with SHA-1 or SHA-2",
    .scope = Scope::certificate,
    .source = kRequirements,
    .demands = "Every certificate presented has an inner and an outer signature algorithm of SHA-1 "
               "or SHA-2 (224 to 512 bits) with RSA (PKCS #1 v1.5) or ECDSA. MD2, MD4, MD5, "
               "RIPEMD, SHA-3, EdDSA, GOST and RSASSA-PSS fail; that both differ is a warning. A "
               "presented root's signature on "
               "itself is not judged for its hash; of SHA-1 sha1-deprecated warns.",
    .why = "Windows refuses or cannot verify a certificate whose signature it does not implement; "
           "the handshake then ends with nothing more than a Schannel event.",
    .fix = "have the CA sign with SHA-256 (certutil -setreg CA\\CSP\\CNGHashAlgorithm SHA256, "
           "restart CertSvc) and reissue the certificate",
    .ca_fix =
        "have the CA above sign with SHA-256 (certutil -setreg CA\\CSP\\CNGHashAlgorithm SHA256, "
        "restart CertSvc), renew this CA certificate, and put it into the stores of the servers",
    .evidence = "signature, oid, hash: the outer algorithm; with _inner the inner one that differs",
    .applies = applies_signature_algorithm,
    .check = check_signature_algorithm,
    .every_certificate = true,
};

} // namespace lyncprobe::rules
