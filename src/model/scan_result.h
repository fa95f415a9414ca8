// SPDX-License-Identifier: MIT
// The result of a scan, of a certificate check, of discovery or of a federation check, as a value:
// it owns all that it refers to, so it can be moved, copied, compared and kept. Reports read only
// this, and a result file restores it.
#pragma once

#include "model/certificate.h"
#include "model/deployment.h"
#include "model/federation.h"
#include "model/finding.h"
#include "model/observation.h"
#include "model/revocation.h"
#include "model/trust.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe {

// ResultKind is the command that a result is of; `probe` is a scan of one target.
enum class ResultKind : std::uint8_t { scan, check, discovery, federation };
template <>
std::span<const Word<ResultKind>> words();

// GivenCertificate is one that a server gave in a document, not in the TLS handshake: that of its
// OAuth tokens.
struct GivenCertificate {
    CertificatePtr certificate; // never null
    std::string source;         // "GET /metadata/json/1"
    bool operator==(const GivenCertificate&) const;
};

// AttemptRow is one attempt of an endpoint without its certificates' bytes.
struct AttemptRow {
    std::string label; // Attempt::label
    Outcome outcome = Outcome::interrupted;
    Stage stage = Stage::resolve;
    std::string detail;
    Timings timings;
    std::shared_ptr<const TlsFacts> tls; // null where nothing of TLS was seen; shared by equal ones
    std::shared_ptr<const ClientCertificateFacts> client_certificate; // null: nothing was asked
    ChainPtr chain;                                                   // null where none was seen
    bool pseudo_tls = false;
    bool plain = false;
    std::uint16_t raw_version = 0; // that a raw hello offered; 0 = hands were shaken
    AttemptRole role = AttemptRole::primary;
    OperatingSystem as_os = OperatingSystem::unknown; // HandshakeOptions::as_os
    bool sure_only = false;                           // HandshakeOptions::sure_only
    std::vector<std::string> not_offered;             // Observation::not_offered
    Facts answer;
    std::vector<GivenCertificate> given = {};
    bool operator==(const AttemptRow&) const;
};

// EndpointRow is what the run keeps of an endpoint (about 1 KiB; chains and findings are shared).
struct EndpointRow {
    std::string id;
    std::size_t target = 0;
    std::optional<Address> address;
    std::size_t addresses_skipped = 0;
    std::uint32_t attempts = 0;
    // Its chain is the one that was judged, also where only a raw hello among the variants saw it.
    AttemptRow main;
    std::vector<AttemptRow> variants;
    std::vector<const Finding*> findings; // owned by ScanResult::findings, as in every row
    bool operator==(const EndpointRow&) const;
};

bool judged(const EndpointRow&);

struct IdentityRow {
    std::string id;
    ChainPtr chain;
    std::vector<const Finding*> findings;
    bool operator==(const IdentityRow&) const;
};

// TopologyRow is a finding about several endpoints at once.
struct TopologyRow {
    const Finding* finding = nullptr;
    std::vector<std::size_t> endpoints; // indices into ScanResult::endpoints
    bool operator==(const TopologyRow&) const;
};

// FileRow is one file of `lyncprobe check`.
struct FileRow {
    std::string path;
    std::string error; // empty = read
    ChainPtr chain;    // certificates in file order
    std::vector<const Finding*> findings;
    std::optional<KeyInFile> key = {}; // of a PFX
    // What else is in it, in words: "the file also holds a private key, which was not read".
    std::vector<std::string> notes = {};
    bool operator==(const FileRow&) const;
};

// Declared is what the target list says as a whole, whatever part of it this run probes.
struct Declared {
    std::vector<std::string> sip_domains;
    bool topology = false;          // it draws sites and pools
    std::vector<std::string> names; // then: every host, server, pool, and expected name, sorted
    bool in_part = false;           // --target or --shard leaves some of it out
    bool operator==(const Declared&) const = default;
};

struct Summary {
    std::size_t endpoints = 0;
    std::size_t questions = 0, unanswered = 0; // of discovery: names asked for
    std::map<Outcome, std::size_t> outcomes;
    std::map<Verdict, std::size_t> verdicts; // findings that are not waived
    std::size_t waived = 0;
    std::size_t unjudged = 0;     // endpoints that make exit code 3
    std::optional<Verdict> worst; // absent where there is no finding
    int exit_code = 0;
    // What is to be done, by importance, then by the number of servers, then by name.
    std::vector<TodoItem> problems;
    bool operator==(const Summary&) const = default;
};

struct ScanResult {
    ResultKind kind = ResultKind::scan;
    Time started_at = {};
    Time finished_at = {};
    std::string vantage; // empty = not said
    std::vector<std::string> inputs;
    std::vector<std::string> resolvers; // of discovery; empty = the system's
    bool interrupted = false;
    Milliseconds stalled{0}; // how long this program could not run and the peers were not charged
    Declared declared;
    std::vector<Target> targets;        // as prepared by plan
    std::vector<EndpointRow> endpoints; // in the order of the target list at the end
    std::vector<IdentityRow> identities;
    MutualTrust trust;
    std::vector<RootGroup> roots; // in the order of their first endpoints
    std::vector<TopologyRow> topology;
    std::vector<FileRow> files;            // `check` only
    std::vector<FederationRow> federation; // `federation` only
    std::vector<DomainDiscovery> domains;  // `discover` only
    bool fetched = false;                  // --fetch: locations that certificates name were asked
    std::vector<LocationPtr> locations;    // each once, in order of first need
    Summary summary;
    Time judged_at = {}; // --at, else the start
    // --expires-within of the run; not kept in a result file, since nothing is judged again there.
    std::chrono::seconds expires_within{30 * 86400};

    // What the rows' findings point into. Copies share it: findings are added and never changed.
    std::shared_ptr<FindingPool> findings = std::make_shared<FindingPool>();

    // By value: what pointers refer to is compared, and so the pool is not.
    bool operator==(const ScanResult&) const;
};

// How many locations --fetch left out, since there was no time for them.
std::size_t locations_left_out(const ScanResult&);

// The rule that says whether an endpoint answers.
inline constexpr std::string_view kEndpointReachable = "endpoint-reachable";

// The endpoints that make exit code 3: those of which this rule says that they do not answer or
// could not be asked, unless that is waived. Where it says nothing, as in older results: those that
// showed neither a chain nor that they have none by design, but for a skipped address of a target
// that was judged on another.
std::set<const EndpointRow*> unjudged_rows(const ScanResult&);

} // namespace lyncprobe
