// SPDX-License-Identifier: MIT
// What a rule is: a record with its source, its demand in our own words, and two pure functions.
#pragma once

#include "model/certificate.h"
#include "model/deployment.h"
#include "model/discovery.h"
#include "model/finding.h"
#include "model/policy.h"
#include "model/revocation.h"
#include "model/scan_result.h"
#include "model/tls_facts.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::rules {

// What a rule looks at; `certificate` rules run once for each certificate presented. A `connection`
// rule judges what became of the connection, runs on every endpoint, and is chosen by no filter. A
// `conversation` rule judges what the protocol answered and runs where it answered anything, also
// without a chain. A `revocation` rule judges each presented certificate about whose revocation
// something is known, and gives no finding where there is nothing or where it does not apply. A
// `file` rule
// judges what a file holds besides its certificates, and runs where a PFX was read. A
// `dns` rule judges the records of a SIP domain. A `conclusion` is no rule that runs: it is a
// reason of the go-live verdict, drawn from everything else (verdicts/go_live.h).
enum class Scope {
    connection,
    certificate,
    leaf,
    chain,
    endpoint,
    conversation,
    deployment,
    revocation,
    file,
    dns,
    conclusion
};

struct Source {
    std::string_view document; // "Certificate infrastructure requirements for Lync Server 2013"
    std::string_view section;  // "common requirements"
    std::string_view url = {};

    // Another section of the same document.
    constexpr Source at(std::string_view where) const { return {document, where, url}; }
};

// "document, section"; where both name several with "; " between, each document has its section:
// "RFC 5246, 7.4.4; RFC 6120, 4.9".
std::string to_text(const Source&);

// NameTried is an attempt without a server name, or with a foreign one.
struct NameTried {
    AttemptRole role = AttemptRole::without_sni;
    Outcome outcome = Outcome::interrupted;
    std::optional<Fingerprint> leaf; // of the server certificate shown; absent where none was
};

// EndpointEvidence is what all attempts on one endpoint come to: made once for it, read by every
// rule. It points into the endpoint's row.
struct EndpointEvidence {
    const EndpointRow* row = nullptr; // null: not asked, and connection rules do not run
    // Of the most advanced attempt, as Observation has them.
    Cause cause = Cause::none;
    std::string_view first_bytes, unanswered;
    // What the other endpoints of the run say; known where may_depend_on_others() (judge.h).
    bool other_address_answers = false; // of the same target
    bool pool_mate_answers = false;     // at the same service
    // Our certificate that was offered, with its path; null where none was.
    const Chain* ours = nullptr;
    bool stranger = false; // the list has a topology, and no name of ours is in it
    // Versions: those that the server chose in any attempt; those that were
    // offered alone; those of the latter of which nothing is known, since no answer came.
    std::vector<TlsVersion> versions_chosen, versions_offered, versions_open;
    std::vector<NameTried> names_tried;
    // Every connection under the endpoint's own name that showed a version.
    std::vector<const TlsFacts*> connections;
    // Of the connection that offered our certificate; null where nothing was asked.
    const ClientCertificateFacts* client_certificate = nullptr;
    // What the endpoint's protocol answered; null where it has none.
    const Facts* answer = nullptr;
    std::optional<Address> address;
    Time answered_at = {}; // by our clock
};

// Context is what is known besides the chain. It refers to what it is made of and owns nothing.
struct Context {
    // Of the run.
    Time now = {};
    std::chrono::seconds expires_within{30 * 86400};
    std::string_view vantage;                 // where the run is made; empty = not said
    std::span<const std::string> sip_domains; // our own, as the target list has them
    const Policy* policy = nullptr;           // never null while judging
    // What revocation lists, responders and the staple said; null where nothing is known.
    const StatusMap* revocation = nullptr;

    // Of what presents the chain.
    const Target* described = nullptr;          // null: nobody said what it is
    const EndpointEvidence* observed = nullptr; // null: a file, or a certificate of our own
    bool own_identity = false;                  // our own certificate, not a peer's
    const KeyInFile* key = nullptr;             // of a file; null where it is no PFX
    bool bundle = false; // a file: what has nothing to do with its first certificate counts, too

