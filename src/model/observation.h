// SPDX-License-Identifier: MIT
// The seam between probing and judging: what was tried (Attempt) and what was seen (Observation).
#pragma once

#include "model/deployment.h"
#include "model/facts.h"
#include "model/tls_facts.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

// HandshakeOptions is one way to shake hands; attempts with equal options share a TLS context.
struct HandshakeOptions {
    std::string server_name; // SNI, empty = none
    std::string identity;    // id of the identity to offer, empty = none
    // A server may ask for a client certificate after the handshake, once: by renegotiation (TLS
    // 1.2) or post-handshake authentication (RFC 8446 4.6.2).
    bool late_certificate = false;
};

// Attempt is at most one connection.
struct Attempt {
    std::string
        offer; // "without-client-certificate"… where there are several ways to try; else empty
    HandshakeOptions handshake;
    Probe probe = Probe::tls;
};

// Wall milliseconds; a phase that was not reached is 0.
struct Timings {
    double resolve = 0, connect = 0, handshake = 0, conversation = 0, total = 0;
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
    bool plain = false;      // its conversation ended well without TLS: no chain by design either
    Time answered_at = {};   // wall clock when the attempt ended; epoch where nothing was connected
    Facts answer;            // what the conversation learnt
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

// The observation that got furthest; the others are variants of it.
std::size_t furthest(const std::vector<Observation>&);

// True where the endpoint could be judged: a chain was seen, or it has none by design.
bool judged(const Observation&);

} // namespace lyncprobe
