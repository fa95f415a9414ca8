// SPDX-License-Identifier: MIT
// Rule windows-2003-ca: who may use the web pages of a Windows Server 2003 CA.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

bool is_windows_2003(OperatingSystem os) {
    switch (os) {
    case OperatingSystem::windows_server_2003:
    case OperatingSystem::windows_server_2003_sp1:
    case OperatingSystem::windows_server_2003_sp2:
    case OperatingSystem::windows_server_2003_r2:
    case OperatingSystem::windows_server_2003_r2_sp2: return true;
    default: return false;
    }
}

bool may_request(OperatingSystem os) {
    return os == OperatingSystem::windows_xp || os == OperatingSystem::windows_server_2003_sp2 ||
           os == OperatingSystem::windows_server_2003_r2_sp2;
}

// What in the certificate no Windows Server 2003 CA can have made; empty where there is nothing.
std::string disproof(const Subject& s) {
    const auto& certificate = s.leaf();
    if (publicly_trusted(s.chain)) return "a public CA issued it";
    for (const auto* algorithm : {&certificate.signature, &certificate.signature_inner}) {
        const auto kind = signature_kind(*algorithm);
        if (kind.family == SignatureFamily::rsa_pss) return "its signature is RSASSA-PSS";
        if (kind.family == SignatureFamily::ecdsa) return "its signature is ECDSA";
        if (!kind.hash.empty() && kind.hash != "SHA1") // every other known hash is SHA-2
            return fmt::format("its signature uses {}", kind.hash);
    }
    if (certificate.sid_extension) return "it has the SID extension of updates from 2022";
    if (certificate.key.algorithm == "EC") return "it has an elliptic curve key";
    return {};
}

std::string applies_windows_2003_ca(const Subject& s) {
    const auto& enrollment = s.target().enrollment;
    const bool other_way = enrollment.method != EnrollmentMethod::unknown &&
                           enrollment.method != EnrollmentMethod::web;
    if (other_way)
        return fmt::format("not requested on web pages but by {}", to_text(enrollment.method));
    const bool other_ca =
        enrollment.ca_os != OperatingSystem::unknown && !is_windows_2003(enrollment.ca_os);
    if (other_ca) return fmt::format("the CA runs on {}", to_text(enrollment.ca_os));
    const bool all_declared = enrollment.method == EnrollmentMethod::web &&
                              is_windows_2003(enrollment.ca_os) &&
                              enrollment.requester_os != OperatingSystem::unknown;
    if (all_declared) return {};
    const auto reason = disproof(s);
    return reason.empty() ? reason : "no Windows Server 2003 CA issued it: " + reason;
}

Ruling judge_requester(const Subject& s) {
    const auto& enrollment = s.target().enrollment;
    if (may_request(enrollment.requester_os)) return pass();
    return fail(fmt::format(
        "requested from {} on the web pages of a Windows Server 2003 CA, which is supported only "
        "from Windows Server 2003 SP2 or Windows XP{}",
        to_text(enrollment.requester_os),
        enrollment.kb922706.value_or(false) ? "; KB922706 does not help"
                                            : " (KB922706 does not help)"
    ));
}

Ruling check_windows_2003_ca(const Subject& s) {
    const auto& enrollment = s.target().enrollment;
    const bool undeclared = enrollment.method == EnrollmentMethod::unknown ||
                            enrollment.ca_os == OperatingSystem::unknown ||
                            enrollment.requester_os == OperatingSystem::unknown;
    auto ruling =
        undeclared ? inconclusive(
                         "nothing says whether this was requested on the web pages of a Windows "
                         "Server 2003 CA; declare enrollment with method, ca_os and requester_os",
                         "write `enrollment: {method: …, ca_os: …, requester_os: …}` for the "
                         "target into the list"
                     )
                   : judge_requester(s);
    auto declared = std::move(ruling)
                        .with("method", std::string(to_text(enrollment.method)))
                        .with("ca_os", std::string(to_text(enrollment.ca_os)))
                        .with("requester_os", std::string(to_text(enrollment.requester_os)));
    if (enrollment.kb922706) declared.evidence.set("kb922706", *enrollment.kb922706);
    if (const auto reason = disproof(s);
        !reason.empty()) // the declaration holds, and its owner should know
        declared.evidence.set("contradicts_declaration", reason);
    return declared;
}

} // namespace

constinit const Rule windows_2003_ca{
    .id = "windows-2003-ca",
    .title = "Web requests to a Windows Server 2003 CA come from Server 2003 SP2 or XP",
    .scope = Scope::leaf,
    .source = kRequirements,
    .demands = "A certificate requested on the web pages of a Windows Server 2003 CA was requested "
               "from Windows Server 2003 SP2 (R2 SP2 too) or Windows XP; KB922706 changes nothing. "
               "Judged by `enrollment:` in the target list (method, ca_os, requester_os, "
               "kb922706); where it is silent, a certificate that no such CA can have issued "
               "(SHA-2, RSASSA-PSS or ECDSA, EC key, SID extension, public issuer) is not judged.",
    .why = "The pages use an ActiveX control that later systems lack: the request fails or yields "
           "a certificate without a usable key, and KB922706 repairs only part of it.",
    .fix = "request from Windows Server 2003 SP2 or XP, or by certreq or the MMC, or from a newer "
           "CA, and declare it under enrollment",
    .evidence = "method, ca_os, requester_os, kb922706: what was declared; "
                "contradicts_declaration: what in the certificate no such CA can have made",
    .applies = applies_windows_2003_ca,
    .check = check_windows_2003_ca,
};

} // namespace lyncprobe::rules
