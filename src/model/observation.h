// SPDX-License-Identifier: MIT
// The seam between probing and judging: what was tried (Attempt) and what was seen (Observation).
#pragma once

#include "model/deployment.h"
#include "model/facts.h"
#include "model/tls_facts.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

// How the server is made to show its certificate: by a whole handshake, or by a hello of our own
// after whose answer we leave.
enum class HandshakeKind : std::uint8_t { handshake, raw_hello };

// HandshakeOptions is one form of the TLS handshake; attempts with equal options share a TLS
// context.
struct HandshakeOptions {
    std::string server_name; // SNI, empty = none
    std::string identity;    // id of the identity to offer, empty = none
    // A server may ask for a client certificate after the handshake, once: by renegotiation (TLS
    // 1.2) or post-handshake authentication (RFC 8446 4.6.2).
    bool late_certificate = false;
    HandshakeKind kind = HandshakeKind::handshake;
    // The only version that a raw hello offers, as it stands on the wire: 0x0002 is SSL 2.0, 0x0300
    // SSL 3.0, 0x0301 to 0x0304 TLS 1.0 to 1.3.
    std::uint16_t version = 0x0303;
    // The hello of this release's Schannel, in place of all that we can do; unknown = ours. Of a
    // raw hello `version` then says nothing.
    OperatingSystem as_os = OperatingSystem::unknown;
    bool sure_only = false; // of that, only what is certain of the release; for a raw hello
};

// What an attempt is to its endpoint.
enum class AttemptRole : std::uint8_t {
    primary,          // as the target says; the endpoint's main row, if it gets furthest
    without_identity, // as primary, but without our certificate, after one that offered it
    supplementary,    // more evidence about the same server under the same name
    without_sni,      // without a server name: what it shows is not the endpoint's
    foreign_sni       // with a name of no server: neither
};

// May it be the endpoint's main row?
constexpr bool is_primary(AttemptRole role) { return role <= AttemptRole::without_identity; }
// Did it name the server as the target does?
constexpr bool has_own_sni(AttemptRole role) { return role <= AttemptRole::supplementary; }
// "primary", "without_identity"…: the words of a result file.
template <>
std::span<const Word<AttemptRole>> words();

// Attempt is at most one connection.
struct Attempt {
    // For reports alone: "without-client-certificate"… where there are several ways to try; else
    // empty.
    std::string label;
    HandshakeOptions handshake;
    Probe probe = Probe::tls;
    AttemptRole role = AttemptRole::primary;
    // The A/V Edge's hello that old clients always send, in place of a fresh one.
    bool constant_hello = false;
};

// Cause says why an endpoint did not answer where outcome and stage leave it open: what the name
// server said, what is known of the way to the address, and what was received instead.
enum class Cause : std::uint8_t {
    none,
    no_such_name,
    no_such_record,
    resolver_failure,
    resolver_refused,
    resolver_silent,
    run_deadline, // of the whole run, not the endpoint's
    no_route,     // of this machine, to the address
    udp_silence,  // not one datagram came back
    other_side,   // the run is made from the other side of the deployment
    plain_sip,
    plain_http,
    plain_xmpp,
    other_service, // the greeting of another protocol
    nothing_in_common,
    unknown_server_name,
    server_fault, // the alert internal_error
    read_in_part, // its chain was seen by a hello of our own only
    pseudo_tls,   // the hello of an A/V Edge was answered
    without_tls   // a conversation in cleartext by design
};
template <>
std::span<const Word<Cause>> words(); // "no_such_name"…: the words of a finding's evidence

// Wall milliseconds; a phase that was not reached is 0.
struct Timings {
    double resolve = 0, connect = 0, handshake = 0, conversation = 0, total = 0;
    bool operator==(const Timings&) const = default;
};

// Observation is everything one attempt saw. A network failure is data here, never an exception.
struct Observation {
    Attempt attempt;
    Timings timings;
    Outcome outcome = Outcome::interrupted;
    Stage stage = Stage::resolve;
    std::string detail; // one sentence, foreign text in it still raw
    TlsFacts tls;
    ClientCertificateFacts client_certificate;
    std::vector<std::string> presented; // DER of each entry of the Certificate message, in order
    bool pseudo_tls = false;            // spoke MS-TURN pseudo-TLS: no chain by design
    bool plain = false;    // its conversation ended well without TLS: no chain by design either
    Time answered_at = {}; // wall clock when the attempt ended; epoch where nothing was connected
    Facts answer;          // what the conversation learnt
    std::vector<std::string> given; // DER that a document of the server gave at `given_at`
    std::string given_at;           // "GET /metadata/json/1"
    Cause cause = Cause::none;
    std::string unanswered; // the request that was out when the conversation ended; empty = none
    // In a hello of a Windows release: what this machine's OpenSSL cannot send of it.
    std::vector<std::string> not_offered;
    std::string first_bytes; // of a peer that does not speak TLS, at most limits::kFirstBytes
};

// ProbedEndpoint is one address of one target with all that was tried on it; the engine hands it
// over once.
struct ProbedEndpoint {
    std::size_t target = 0;                // index into the prepared targets
    std::optional<Address> address;        // absent where the name gave none
    std::size_t addresses_of_name = 1;     // how many endpoints the target became
    std::size_t addresses_skipped = 0;     // addresses of the name beyond the limit
    std::vector<Observation> observations; // at least one
    std::uint32_t attempts = 0;            // connections tried, retries included
};

// The observation that got furthest, of those of the endpoint's own; the others are variants of it.
std::size_t furthest(const std::vector<Observation>&);

// True where the endpoint could be judged: a chain was seen, or it has none by design.
bool judged(const Observation&);

} // namespace lyncprobe
