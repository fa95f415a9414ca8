// SPDX-License-Identifier: MIT
// The answers of RtcSrv, Lync's SIP stack, to one request. Pure text.
#pragma once

#include "lab/behaviour.h"

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace lyncprobe::lab {

// 200 to NEGOTIATE ([MS-SIPCOMP]), a challenge to an anonymous request ([MS-SIPAE] 3.3.5.1), 403 to
// credentials, a word for OPTIONS; 405 where the listener has none of that. Empty where it is no
// SIP request, or one that is never answered.
std::string sip_answer(
    std::string_view request, const SipBehaviour&, std::uint16_t client_port, std::time_t now
);

} // namespace lyncprobe::lab
