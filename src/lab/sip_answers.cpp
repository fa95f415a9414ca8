// SPDX-License-Identifier: MIT
#include "lab/sip_answers.h"

#include "lab/answers.h"

#include <fmt/format.h>

namespace lyncprobe::lab {

namespace {

// Answer is the part of a response that depends on what was asked.
struct Answer {
    int status = 200;
    std::string before; // header lines ahead of those echoed, as RtcSrv orders them
    std::string after;  // header lines behind them
};

Answer refusal(int status, const SipBehaviour& sip) {
    if (sip.diagnostics.empty()) return {status, {}, {}};
    return {status, {}, fmt::format("ms-diagnostics: {}\r\n", sip.diagnostics)};
}

// Three header lines, one for each scheme, of which only Kerberos names a service.
Answer challenge(const SipBehaviour& sip, std::time_t now) {
    constexpr std::string_view kRealm = "SIP Communications Service";
    return {
        401,
        fmt::format(
            "Date: {0}\r\n"
            "WWW-Authenticate: NTLM realm=\"{1}\", targetname=\"{2}\", version=4\r\n"
            "WWW-Authenticate: Kerberos realm=\"{1}\", targetname=\"sip/{2}\", version=4\r\n"
            "WWW-Authenticate: TLS-DSK realm=\"{1}\", targetname=\"{2}\", version=4, "
            "sts-uri=\"https://{2}:443/CertProv/CertProvisioningService.svc\"\r\n",
            fixdate(now + sip.clock_offset), kRealm, sip.fqdn
        ),
        {}};
}

Answer answer_to(std::string_view request, const SipBehaviour& sip, std::time_t now) {
    const auto line = first_line(request);
    if (sip.refuse_status != 0) return refusal(sip.refuse_status, sip);
    if (line.starts_with("NEGOTIATE ")) {
        const bool asked = !header_value(request, "Compression").empty(); // [MS-SIPCOMP] 3.2.5
        return {200, {}, asked ? "Compression: LZ77-8K\r\n" : ""};
    }
    if (line.starts_with("OPTIONS ") && sip.options_status == 200)
        return {200, {}, "Allow: INVITE, BYE, ACK, CANCEL, INFO, UPDATE, OPTIONS\r\n"};
    if (line.starts_with("OPTIONS ") && sip.options_status != 0)
        return refusal(sip.options_status, sip);
    if (sip.fqdn.empty()) return {405, {}, "Allow: NEGOTIATE\r\n"};
    const bool anonymous = header_value(request, "Authorization").empty();
    return anonymous ? challenge(sip, now) : refusal(403, sip); // there is no account here
}

std::string tagged(std::string_view to) {
    if (to.find(";tag=") != std::string_view::npos) return std::string(to);
    return fmt::format("{};tag=5B1E0E2B7C", to);
}

} // namespace

std::string sip_answer(
    std::string_view request, const SipBehaviour& sip, std::uint16_t client_port, std::time_t now
) {
    const auto line = first_line(request);
    if (!line.ends_with(" SIP/2.0")) return {};
    // RFC 3261 17.1.1.3 for ACK; [MS-SIPAE] 3.3.5.1 drops CANCEL, too.
    if (line.starts_with("ACK ") || line.starts_with("CANCEL ")) return {};
    const auto [status, before, after] = answer_to(request, sip, now);
    return fmt::format(
        "SIP/2.0 {}\r\n"
        "{}From: {}\r\n"
        "To: {}\r\n"
        "Call-ID: {}\r\n"
        "CSeq: {}\r\n"
        "Via: {};ms-received-port={};ms-received-cid=1A00\r\n"
        "Server: {}\r\n"
        "{}Content-Length: 0\r\n\r\n",
        status_text(status), before, header_value(request, "From"),
        tagged(header_value(request, "To")), header_value(request, "Call-ID"),
        header_value(request, "CSeq"), header_value(request, "Via"), client_port, sip.server, after
    );
}

} // namespace lyncprobe::lab
