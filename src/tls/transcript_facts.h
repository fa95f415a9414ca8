// SPDX-License-Identifier: MIT
// What both kinds of handshaker, the TLS client and the raw hello, make of their transcript.
#pragma once

#include "model/tls_facts.h"
#include "tls/handshake_transcript.h"
#include "tls/tls_context_impl.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace lyncprobe::tls {

// IANA names, also of suites that libssl does not have any more; empty where unknown.
std::string cipher_name(std::uint16_t cipher);

// What the server asked of a client certificate; nothing about ours.
ClientCertificateFacts request_facts(const HandshakeTranscript&, CaNameCache&);

// "fatal alert handshake_failure(40)"
std::string alert_text(const Alert&);

// How far the server came: "after its ServerHello, before its certificate".
std::string position(const HandshakeTranscript&, std::string_view first_bytes);

} // namespace lyncprobe::tls
