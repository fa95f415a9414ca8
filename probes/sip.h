// SPDX-License-Identifier: MIT
// SIP ports of Front Ends, Directors and Edges: one NEGOTIATE, the most innocent question a Lync
// SIP stack answers. It names no user and needs no authentication ([MS-SIPCOMP]); any final answer
// tells the product by its Server header. Where the target has a SIP domain of ours, one anonymous
// REGISTER follows, whose challenge names the server and how it authenticates ([MS-SIPAE] 3.3.5.1).
// A target with the role `gateway` gets one OPTIONS instead, as Mediation Servers send it (RFC 3261
// 11).
#pragma once

#include "probes/probe.h"
#include "probes/sip_answer.h"

namespace lyncprobe::probes {

extern const ProbeInfo sip;

// Keys of this probe alone; those of sip_answer.h mean the NEGOTIATE's answer, but for `date`,
// `diagnostics`, `refusal` and `remedy`, which are of both.
namespace sip_answer {
inline constexpr std::string_view kCompression = "compression"; // text: the Compression header
inline constexpr std::string_view kRegisterStatus =
    "register_status"; // integer: of the REGISTER's final answer
inline constexpr std::string_view kRegisterReason = "register_reason"; // text: its phrase
inline constexpr std::string_view kRegisterSkipped =
    "register_skipped"; // text: why none was sent although the target has a SIP domain
inline constexpr std::string_view kAuthSchemes =
    "auth_schemes";                                 // list: of the challenges, as sent, each once
inline constexpr std::string_view kRealm = "realm"; // text: of the first challenge that has one
inline constexpr std::string_view kTargetName =
    "target_name"; // text: the server's own FQDN, of the first challenge that has one
inline constexpr std::string_view kStsUri = "sts_uri"; // text: where TLS-DSK gets its certificate
inline constexpr std::string_view kChallenges = "challenges"; // list: one readable line for each
} // namespace sip_answer

} // namespace lyncprobe::probes
