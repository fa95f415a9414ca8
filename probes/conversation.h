// SPDX-License-Identifier: MIT
// One protocol exchange on one connection as a next-action machine: it says what it wants, its
// caller does the I/O.
#pragma once

#include "model/deployment.h"
#include "model/facts.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::probes {

// Want is what a conversation asks for next.
struct Want {
    enum class Kind { send, receive, start_tls, done };
    Kind kind = Kind::done;
    std::string bytes = {}; // of a send
};

// Received is what came of a Want.
struct Received {
    enum class Kind {
        sent,          // the bytes of a send are out
        bytes,         // the peer said something (never empty)
        end_of_stream, // the peer closed
        tls_up         // the handshake asked for by start_tls has finished
    };
    Kind kind = Kind::bytes;
    std::string_view bytes = {}; // valid during the call
};

// Conclusion is how the exchange went; the connection's own faults (reset, time-out) are not its
// business.
enum class Conclusion {
    unfinished,     // cut short by the connection
    finished,       // the protocol gave its answer
    protocol_error, // the peer's answer is not of this protocol
    limit_exceeded, // the peer sent more than we accept
    starttls_refused,
    tls_alert // a fatal TLS alert answered what is no TLS
};

struct Answer {
    Conclusion conclusion = Conclusion::unfinished;
    // One clause in words; of an unfinished one it says what was missed, and may be empty.
    std::string detail;
    std::string unanswered = {}; // "GET /meet/": the request that is out; empty where none is
    // What the protocol itself says of our certificate: why it does not take it, or that it wants
    // one and got none.
    std::string certificate_refusal = {};
    bool certificate_missing = false;
    std::vector<std::string> certificates = {}; // DER that a document of the server gave, at
                                                // `certificates_from`: "GET /metadata/json/1"
    std::string certificates_from = {};
    Facts facts; // what was learnt, also when cut short; keys are declared in the probe's header
    bool plain = false;      // what it says is all, and the conversation is in cleartext
    bool pseudo_tls = false; // the peer spoke MS-TURN's pseudo-TLS, or MS-TURN where it needs none
};

class Conversation {
  public:
    virtual ~Conversation() = default;
    virtual Want start() = 0;
    virtual Want on(const Received&) = 0;
    virtual Answer answer() const = 0;
};

// What a conversation may know of the endpoint it speaks to.
struct Peer {
    const Target* target = nullptr;   // outlives the conversation
    std::string_view local_host;      // our own name or address for protocols that state one
    std::string_view seed;            // random hex of this connection, 16 digits, for tags and ids
    std::string_view our_domain = {}; // a SIP domain of our own; empty = none was said
    bool own_domain_asked = false;    // the target's SIP domain is one of ours
    std::string_view partner = {}; // the domain of an XMPP partner of ours; empty = none was said
    bool constant_hello = false;   // Attempt::constant_hello
    bool identity_offered = false; // we have a certificate of our own for this server
};

// In whose name a request goes out that has to name a domain and must not name one of ours: it
// cannot exist (RFC 6761 6.4), so it is on no list of partners.
inline constexpr std::string_view kNoDomain = "lyncprobe.invalid";

// `domain`, which is asked about, is ours: an Edge takes what comes from outside in the name of its
// own domain for a forgery.
bool asks_own_edge(const Peer&, std::string_view domain);

} // namespace lyncprobe::probes
