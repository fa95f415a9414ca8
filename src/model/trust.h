// SPDX-License-Identifier: MIT
// Who can trust whom: where each chain leads, and which servers of the deployment can connect to
// which by mutual TLS, as far as it is seen from outside.
#pragma once

#include "model/certificate.h"
#include "model/vocabulary.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe {

// IssuerClosure is every certificate that can be above a server certificate in a path, of those
// that the run has seen and the trust anchors; each signature was checked. Dates are ignored.
struct IssuerClosure {
    std::vector<CertificatePtr> above;   // issuers, nearest first, roots included
    std::vector<CertificatePtr> anchors; // those of `above` that are trust anchors
    std::vector<std::string> open;       // names of issuers that were not seen
    bool gave_up = false;                // at a limit
};
using IssuerClosures = std::map<const Chain*, IssuerClosure>;

enum class LinkVerdict : std::uint8_t { works, cannot_tell, cannot_work };

enum class LinkReason : std::uint8_t {
    accepted, // works: the list of the server has an issuer of the client's certificate
    // cannot work
    issuer_not_listed,        // the list of the server has no issuer of the client's certificate
    list_cut,                 // the same, and the list is as long as Windows lets one become
    server_issuer_not_listed, // the client's own list has no issuer of the server's certificate
    // cannot tell
    intermediate_listed, // the list has a CA that is no root: see rule ca-names-intermediate
    no_list,             // the server sent an empty list
    not_asked,           // the server asked for no certificate
    not_reached,         // the handshake came to no such point
    list_not_read,       // the list has more names than are kept
    client_not_seen,     // the client showed no certificate of that use
    client_chain_open,   // the root of the client's certificate was not seen
    way_not_presented,   // it is accepted over a CA certificate that the client does not present
    client_chains_differ // the client showed several, of which some would be accepted
};

struct TrustServer {
    std::string name; // of the server, else of the pool
    std::string pool;
    Role role = Role::other;
    OperatingSystem os = OperatingSystem::unknown; // as declared
    bool operator==(const TrustServer&) const = default;
};

// TrustLink is the links to one service between servers that look alike: each of `from` connects to
// each of `to`, or to those of its own pool only.
struct TrustLink {
    std::string service; // id of the row of plan/services.h
    bool same_pool = false;
    LinkVerdict verdict = LinkVerdict::cannot_tell;
    LinkReason reason = LinkReason::not_reached;
    std::vector<std::size_t> from, to;  // indices into MutualTrust::servers, ascending
    std::vector<std::size_t> endpoints; // of `to`, indices into ScanResult::endpoints
    // What was looked for in vain: the names of the issuers nearest to the root.
    std::vector<std::string> issuers;
    bool operator==(const TrustLink&) const = default;
};

struct MutualTrust {
    std::vector<TrustServer> servers; // only those that some link concerns
    std::vector<TrustLink> links;
    std::size_t left_out = 0; // kinds of links beyond limits::kTrustLinks
    bool operator==(const MutualTrust&) const = default;
};

// How far a scan can tell whether what a chain leads to is trusted. Unknown is not untrusted: most
// deployments have a CA of their own, which has to be given as a trust anchor to be known.
enum class RootTrust : std::uint8_t { trusted, trusted_over_others, not_among_anchors, unknown };

// RootGroup is endpoints whose chains lead to the same roots.
struct RootGroup {
    std::vector<std::string> roots; // subjects; several where a CA is cross-signed
    std::vector<std::string> open;  // issuers that no endpoint presented
    RootTrust trust = RootTrust::unknown;
    std::vector<std::size_t> endpoints; // indices into ScanResult::endpoints
    bool operator==(const RootGroup&) const = default;
};

// The texts are the names above.
template <>
std::span<const Word<LinkVerdict>> words();
template <>
std::span<const Word<LinkReason>> words();
template <>
std::span<const Word<RootTrust>> words();

// The names of these servers, those of a pool by its name where all of them are there.
std::vector<std::string> names_of(const MutualTrust&, const std::vector<std::size_t>& servers);

// Two names as one text each are the same name: letter case and runs of spaces do not matter (RFC
// 5280 7.1). Empty where the name could not be read, which is the same as no other.
std::string name_key(std::string_view name_text);

} // namespace lyncprobe
