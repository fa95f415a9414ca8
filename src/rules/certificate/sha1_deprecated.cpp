// SPDX-License-Identifier: MIT
// Rule sha1-deprecated: no signature depends on SHA-1 any more.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

namespace lyncprobe::rules {

namespace {

std::string applies_sha1_deprecated(const Subject& s) {
    return s.is_anchor() ? "the signature of a root on itself is never verified" : "";
}

Ruling check_sha1_deprecated(const Subject& s) {
    const auto& certificate = s.certificate();
    if (auto broken = unreadable_signature(certificate)) return *broken;
    for (const auto* algorithm : {&certificate.signature, &certificate.signature_inner})
        if (signature_kind(*algorithm).hash == "SHA1")
            return verdict(
                       s.decided(Decision::sha1), "signed with SHA-1: supported by Lync Server, "
                                                  "refused by current systems and public CAs"
            )
                .with("signature", algorithm->name)
                .with("oid", algorithm->oid);
    return pass();
}

} // namespace

constinit const Rule sha1_deprecated{
    .id = "sha1-deprecated",
    .title = "Certificates are not signed with SHA-1",
    .scope = Scope::certificate,
    .source = {.document = "NIST SP 800-131A Rev. 2", .section = "3 Digital Signatures"},
    .demands = "No certificate presented is signed with SHA-1, but for a root's signature on "
               "itself. Lync's requirements allow SHA-1: this warns, or as the policy decides.",
    .why = "Collisions for SHA-1 can be bought; browsers, current Windows and partners refuse "
           "certificates signed with it.",
    .fix = "have the CA sign with SHA-256 and reissue the certificate, once every telephone and "
           "old client has its updates",
    .ca_fix = "have the CA above sign with SHA-256, renew this CA certificate, and put it into the "
              "stores of the servers, once every telephone and old client has its updates",
    .evidence = "signature, oid: the algorithm with SHA-1",
    .applies = applies_sha1_deprecated,
    .check = check_sha1_deprecated,
};

} // namespace lyncprobe::rules
