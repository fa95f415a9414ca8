// SPDX-License-Identifier: MIT
// An endpoint's row by hand, and what the three rules about connections say about it.
#pragma once

#include "rules/connection/reach.h"
#include "rules/engine/all.h"
#include "unit/rules/subjects.h"

#include <memory>
#include <string>

namespace lyncprobe::rules::testing {

// End is one ending, as a scan would have seen it.
struct End {
    Bench bench{std::vector<Certificate>{}};
    EndpointRow row;
    std::string first_bytes, unanswered; // what the evidence points to

    End(Outcome outcome, Stage stage, Probe probe = Probe::sip);
    // TLS 1.2 or 1.3 came up.
    End& up(TlsVersion version = TlsVersion::tls1_2);
    // The server asked for a certificate; the facts to change.
    ClientCertificateFacts& asked();
    End& alert(std::uint8_t code); // a fatal one was received
    Finding ask(std::string_view rule);
    Verdict verdict(std::string_view rule) { return ask(rule).verdict; }
};

inline constexpr std::string_view kReachable = "endpoint-reachable";
inline constexpr std::string_view kAccepted = "client-certificate-accepted";
inline constexpr std::string_view kFinished = "conversation-finished";

} // namespace lyncprobe::rules::testing
