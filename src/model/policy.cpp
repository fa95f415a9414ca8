// SPDX-License-Identifier: MIT
#include "model/policy.h"

namespace lyncprobe {

namespace {

constexpr std::size_t kCount = static_cast<std::size_t>(Decision::count);

// In the order of the enumeration.
constexpr std::array<DecisionInfo, kCount> kDecisions{{
    {Decision::eku_absent, "eku-absent", "server-eku",
     "the server certificate has no extended key usage extension", Verdict::warn},
    {Decision::eku_any_only, "eku-any-only", "server-eku",
     "the extended key usage holds only anyExtendedKeyUsage", Verdict::warn},
    {Decision::ca_eku_without_server_auth, "ca-eku-without-server-auth", "chain-eku",
     "a CA certificate has an extended key usage list without server authentication",
     Verdict::fail},
    {Decision::cdp_without_usable_location, "cdp-without-usable-location", "crl-distribution-point",
     "the CRL distribution point extension holds no location that can be fetched", Verdict::fail},
    {Decision::cdp_ldap_only_external, "cdp-ldap-only-external", "crl-reachable-scheme",
     "a published certificate names its CRL by LDAP or file locations only", Verdict::warn},
    {Decision::ca_without_cdp, "ca-without-cdp", "chain-crl-distribution-point",
     "an intermediate CA certificate names no CRL distribution point", Verdict::warn},
    {Decision::sha1, "sha1", "sha1-deprecated", "a certificate is signed with SHA-1",
     Verdict::warn},
    {Decision::sha224, "sha224", "signature-algorithm",
     "a certificate is signed with SHA-224, which Windows does not implement", Verdict::pass},
    {Decision::sha512_truncated, "sha512-truncated", "signature-algorithm",
     "a certificate is signed with SHA-512/224 or SHA-512/256", Verdict::warn},
    {Decision::dsa_signature, "dsa-signature", "signature-algorithm",
     "a certificate carries a DSA signature with a listed hash", Verdict::warn},
    {Decision::key_length_unlisted, "key-length-unlisted", "key-length",
     "an RSA key is longer than 2048 bits and not 4096", Verdict::warn},
    {Decision::key_length_short, "key-length-short", "key-length-recommended",
     "an RSA key is shorter than 2048 bits", Verdict::warn},
    {Decision::ecdh_key, "ecdh-key", "key-algorithm",
     "a key is marked id-ecDH, which cannot sign ECDSA handshakes", Verdict::warn},
    {Decision::edge_template_v2, "edge-template-v2", "auto-enrollment",
     "an Edge certificate comes from a version 2 template, which could be auto-enrolled",
     Verdict::warn},
    {Decision::expires_soon, "expires-soon", "validity",
     "a certificate expires within the time of --expires-within", Verdict::warn},
    {Decision::tls12_missing, "tls12-missing", "tls12-available",
     "the server speaks no version from TLS 1.2 on", Verdict::warn},
    {Decision::tls_old, "tls-old", "legacy-protocols", "the server still speaks TLS 1.0 or 1.1",
     Verdict::warn},
    {Decision::tls12_only, "tls12-only", "tls12-only",
     "a server does not keep to Microsoft's TLS 1.2-only profile (not_applicable: not judged)",
     Verdict::not_applicable},
}};

} // namespace

std::span<const DecisionInfo> decisions() { return kDecisions; }

const DecisionInfo* find_decision(std::string_view key) {
    for (const auto& info : kDecisions)
        if (info.key == key) return &info;
    return nullptr;
}

Policy::Policy() {
    for (const auto& info : kDecisions)
        verdicts_[static_cast<std::size_t>(info.decision)] = info.by_default;
}

} // namespace lyncprobe
