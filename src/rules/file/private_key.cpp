// SPDX-License-Identifier: MIT
// Rule private-key: a PFX holds the private key of its certificate.
#include "rules/engine/all.h"

namespace lyncprobe::rules {

namespace {

Ruling judge_state(KeyInFile::State state) {
    switch (state) {
    case KeyInFile::State::own: return pass();
    case KeyInFile::State::another:
        return fail(
                   "the private key in the PFX belongs to none of its certificates: once imported, "
                   "the certificate has no key and no service can use it"
        )
            .fixed_by("export the PFX again on the machine that made the request, from the "
                      "certificate whose properties say that it has a private key; or put the key "
                      "of the request and the certificate that was issued for it together again");
    case KeyInFile::State::unreadable:
        return inconclusive(
            "the PFX holds a private key of a kind that cannot be read here, so it is not known "
            "whether it belongs to the certificate",
            "import it on the server; `certutil -store My` says there whether the certificate has "
            "its private key"
        );
    case KeyInFile::State::missing: break;
    }
    return fail("the PFX holds no private key: once imported, the certificate cannot be assigned");
}

Ruling check_private_key(const Subject& s) {
    const auto state = s.context.key->state;
    return judge_state(state).with("private_key", std::string(to_text(state)));
}

} // namespace

constinit const Rule private_key{
    .id = "private-key",
    .title = "A PFX file holds the private key of its certificate",
    .scope = Scope::file,
    .source =
        {.document = "RFC 7292; Import-CsCertificate, Lync Server 2013",
         .section = "4.2 The SafeBag Type; parameters Path and PrivateKeyExportable",
         .url = "https://learn.microsoft.com/en-us/powershell/module/skype/import-cscertificate"},
    .demands =
        "A PFX has a private key, and the key belongs to one of its certificates, which then "
        "counts as the server certificate. Files of certificates only (PEM, DER, PKCS#7) "
        "are not judged: their key is on the machine that made the request.",
    .why = "A certificate without its key is listed in the store of the server and offered by no "
           "service: Set-CsCertificate refuses it, and Lync's services do not start with it.",
    .fix = "export it again with its private key (\"Yes, export the private key\") on the machine "
           "that made the request, where the key must be marked as exportable. What a CA sent is "
           "no PFX but the certificate alone: accept it on that machine (certreq -accept, or the "
           "Deployment Wizard)",
    .evidence = "private_key: own, another, missing or unreadable",
    .check = check_private_key,
};

} // namespace lyncprobe::rules
