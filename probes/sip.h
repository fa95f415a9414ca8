// SPDX-License-Identifier: MIT
// SIP ports of Front Ends, Directors and Edges: one NEGOTIATE, the most innocent question a Lync
// SIP stack answers. It names no user and needs no authentication ([MS-SIPCOMP]); any final answer
// tells the product by its Server header.
#pragma once

#include "probes/probe.h"

namespace lyncprobe::probes {

extern const ProbeInfo sip;

// Keys of the answer.
namespace sip_answer {
inline constexpr std::string_view kRequest = "request"; // text: "NEGOTIATE"
inline constexpr std::string_view kStatus = "status";   // integer: of the final answer
inline constexpr std::string_view kReason = "reason";   // text: its phrase
inline constexpr std::string_view kServer = "server";   // text: the Server header as sent
inline constexpr std::string_view kProduct =
    "product"; // text: the product that Server header means
inline constexpr std::string_view kCompression = "compression"; // text: the Compression header
inline constexpr std::string_view kDiagnostics =
    "ms_diagnostics"; // list: ms-diagnostics headers as sent
} // namespace sip_answer

// "RTC/5.0" → "Lync Server 2013"; empty where the header names no product we know.
std::string_view product_of_server_header(std::string_view header);

} // namespace lyncprobe::probes
