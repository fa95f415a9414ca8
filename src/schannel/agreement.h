// SPDX-License-Identifier: MIT
// What two ends on Windows have in common by their defaults, without a connection.
#pragma once

#include "model/tls_facts.h"
#include "schannel/releases.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::schannel {

// ServerChain is what of a server's certificates decides; as it is created it excludes nothing.
struct ServerChain {
    enum class Key : std::uint8_t { unknown, rsa, ec, dsa };
    Key key = Key::unknown;
    std::uint16_t curve = 0; // named group of an EC key; 0 = not known
    // Of each certificate that is sent: the pair of hash and signature by which it is signed, as
    // signature_algorithms has it (RFC 5246 7.4.1.4.1).
    struct Signature {
        std::uint16_t scheme;
        bool root = false; // a root's on itself
    };
    std::vector<Signature> signatures = {};
};

// Choice is what a handshake comes to.
struct Choice {
    std::uint16_t version = 0, suite = 0;
    std::uint16_t group = 0; // 0 where the suite has none
    bool operator==(const Choice&) const = default;
};

// The same by the names that a handshake has (TlsFacts); 0 for what the release lacks.
Choice choice_of(const Release&, std::string_view suite, std::string_view group);

struct Agreement {
    enum class Kind : std::uint8_t {
        works,
        open,   // by some of what is not certain it works, by some it does not
        nothing // whatever the table leaves open, they share nothing
    };
    Kind kind = Kind::nothing;
    std::optional<Choice> choice;      // where what is usual holds
    std::string lacks;                 // in words, where it does not work
    std::vector<const Fact*> hangs_on; // of `open`
};

// `client` connects to `server`. Absent where the table lacks one of them.
std::optional<Agreement> agreement(
    OperatingSystem client, OperatingSystem server, const ServerChain& = {}
);

// The pair that these lists lack of a chain: whoever verifies it wants each in what it offered.
struct ChainTaken {
    Agreement::Kind kind = Agreement::Kind::works;
    std::uint16_t lacks = 0; // pair of the first certificate that is not taken, or not surely
    std::vector<const Fact*> hangs_on;
};
// Does a client of this release verify the chain under this version of TLS?
ChainTaken chain_taken(const Release& client, const ServerChain&, std::uint16_t version);

// Element is what of a server's choice decides whether a release can take part in it.
enum class Element : std::uint8_t { version, suite, group, signature_scheme };
// What of the release's usual hello has to be different for a server to choose so.
struct Held {
    std::vector<Element> missing; // in that hello
    // By which the release may have the first that is missing, or, where nothing is, may lack one
    // after all. Null: it surely has not, or has.
    const Fact* hangs_on = nullptr;
};
Held held_against(const Release&, const TlsFacts& chosen);
// What the usual hello has of that kind, by the names that a handshake has (TlsFacts).
std::vector<std::string> names_of(const Release&, Element);

// May Schannel of this release take part in this choice? Empty, or why not. `dh_bits`: of the
// server's group, 0 where there is none.
struct Limits {
    std::string broken;             // a sentence's end; empty = none
    const Fact* hangs_on = nullptr; // where that is not certain
};
Limits limits_of(const Release& client, const Choice&, std::uint32_t dh_bits);

} // namespace lyncprobe::schannel
