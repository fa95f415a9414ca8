// SPDX-License-Identifier: MIT
// Rule chain-eku: no intermediate CA certificate forbids server authentication.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

std::string applies_chain_eku(const Subject& s) {
    if (s.is_leaf()) return "the server certificate is judged by server-eku";
    return s.is_anchor() ? "the purposes of a root are set where it is trusted" : "";
}

Ruling check_chain_eku(const Subject& s) {
    const auto& certificate = s.certificate();
    if (auto broken = unreadable(certificate, kExtendedKeyUsage)) return *broken;
    if (!certificate.eku) return pass(); // no list restricts nothing
    const auto& purposes = *certificate.eku;
    if (contains(purposes, kServerAuth) || allows_any_purpose(purposes))
        return pass().with("eku", purposes);
    return verdict(
               s.decided(Decision::ca_eku_without_server_auth),
               fmt::format(
                   "this CA certificate is limited to {}, so no server certificate below it is "
                   "valid",
                   purposes.empty() ? "no purpose at all" : purposes_text(purposes)
               )
    )
        .with("extension", std::string(kExtendedKeyUsage))
        .with("eku", purposes)
        .with("expected", std::string(kServerAuth));
}

} // namespace

constinit const Rule chain_eku{
    .id = "chain-eku",
    .title = "Intermediate CA certificates allow server authentication",
    .scope = Scope::certificate,
    .source = {.document = "RFC 5280", .section = "4.2.1.12 Extended Key Usage"},
    .demands = "A CA certificate presented that is no root either has no extended key usage or one "
               "with server authentication (1.3.6.1.5.5.7.3.1) or any purpose.",
    .why =
        "Windows takes the purposes common to all certificates of the path: one CA without server "
        "authentication takes it from every server below, whatever their certificates say.",
    .fix = "have the intermediate CA certificate reissued without an extended key usage or with "
           "server authentication, or issue the server certificate from another CA",
    .evidence = "eku: the purposes found; extension: where they stand; expected: what is wanted",
    .applies = applies_chain_eku,
    .check = check_chain_eku,
};

} // namespace lyncprobe::rules
