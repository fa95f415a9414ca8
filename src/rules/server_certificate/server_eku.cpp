// SPDX-License-Identifier: MIT
// Rule server-eku: the server certificate allows server authentication.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// The old export-control purposes; Windows and OpenSSL accept them as server authentication,
// Lync's text does not.
constexpr std::string_view kServerGatedCrypto = "1.3.6.1.4.1.311.10.3.3";
constexpr std::string_view kNetscapeStepUp = "2.16.840.1.113730.4.1";

std::string why_not_a_server(std::span<const std::string> purposes) {
    if (purposes.empty()) return "the extended key usage is there and names no purpose";
    if (contains(purposes, kServerGatedCrypto) || contains(purposes, kNetscapeStepUp))
        return fmt::format(
            "the extended key usage has {}, which does not count as server authentication",
            purposes_text(purposes)
        );
    return fmt::format(
        "the extended key usage lacks server authentication, it has only {}",
        purposes_text(purposes)
    );
}

Ruling check_server_eku(const Subject& s) {
    const auto& certificate = s.leaf();
    for (const auto extension : {kExtendedKeyUsage, kApplicationPolicies})
        if (auto broken = unreadable(certificate, extension)) return *broken;
    if (!certificate.eku)
        return verdict(
                   s.decided(Decision::eku_absent), "there is no extended key usage extension, so "
                                                    "server authentication is not stated"
        )
            .with("extension", std::string(kExtendedKeyUsage))
            .with("expected", std::string(kServerAuth));
    const auto& purposes = *certificate.eku;
    if (!contains(purposes, kServerAuth)) {
        auto ruling = allows_any_purpose(purposes)
                          ? verdict(
                                s.decided(Decision::eku_any_only),
                                "the extended key usage allows any purpose and does not name "
                                "server authentication"
                            )
                          : fail(why_not_a_server(purposes));
        return std::move(ruling)
            .with("extension", std::string(kExtendedKeyUsage))
            .with("eku", purposes)
            .with("expected", std::string(kServerAuth));
    }
    // Windows goes by the application policies where both extensions are there.
    const auto& policies = certificate.application_policies;
    if (policies && !contains(*policies, kServerAuth) && !allows_any_purpose(*policies))
        return warn("the extended key usage allows server authentication, the application "
                    "policies, by which Windows goes, do not")
            .with("extension", std::string(kApplicationPolicies))
            .with("eku", purposes)
            .with("application_policies", *policies);
    return pass().with("eku", purposes);
}

} // namespace

constinit const Rule server_eku{
    .id = "server-eku",
    .title = "Server certificate allows server authentication",
    .scope = Scope::leaf,
    .source = kRequirements,
    .demands =
        "The extended key usage of the server certificate has server authentication "
        "(1.3.6.1.5.5.7.3.1). Server Gated Cryptography and Netscape step-up do not count for it.",
    .why = "Lync servers and clients check the purpose of a certificate before they trust it; "
           "without server authentication sign-in and the mutual TLS between servers break.",
    .fix = "reissue the certificate from a template that has server authentication, such as Web "
           "Server",
    .evidence = "eku: the purposes found; extension: where they stand; expected: the purpose that "
                "is wanted; application_policies: where Microsoft's own extension contradicts",
    .check = check_server_eku,
};

} // namespace lyncprobe::rules
