// SPDX-License-Identifier: MIT
// Rule own-certificate-usage: our certificate is for client authentication, for peers that look.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <vector>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Roles that connect to peers which may be no Lync servers.
bool connects_out(const Target& target) {
    return target.role_given && (target.role == Role::edge || target.role == Role::mediation ||
                                 target.role == Role::gateway || target.role == Role::partner);
}

std::string applies_own_certificate_usage(const Subject& s) {
    const bool file = s.context.observed == nullptr;
    return s.context.own_identity || (file && connects_out(s.target()))
               ? ""
               : "only our own certificates, and those of roles that connect out, are shown to "
                 "peers";
}

// OpenSSL's purpose for TLS clients, which it checks on each certificate of the path: the extended
// key usage, where there is one, has client authentication, and "any purpose" is not enough.
bool for_clients(const Certificate& certificate) {
    return !certificate.eku || contains(*certificate.eku, kClientAuth);
}

Ruling check_own_certificate_usage(const Subject& s) {
    const auto& path = s.chain.path.path.empty() ? s.chain.presented : s.chain.path.path;
    std::vector<std::string> lacking;
    for (std::size_t i = 0; i < path.size(); ++i)
        if (!for_clients(*path[i]))
            lacking.push_back(i == 0 ? std::string("the certificate itself") : path[i]->subject);
    if (lacking.empty()) return pass();
    return warn(fmt::format(
                    "no client authentication in the extended key usage of {}: peers on OpenSSL, "
                    "such as gateways and session border controllers, refuse it when we connect",
                    some_of(lacking)
                ))
        .with("without_client_authentication", lacking);
}

} // namespace

constinit const Rule own_certificate_usage{
    .id = "own-certificate-usage",
    .title = "Our certificate and its CAs are for client authentication",
    .scope = Scope::chain,
    .source =
        {.document = "RFC 5280; OpenSSL, X509_check_purpose",
         .section = "4.2.1.12 extended key usage; SSL client",
         .url = "https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12"},
    .demands =
        "The certificate that we show when we connect, and every CA certificate of its path, the "
        "root included, has client authentication (1.3.6.1.5.5.7.3.2) in its extended key usage, "
        "or "
        "has no such extension. Judged of our own identities, and in `check` of the roles edge, "
        "mediation, gateway and partner.",
    .why = "Lync itself does not look, and most gateways do: OpenSSL refuses the certificate with "
           "the alert unsupported_certificate. Public CAs leave client authentication out of what "
           "they issue from 2026 on, so that a renewal brings it about.",
    .fix = "reissue the certificate for server and client authentication, from a CA whose own "
           "certificates allow both",
    .evidence = "without_client_authentication: the certificates that lack it",
    .applies = applies_own_certificate_usage,
    .only_where_it_applies = true,
    .check = check_own_certificate_usage,
};

} // namespace lyncprobe::rules
