// SPDX-License-Identifier: MIT
// What Schannel of each Windows release offers and takes by default, as data: every list with its
// source, and what sources leave open marked as such. Registry, policy and applications override
// all of it.
#pragma once

#include "codec/raw_hello.h"
#include "model/vocabulary.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::schannel {

// How sure a part of the table is.
enum class Mark : std::uint8_t {
    published,  // a page or an article of Microsoft says so
    captured,   // seen in ClientHellos that were published
    remembered, // known without a source at hand
    disputed    // sources differ, or it depends on an update that cannot be seen
};

// Fact is a line of the table: what it says, and where that is from.
struct Fact {
    std::string_view what;
    Mark mark = Mark::published;
    std::string_view source;
};

// Item is one element of a list.
struct Item {
    std::uint16_t number;           // as on the wire
    const Fact* hangs_on = nullptr; // where it may be absent: why. Null: it is surely there
    bool offered = true;            // in the hello of what is usual
    bool in_chains_only = false;    // of signature algorithms: never of the handshake itself
};

struct List {
    std::span<const Item> items; // in wire order
    Fact fact;
};

// Release is one row of the table. Client and server are the same, unless it is said.
struct Release {
    OperatingSystem os;
    List versions;                             // highest first
    List suites;                               // in the order in which a server, too, prefers them
    List groups;                               // without versions that have none
    List signature_schemes;                    // of TLS 1.2 and 1.3; empty where it has neither
    std::span<const std::uint16_t> extensions; // of its hello, in wire order
    // Suites with SHA-384 over ECDHE_ECDSA only with P-384 (cipher suites end in _P384).
    bool p384_suites = false;
    std::uint32_t largest_dh = 0; // bits, as a client; 0 = no limit
    bool has_extension(std::uint16_t kind) const;
};

std::span<const Release> releases();
// Null where nothing is known of that system. Windows 7 and 8 are as the servers of their time.
const Release* release_of(OperatingSystem);
// What a machine of which no more is known than this may be: of Server 2008 R2 one with TLS 1.0
// alone and one with TLS 1.2. Empty where nothing is known.
std::vector<const Release*> readings_of(OperatingSystem);
const Fact& what_readings_hang_on(); // where there are several
// Those for which release_of() has something, in the order of the vocabulary.
std::vector<std::string_view> names();
// The release of that name; absent where there is none.
std::optional<OperatingSystem> from_name(std::string_view);
// What to say to a name that is none: all of them, and which is near.
std::string suggestion(std::string_view name);

// Which of the table counts: what is usual, or only what no source denies.
enum class Reading : std::uint8_t { usual, sure };

using Profile = codec::HelloProfile;
Profile profile_of(const Release&, Reading = Reading::usual);

// Has it TLS 1.2 or newer?
bool has_tls12(OperatingSystem);

// "TLS_RSA_WITH_AES_128_CBC_SHA"; a hexadecimal number where there is none.
std::string suite_name(std::uint16_t);

} // namespace lyncprobe::schannel
