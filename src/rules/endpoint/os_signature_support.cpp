// SPDX-License-Identifier: MIT
// Rule os-signature-support: the declared operating system has the algorithms of the signatures.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Support is what a Windows version has, as far as sources tell.
struct Support {
    OperatingSystem os;
    std::string_view sha2_needs; // empty = nothing
    bool cng;                    // ECDSA and RSASSA-PSS came with it
    // What SHA-512 in a chain needs under TLS 1.2, whose list of algorithms lacked it; empty where
    // there is no TLS 1.2, or nothing is needed.
    std::string_view sha512_needs = {};
};

// "SHA2 and Windows" (Windows PKI blog, 2010-09-30); KB938397; KB2973337, "SHA512 is disabled in
// Windows when you use TLS 1.2".
constexpr std::string_view kXp = "Service Pack 3";
constexpr std::string_view k2003 = "KB938397";
constexpr std::string_view kSha512 = "KB2973337";
using Os = OperatingSystem;
constexpr std::array kSupport{
    Support{Os::windows_xp, kXp, false},
    Support{Os::windows_server_2003, k2003, false},
    Support{Os::windows_server_2003_sp1, k2003, false},
    Support{Os::windows_server_2003_sp2, k2003, false},
    Support{Os::windows_server_2003_r2, k2003, false},
    Support{Os::windows_server_2003_r2_sp2, k2003, false},
    Support{Os::windows_vista, "", true},
    Support{Os::windows_server_2008, "", true},
    Support{Os::windows_7, "", true, kSha512},
    Support{Os::windows_server_2008_r2, "", true, kSha512},
    Support{Os::windows_server_2008_r2_tls12, "", true, kSha512},
    Support{Os::windows_8, "", true, kSha512},
    Support{Os::windows_server_2012, "", true, kSha512},
    Support{Os::windows_server_2012_r2, "", true, kSha512},
    Support{Os::windows_10, "", true},
    Support{Os::windows_11, "", true},
    Support{Os::windows_server_2016, "", true},
    Support{Os::windows_server_2019, "", true},
    Support{Os::windows_server_2022, "", true},
};

const Support* support_of(OperatingSystem os) {
    const auto* found = std::find_if(kSupport.begin(), kSupport.end(), [os](const Support& one) {
        return one.os == os;
    });
    return found == kSupport.end() ? nullptr : found;
}

std::string applies_os_signature_support(const Subject& s) {
    return support_of(s.target().os) ? "" : "no Windows version is declared for this server (os:)";
}

// Can the handshake itself have shown that TLS 1.2 takes SHA-512?
Ruling rule_on_sha512(const Subject& s, const Support& support, const std::string& what) {
    const auto& chosen = s.seen().versions_chosen;
    if (contains(chosen, TlsVersion::tls1_2) || contains(chosen, TlsVersion::tls1_3)) return pass();
    const auto text = fmt::format(
        "{}, and {} takes SHA-512 under TLS 1.2 only with {}", what, lyncprobe::to_text(support.os),
        support.sha512_needs
    );
    if (chosen.empty())
        return inconclusive(
            text + "; no handshake showed the version of TLS",
            "find out why no handshake came to its end; the endpoint's other findings say it"
        );
    return warn(text + ": it agreed to " + some_of(to_texts(chosen)) + " only");
}

// What is said of one signature; `verified` is false for a root's on itself, which is only sent.
Ruling rule_on(
    const Subject& s, const Support& support, const Algorithm& algorithm, bool verified
) {
    const auto kind = signature_kind(algorithm);
    const auto os = lyncprobe::to_text(support.os);
    const auto name = algorithm.name.empty() ? algorithm.oid : algorithm.name;
    const auto what = fmt::format("signed with {}", name.empty() ? "what cannot be read" : name);
    if (kind.hash == "SHA512" && !support.sha512_needs.empty())
        return rule_on_sha512(s, support, what);
    if (!verified) return pass();
    if (kind.family == SignatureFamily::other)
        return inconclusive(
            fmt::format(
                "{}, of which nothing is known on {}; signature-algorithm judges it", what, os
            ),
            "try it on a machine with that system"
        );
    if (kind.hash == "SHA224" || kind.hash.starts_with("SHA512-"))
        return warn(fmt::format("{}, which Windows does not implement", what));
    const bool needs_cng =
        kind.family == SignatureFamily::ecdsa || kind.family == SignatureFamily::rsa_pss;
    if (needs_cng && !support.cng) return fail(fmt::format("{}, which {} cannot verify", what, os));
    if (kind.hash != "SHA1" && !support.sha2_needs.empty())
        return inconclusive(
            fmt::format(
                "{}, which {} verifies only with {}: make sure that it is installed", what, os,
                support.sha2_needs
            ),
            fmt::format("see that {} is installed there", support.sha2_needs)
        );
    return pass();
}

Ruling check_os_signature_support(const Subject& s) {
    const auto* support = support_of(s.target().os);
    auto worst = pass();
    std::vector<std::string> algorithms;
    for (std::size_t i = 0; i < s.chain.presented.size(); ++i) {
        const auto& certificate = *s.chain.presented[i];
        const Subject at{s.chain, i, s.context};
        for (const auto* algorithm : {&certificate.signature, &certificate.signature_inner}) {
            if (!contains(algorithms, algorithm->name)) algorithms.push_back(algorithm->name);
            auto ruling = rule_on(s, *support, *algorithm, !at.is_anchor());
            if (badness(ruling.verdict) <= badness(worst.verdict)) continue;
            ruling.message = fmt::format("{} is {}", certificate.subject, ruling.message);
            worst = std::move(ruling);
        }
    }
    return std::move(worst)
        .with("os", std::string(lyncprobe::to_text(support->os)))
        .with("signatures", std::move(algorithms));
}

} // namespace

constinit const Rule os_signature_support{
    .id = "os-signature-support",
    .title = "The server's operating system supports the signatures of its chain",
    .scope = Scope::endpoint,
    .source = kRequirements,
    .demands = "Where the target list declares the Windows version of the server (`os:`), that "
               "version can verify every signature of the chain that it presents: SHA-224 exists "
               "in no Windows, SHA-2 only with Service Pack 3 on XP and KB938397 on Server 2003, "
               "ECDSA and RSASSA-PSS from Vista and Server 2008 on, and SHA-512 under TLS 1.2 on "
               "Windows 7 to 8.1 and Server 2008 R2 to 2012 R2 only with KB2973337, which a "
               "handshake of TLS 1.2 proves to be there. Without `os:` there is no finding.",
    .why = "Windows then refuses the chain with no more than a Schannel event (36874, 36888). With "
           "SHA-512 the connection works under TLS 1.0 and fails under TLS 1.2, so that it breaks "
           "on the day on which TLS 1.0 is turned off.",
    .fix = "install the update named in the message, or have the CA sign with SHA-256 and reissue",
    .evidence = "os: as declared; signatures: all algorithms of the chain",
    .applies = applies_os_signature_support,
    .only_where_it_applies = true,
    .check = check_os_signature_support,
};

} // namespace lyncprobe::rules
