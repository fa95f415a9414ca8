// SPDX-License-Identifier: MIT
// The federation port of an Access Edge: one OPTIONS of the form that Microsoft's
// Test-CsFederatedPartner sends, so that the partner sees in his log what he knows. Names no user;
// exactly one a connection, since an Edge slows down and blocks partners that ask too much.
#pragma once

#include "probes/probe.h"
#include "probes/sip_answer.h"

namespace lyncprobe::probes {

extern const ProbeInfo federation;

// Keys of this probe beside those of sip_answer.h.
namespace federation_answer {
inline constexpr std::string_view kDomain = "domain"; // text: the SIP domain that was asked about
inline constexpr std::string_view kMeaning =
    "meaning"; // text: what the answer says about federation with us
} // namespace federation_answer

// The domain that the OPTIONS asks about: the target's SIP domain, else its host without the first
// label where three or more are there, else the host.
std::string federation_domain(const Target&);

} // namespace lyncprobe::probes
