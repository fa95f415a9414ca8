// SPDX-License-Identifier: MIT
// XMPP between servers on an Edge's port 5269 (RFC 6120): opens a stream, takes STARTTLS where it
// is offered, reads what the server then offers and closes the stream. No user is named and no
// dialback key is sent, since that would make the server connect to a third one (XEP-0220).
#pragma once

#include "probes/probe.h"

namespace lyncprobe::probes {

extern const ProbeInfo xmpp;

// Keys of the answer. The id of the stream is left out: it is another one each time.
namespace xmpp_answer {
inline constexpr std::string_view kDomain = "domain"; // text: the XMPP domain that was asked for
inline constexpr std::string_view kFrom = "from";     // text: the domain we said we are
inline constexpr std::string_view kServerFrom =
    "server_from"; // text: who the server says it is, in its stream header
inline constexpr std::string_view kVersion =
    "version"; // text: of its stream; absent: a server from before RFC 3920, dialback only
inline constexpr std::string_view kStarttls =
    "starttls"; // text: "required", "offered", "not offered" or "refused" (offered, then denied)
inline constexpr std::string_view kDialback =
    "dialback"; // boolean: its last stream header declares dialback, or its features offer it
inline constexpr std::string_view kMechanisms = "mechanisms"; // list: SASL, of its last features
inline constexpr std::string_view kFeatures = "features";     // list: names, before TLS
inline constexpr std::string_view kFeaturesAfterTls = "features_after_tls"; // list: names, in TLS
inline constexpr std::string_view kStreamError =
    "stream_error"; // text: the condition of RFC 6120 4.9.3
inline constexpr std::string_view kStreamErrorText = "stream_error_text"; // text: as sent
inline constexpr std::string_view kRefusal = "refusal"; // text: what a refusal means, in words
inline constexpr std::string_view kRemedy = "remedy";   // text: what to do about it
} // namespace xmpp_answer

} // namespace lyncprobe::probes
