// SPDX-License-Identifier: MIT
// What the rules over several endpoints share: who presented what, grouped; which of several
// certificates is the newest; which PKI a chain comes from.
#pragma once

#include "rules/engine/rule.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe::rules {

// PresentedCertificate is an endpoint of a run that presented a server certificate; it points into
// the run.
struct PresentedCertificate {
    std::size_t endpoint = 0; // index into ScanResult::endpoints
    const EndpointRow* row = nullptr;
    const Target* target = nullptr;

    const Chain& chain() const { return *row->main.chain; }
    const Certificate& leaf() const { return *chain().presented.front(); }
};
using Group = std::vector<PresentedCertificate>;

// Every endpoint with a readable server certificate, in the order of the run. An entry that is no
// certificate in the first place of the chain is another rule's matter.
Group presented_in(const ScanResult&);

// Those of a run by a key, in the order of the keys; an empty key leaves the endpoint out.
using GroupKey = std::vector<std::string>;
template <class KeyOf>
std::map<GroupKey, Group> grouped(const ScanResult& run, KeyOf key_of) {
    std::map<GroupKey, Group> groups;
    for (const auto& shown : presented_in(run))
        if (auto key = key_of(shown); !key.empty()) groups[std::move(key)].push_back(shown);
    return groups;
}

// Issue is one of the certificates of a group, with the endpoints that presented it.
struct Issue {
    const Certificate* leaf = nullptr;
    Group presented_by;
};

// The distinct server certificates of a group that is not empty, the newest first: of those that
// are valid from within an hour of the latest it is the one that most endpoints present.
std::vector<Issue> issues_in(const Group&);

// Certificates of one request, one for each server of a pool, are not of one second.
inline constexpr std::chrono::hours kSameIssue{1};
// Was it issued before the other, by more than that?
bool is_older(const Certificate&, const Certificate& than, std::chrono::seconds by = kSameIssue);

// The machine behind an endpoint, empty where it is not known: a pool's name or an address that a
// load balancer may hold. Part of the target.
const std::string& machine_of(const Target&);
// The same, or else the host with its address; never empty.
std::string machine_or_address(const PresentedCertificate&);

// For sentences: "sip.contoso.com (4e8f0ba3), valid 2025-01-01 to 2027-01-01".
std::string certificate_text(const Certificate&);
// "edge01:5061/sip, edge02:5061/sip and 4 more"
std::string endpoints_text(const Group&);
std::vector<std::size_t> endpoints_of(const Group&);

// DeviationList collects what is said of several certificates or PKIs, and the endpoints concerned.
class DeviationList {
  public:
    void add(std::string what, const Group& where); // "what on where"
    bool empty() const { return where_.empty(); }
    std::string text() const; // "a on x, y; b on z", at most three, and how many more
    std::vector<std::size_t> endpoints() const { return endpoints_of(where_); }

  private:
    std::vector<std::string> said_;
    Group where_;
};

// What passes is said once for all groups of a rule, since there may be a group a server.
void append_ruling(RunRuling, const Group& judged, std::vector<RunRuling>& rulings, Group& good);
void append_pass(const Group& good, std::vector<RunRuling>& rulings);

// Origin is the PKI that a chain comes from, as far as its path shows.
struct Origin {
    // Name (DER) of the root: of the anchor, or of a root that was presented. Empty = not known.
    // Without its key, since a root that was renewed is the same PKI.
    std::string root;
    std::string issuer; // of the server certificate, DER; empty for a self-signed one
    std::string text;   // for sentences: the root, else the issuer
};
Origin origin_of(const Chain&);

// Origins is what several chains come from.
class Origins {
  public:
    void add(const Origin&);
    bool empty() const { return issuers_.empty() && roots_.empty() && !nameless_; }
    // Is a chain of that origin from one of these PKIs? Absent where the roots do not tell.
    std::optional<bool> contain(const Origin&) const;
    std::vector<std::string> texts() const; // the roots, and the issuers whose root is not known

  private:
    // A chain cut short is identified by another of the same issuer.
    struct Issuer {
        bool root_known = false;
        std::string text;
    };
    std::map<std::string, std::string> roots_; // with their texts
    std::map<std::string, Issuer> issuers_;
    bool nameless_ = false; // one has neither a root nor an issuer
};

} // namespace lyncprobe::rules
