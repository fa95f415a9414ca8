// SPDX-License-Identifier: MIT
// The A/V Edge on TCP 443 and UDP 3478: an Allocate without a user, to which every media relay
// answers 401 ([MS-TURN] 3.3.5.1). On TCP a fake TLS hello goes first ([MS-TURN] 2.1.1). There is
// no TLS and no certificate on these ports.
#pragma once

#include "probes/probe.h"

#include <cstdint>

namespace lyncprobe::probes {

extern const ProbeInfo av_edge;

// Keys of the answer.
namespace av_edge_answer {
inline constexpr std::string_view kRequest =
    "request"; // text: what was sent, "pseudo-TLS hello, Allocate" or "Allocate"
inline constexpr std::string_view kTransport = "transport"; // text: "tcp" or "udp"
inline constexpr std::string_view kMicrosoft =
    "microsoft"; // yes or no: the answer has the magic cookie of MS-TURN
inline constexpr std::string_view kStatus = "status"; // integer: TURN error code, 401 is expected
inline constexpr std::string_view kReason = "reason"; // text: its phrase
inline constexpr std::string_view kRealm = "realm";   // text, as sent
inline constexpr std::string_view kMsVersion = "ms_version"; // integer: MS-Version of the server
inline constexpr std::string_view kGeneration =
    "generation"; // text: the oldest product with that MS-Version
inline constexpr std::string_view kAlternateServer =
    "alternate_server"; // text: "address:port" that this Edge believes it has
inline constexpr std::string_view kAlternateHost = "alternate_host"; // text: its name
inline constexpr std::string_view kMappedAddress =
    "mapped_address"; // text: "address:port" of us, as it sees us
inline constexpr std::string_view kSoftware = "software"; // text: of a server that is not
                                                          // Microsoft's
} // namespace av_edge_answer

// What an MS-Version says of its sender ([MS-TURN] 2.2.2): the oldest product that has it; empty
// for none.
std::string_view generation_of_ms_version(std::uint32_t version);

} // namespace lyncprobe::probes
