// SPDX-License-Identifier: MIT
// Rule key-provider: the key of a PFX for a Lync server was in a provider of CryptoAPI.
#include "model/text/ascii.h"
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

enum class Kind { crypto_api, cng, unknown };

// Windows lists the names of both kinds (certutil -csplist); other makers keep to their pattern.
Kind kind_of(std::string_view provider) {
    const auto name = to_lower(provider);
    const auto has = [&](std::string_view part) { return name.find(part) != std::string::npos; };
    // That of the TPM is named like a provider of CryptoAPI, and is none.
    if (has("key storage provider") || has("platform crypto provider") || name.ends_with(" ksp"))
        return Kind::cng;
    if (has("cryptographic provider") || has("crypto provider") || has("cryptographic service") ||
        name.ends_with(" csp"))
        return Kind::crypto_api;
    return Kind::unknown;
}

bool for_lync(const Target& target) {
    if (target.role_given) return is_lync_internal(target.role) || target.role == Role::edge;
    return target.use != CertificateUse::other;
}

std::string applies_key_provider(const Subject& s) {
    if (s.target().role_given && !for_lync(s.target()))
        return fmt::format(
            "a server with the role {} is not one of Lync's", to_text(s.target().role)
        );
    return s.context.key->provider.empty() ? "the PFX does not say which provider held its key"
                                           : "";
}

Ruling judge_cng(const Subject& s) {
    const auto& provider = s.context.key->provider;
    if (!for_lync(s.target()))
        return inconclusive(
            fmt::format(
                "its key was in the key storage provider \"{}\" of CNG, which matters on Lync's "
                "own "
                "servers; give the role of the server",
                provider
            ),
            kGiveRole
        );
    return warn(fmt::format(
        "its key was in the key storage provider \"{}\" of CNG, and goes there again with an "
        "import. Microsoft says both: the requirements of Skype for Business Server 2015 call "
        "certificates of CNG not supported (since January 2020); those of Lync Server 2013 allow "
        "ECDH keys, which Windows keeps in CNG alone, and those of 2019 say nothing against it",
        provider
    ));
}

Ruling judge_provider(const Subject& s) {
    const auto& provider = s.context.key->provider;
    switch (kind_of(provider)) {
    case Kind::crypto_api: return pass();
    case Kind::cng: return judge_cng(s);
    case Kind::unknown: break;
    }
    return inconclusive(
        fmt::format(
            "its key was in the provider \"{}\", of which it is not known whether it is one of CNG",
            provider
        ),
        "certutil -csplist on a machine that has it: a provider without \"Provider Type\" there is "
        "one of CNG"
    );
}

Ruling check_key_provider(const Subject& s) {
    return judge_provider(s).with("provider", s.context.key->provider);
}

} // namespace

constinit const Rule key_provider{
    .id = "key-provider",
    .title = "The key of a Lync server's PFX comes from a CryptoAPI provider",
    .scope = Scope::file,
    .source =
        {.document = "Certificate infrastructure requirements for Lync Server 2013; Environmental "
                     "requirements for Skype for Business Server 2015",
         .section = "common requirements; certificate infrastructure",
         .url = "https://learn.microsoft.com/en-us/skypeforbusiness/plan-your-deployment/"
                "requirements-for-your-environment/environmental-requirements"},
    .demands =
        "Where a PFX names the Windows provider that held its key (bag attribute "
        "1.3.6.1.4.1.311.17.1), it is one of CryptoAPI, not a key storage provider of CNG or "
        "a TPM's. Judged for Lync's internal servers and the Edge. Microsoft's texts do not "
        "agree, so it is never worse than a warning.",
    .why = "Lync's services ask CryptoAPI for their key. Administrators report that with RSA keys "
           "in CNG they stop with \"The supplied buffer is too small\" or \"Invalid provider type "
           "specified\"; other servers run. Nothing on the wire shows the difference.",
    .fix =
        "import it into a provider of CryptoAPI: certutil -csp \"Microsoft RSA SChannel "
        "Cryptographic Provider\" -importpfx FILE.pfx (RSA keys only); or request a new one with "
        "ProviderName = \"Microsoft RSA SChannel Cryptographic Provider\" and KeySpec = 1 in "
        "certreq's file. With ECDH keys there is no other place than CNG: test the server before "
        "it goes live, or take RSA",
    .evidence = "provider: as the file names it",
    .applies = applies_key_provider,
    .only_where_it_applies = true,
    .check = check_key_provider,
};

} // namespace lyncprobe::rules
