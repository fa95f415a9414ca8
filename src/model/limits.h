// SPDX-License-Identifier: MIT
// Every limit on what is read, in one place; each is tested at its edge.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lyncprobe::limits {

// The network.
inline constexpr std::size_t kBytesFromPeer = 4u << 20;    // everything one connection may send us
inline constexpr std::size_t kCertificateList = 1u << 20;  // SSL_CTX_set_max_cert_list
inline constexpr std::size_t kCertificatesPresented = 256; // entries of a Certificate message
inline constexpr std::uint32_t kDhBits = 8192; // of a group that we compute with (RFC 7919 A.5)
inline constexpr std::size_t kHandshakeMessages =
    256; // messages of one connection, KeyUpdate and tickets included
inline constexpr std::size_t kFirstBytes = 64; // kept of a peer that does not speak TLS
inline constexpr std::size_t kSipHeaders = 64u << 10;
inline constexpr std::size_t kSipBody = 1u << 20;
inline constexpr std::size_t kSipProvisional = 16;  // 1xx answers before a final one
inline constexpr std::size_t kSipParameters = 32;   // read of one header with parameters
inline constexpr std::size_t kDiagnosticText = 512; // of one value in an explained ms-diagnostics
inline constexpr std::size_t kHttpHeaders = 64u << 10;
inline constexpr std::size_t kHttpBody = 1u << 20;
inline constexpr std::size_t kHttpProvisional = 16;   // 1xx answers before a final one
inline constexpr std::size_t kXmppBytes = 256u << 10; // of one XMPP stream, both before and in TLS
inline constexpr int kXmlDepth = 64;                  // of any XML that is read
inline constexpr int kJsonDepth = 64;
inline constexpr std::size_t kMetadataKeys = 16;      // certificates of one OAuth metadata document
inline constexpr std::size_t kDatagramsFromPeer = 64; // of one UDP conversation
inline constexpr std::size_t kTurnMessage = 8u << 10; // of one TURN message
inline constexpr std::size_t kLearntKept =
    64; // names and URLs kept of one answer; the rest is counted
inline constexpr std::size_t kAddressesOfName = 8; // the rest is counted, not probed
inline constexpr std::size_t kSrvTargets = 32;     // of one SRV answer; the rest is counted
inline constexpr std::size_t kAliases = 16;        // CNAME steps from one name

// Revocation (--fetch).
inline constexpr std::size_t kCrl = 32u << 20;
inline constexpr std::size_t kOcspAnswer = 256u << 10;
inline constexpr std::size_t kCaIssuers = 1u << 20; // certificates at one AIA location
inline constexpr int kRedirects = 5;
inline constexpr std::size_t kLocationsFetched = 4096; // distinct ones of a run
inline constexpr std::size_t kLocationsOfChain =
    64; // of these for one chain: a hostile one takes nothing from the others
// A hostile chain, or a firewall that drops everything, must not hold a run up for hours.
inline constexpr std::chrono::milliseconds kFetchTime{600'000}; // of a run, for all locations
inline constexpr std::chrono::milliseconds kFetchTimeOfChain{
    60'000};                                    // waited for locations of one chain
inline constexpr std::size_t kIssuersTried = 8; // of one name, for one certificate
inline constexpr int kAiaSteps = 4;             // certificates fetched above the last one presented

// Certificates.
inline constexpr std::size_t kCertificateSize = 1u << 20;
inline constexpr std::size_t kNamesKept =
    4096; // SAN entries kept per certificate; the rest is counted
inline constexpr std::size_t kUrlsKept = 64; // distribution points and AIA locations
inline constexpr std::size_t kPathDepth = 10;
inline constexpr std::size_t kPaths = 64;
inline constexpr std::size_t kPathSignatures = 256;
inline constexpr std::size_t kTrustLinks =
    10'000; // kinds of links between servers; the rest is counted

// Files.
inline constexpr std::size_t kCertificateFile = 4u << 20;
inline constexpr std::size_t kCertificatesPerFile = 1000;
inline constexpr std::size_t kTargetFile = 64u << 20;
inline constexpr std::size_t kTopologyFile = 16u << 20;
inline constexpr std::size_t kTopologyMachines = 20'000; // of an imported topology
inline constexpr std::size_t kTopologyTargets =
    100'000; // of an imported topology, besides those of its pools
inline constexpr std::size_t kTargets = 1'000'000;
inline constexpr int kYamlDepth = 32;

} // namespace lyncprobe::limits