    const Target& target() const;               // of default values where nobody said what it is
    const EndpointEvidence& seen() const;       // empty where no endpoint was asked
    std::span<const std::string> names() const; // the certificate must cover these
};

// Subject is what one call of a rule judges.
struct Subject {
    const Chain& chain;
    std::size_t position; // of the certificate in chain.presented
    const Context& context;
    const Certificate* unsent = nullptr; // in its place: of the path, and not presented

    const Target& target() const { return context.target(); }
    const EndpointEvidence& seen() const { return context.seen(); }
    const Certificate& certificate() const { return unsent ? *unsent : *chain.presented[position]; }
    bool has_chain() const { return !chain.presented.empty(); } // else only in Scope::conversation
    const Certificate& leaf() const { return *chain.presented.front(); } // the server certificate
    bool is_leaf() const { return position == 0; }
    bool needed() const;     // the best path makes use of it, or no path was searched to the end
    bool is_anchor() const { // a root that was presented
        return std::find(chain.roots.begin(), chain.roots.end(), position) != chain.roots.end();
    }
    Verdict decided(Decision decision) const { return (*context.policy)[decision]; }
};

// Ruling is a verdict with its sentence and its evidence.
struct Ruling {
    Verdict verdict = Verdict::pass;
    std::string message;
    Facts evidence;
    std::string fix = {}; // for this cause; empty: Rule::fix is right

    Ruling&& with(std::string_view key, Value value) &&;
    Ruling&& fixed_by(std::string fix) &&;
};
Ruling pass(std::string message = {});
Ruling warn(std::string message);
Ruling fail(std::string message);
Ruling inconclusive(std::string message);
Ruling inconclusive(std::string message, std::string what_settles_it);
Ruling not_applicable(std::string message);
Ruling verdict(Verdict, std::string message); // of a decision of the policy

// RunRuling is what a deployment rule says about some endpoints of a run.
struct RunRuling {
    Ruling ruling;
    std::vector<std::size_t> endpoints = {}; // indices into ScanResult::endpoints
};

// DomainRuling is what a dns rule says about a SIP domain, or about one of its SRV records.
struct DomainRuling {
    Ruling ruling;
    std::optional<std::size_t> row = {}; // index into DomainDiscovery::rows; absent: the domain
    std::size_t place = 0;               // in the row: 0 itself, then its targets, what is last
};

struct Rule {
    std::string_view id;
    std::string_view title;
    Scope scope = Scope::leaf;
    Source source;
    std::string_view demands; // the requirement in our own words
    std::string_view why;     // what goes wrong when it is broken, for `lyncprobe rules ID`
    std::string_view fix;     // in general; a ruling may have one for its own cause
    std::string_view ca_fix =
        {}; // in general, where a CA certificate breaks it; empty: fix is right
    std::string_view evidence = {}; // which evidence keys it gives, in words
    // A reason in words why the rule does not apply to this subject; empty = it applies. Null = it
    // always does.
    std::string (*applies)(const Subject&) = nullptr;
    // Of a rule that has something to say of few endpoints, or on request: where it
    // does not apply, on CA certificates too, it gives no finding, unless --only names it. Rules of
    // Scope::deployment keep silent themselves.
    bool only_where_it_applies = false;
    Ruling (*check)(const Subject&) = nullptr;
    // Of a rule about certificates: judges those, too, of which the path makes no use, since all
    // that is sent is checked.
    bool every_certificate = false;
    // Of a rule about certificates: judges those of the path, too, that are not sent; it gives a
    // finding only where one is not good.
    bool unsent_too = false;
    // In its place for Scope::deployment, or beside it; it gives no ruling where it does not apply.
    std::vector<RunRuling> (*check_run)(const ScanResult&, const IssuerClosures&) = nullptr;
    // Of Scope::dns, about private addresses: with --allow-private they are meant to be there, and
    // what it finds passes.
    bool passes_where_private_is_meant = false;
    // In its place for Scope::dns; it gives no ruling where it does not apply.
    std::vector<DomainRuling> (*check_domain)(const DomainDiscovery&) = nullptr;
};

} // namespace lyncprobe::rules
