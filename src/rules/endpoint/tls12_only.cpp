// SPDX-License-Identifier: MIT
// Rule tls12-only: Microsoft's profile for servers with TLS 1.2 alone; judged where the policy
// asks.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

constexpr std::array kOff{
    TlsVersion::ssl2, TlsVersion::ssl3, TlsVersion::tls1_0, TlsVersion::tls1_1};

// The twelve suites of the profile, and those with AES of TLS 1.3, which Skype for Business Server
// 2019 may speak on newer systems.
constexpr std::array<std::string_view, 14> kSuites{
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_AES_128_GCM_SHA256"};

void note(std::vector<std::string>& list, std::string text) {
    if (!contains(list, text)) list.push_back(std::move(text));
}

// Microsoft supports the profile from Skype for Business Server 2015 on, and on the Edge Servers of
// Lync Server 2013.
std::string applies_tls12_only(const Subject& s) {
    const auto& target = s.target();
    if (s.decided(Decision::tls12_only) == Verdict::not_applicable)
        return "off: the policy turns it on (tls12-only: fail)";
    if (target.role == Role::partner) return "a partner's server is not ours to configure";
    const bool too_old = target.product != Product::unknown &&
                         (target.product < Product::lync_2013 ||
                          (target.product == Product::lync_2013 && is_lync_internal(target.role)));
    if (too_old)
        return fmt::format(
            "Microsoft does not support the profile on this role of {}",
            product_name(target.product)
        );
    return s.seen().versions_chosen.empty() ? "no connection showed a version of TLS" : "";
}

// What breaks the profile in the connections that were seen.
std::vector<std::string> breaches(const Subject& s) {
    const auto& chosen = s.seen().versions_chosen;
    std::vector<std::string> out;
    for (const auto version : kOff)
        if (contains(chosen, version)) out.push_back("it speaks " + to_text(version));
    if (!contains(chosen, TlsVersion::tls1_2) && !contains(chosen, TlsVersion::tls1_3))
        out.emplace_back("it does not speak TLS 1.2");
    for (const auto* tls : s.seen().connections) {
        const bool old = std::find(kOff.begin(), kOff.end(), tls->version) != kOff.end();
        if (old || tls->version == TlsVersion::none) continue; // said already
        if (!tls->cipher.empty() &&
            std::find(kSuites.begin(), kSuites.end(), tls->cipher) == kSuites.end())
            note(out, fmt::format("it chooses {}", tls->cipher));
        if (tls->signature_scheme.find("md5") != std::string::npos)
            note(out, fmt::format("it signs the handshake with {}", tls->signature_scheme));
        if (tls->secure_renegotiation == false)
            note(out, "it lacks secure renegotiation (RFC 5746)");
    }
    for (const auto& certificate : s.chain.presented)
        if (certificate->signature.hash == "MD5")
            note(out, fmt::format("{} is signed with MD5", certificate->subject));
    return out;
}

Ruling check_tls12_only(const Subject& s) {
    const auto& seen = s.seen();
    const auto found = breaches(s);
    const bool all_tried = std::all_of(kOff.begin(), kOff.end(), [&](TlsVersion version) {
        return contains(seen.versions_offered, version) && !contains(seen.versions_open, version);
    });
    auto ruling =
        !found.empty()
            ? verdict(
                  s.decided(Decision::tls12_only),
                  fmt::format("not as the TLS 1.2-only profile demands: {}", fmt::join(found, "; "))
              )
        : all_tried ? pass()
                    : inconclusive(
                          "nothing seen breaks the TLS 1.2-only profile, but not every older "
                          "version was tried and answered; --versions tries them",
                          "run it with --versions"
                      );
    return std::move(ruling)
        .with("versions", to_texts(seen.versions_chosen))
        .with("offered", to_texts(seen.versions_offered))
        .with("breaches", found);
}

} // namespace

constinit const Rule tls12_only{
    .id = "tls12-only",
    .title = "The server keeps to Microsoft's TLS 1.2-only profile",
    .scope = Scope::endpoint,
    .source =
        {.document = "Disable TLS 1.0/1.1 in Skype for Business Server",
         .section = "prerequisites and registry settings",
         .url = "https://learn.microsoft.com/en-us/skypeforbusiness/manage/topology/"
                "disable-tls-1.0-1.1"},
    .demands =
        "Off unless `policy: {tls12-only: fail}` (or warn) turns it on. SSL 2.0, SSL 3.0, TLS 1.0 "
        "and TLS 1.1 are refused, TLS 1.2 is spoken; the suite chosen is one of the profile's "
        "twelve (AES with SHA-2; under TLS 1.3 AES too), nothing is signed with MD5, and secure "
        "renegotiation is there. Needs --versions for a pass. Lync Server 2013 has the profile on "
        "Edge Servers only, older products not at all; partners are not judged.",
    .why = "A deployment that is meant to have TLS 1.2 alone is as strong as the server that was "
           "forgotten; with strict renegotiation on the others, an unpatched one is also cut off.",
    .fix = "apply the registry settings of the article (SCHANNEL\\Protocols and \\Ciphers, "
           "AllowInsecureRenegoClients and -Servers 0, the order of cipher suites) on the server "
           "named here, and restart it",
    .evidence = "versions: those that the server chose; offered: those that were offered alone; "
                "breaches: what is against the profile",
    .applies = applies_tls12_only,
    .only_where_it_applies = true,
    .check = check_tls12_only,
};

} // namespace lyncprobe::rules
