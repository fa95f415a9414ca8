// SPDX-License-Identifier: MIT
// From what was seen to what is kept: rows with their chain and findings. No I/O.
#pragma once

#include "model/scan_result.h"
#include "pki/certificate_store.h"
#include "pki/identity.h"
#include "rules/connection/others.h"
#include "rules/engine/judge.h"
#include "rules/engine/waivers.h"
#include "rules/verdicts/importance.h"

#include <map>
#include <memory>
#include <set>

namespace lyncprobe::scan {

// Among several paths: one that is valid at that time, and whose CA certificates fail fewest rules.
pki::Preference preference_at(Time);

// PendingEvidence is what judging an endpoint needs and its row does not keep.
struct PendingEvidence {
    ChainPtr chain = nullptr; // of the most advanced attempt, else of any that saw one
    Time answered_at = {};
    std::string staple =
        {}; // OCSP response, of the attempt that showed the chain; empty where none
    // Of the most advanced attempt, as Observation has them.
    Cause cause = Cause::none;
    std::string first_bytes = {}, unanswered = {};
};

struct PendingRow {
    EndpointRow row;
    PendingEvidence evidence;
};

// Judge holds what every judgement of a run shares.
class Judge {
  public:
    Judge(
        pki::CertificateStore& store, FindingPool& pool, rules::Selection selection,
        const Policy& policy, std::vector<Waiver> waivers, Time now,
        std::chrono::seconds expires_within
    );

    // Our own certificates, which servers may refuse, and where we stand; before any endpoint is
    // judged. `declared`: says whether they belong to the topology. Outlives this, as `vantage`.
    void stand(
        const std::vector<pki::IdentityPtr>&, const Declared& declared, std::string_view vantage
    );

    // What of an endpoint is kept, without findings, and what judge() needs besides.
    PendingRow row(const Target&, ProbedEndpoint&&);
    // `others`: what the rest of the run says; null where that does not matter.
    void judge(
        const Target&, EndpointRow&, const PendingEvidence&, const rules::Others* others = nullptr
    );
    // The same for a machine that is short of memory: an endpoint for which there is none is a
    // local_error and does not end the scan.
    PendingRow row_safely(const Target&, ProbedEndpoint&&);
    void judge_safely(
        const Target&, EndpointRow&, const PendingEvidence&, const rules::Others* others = nullptr
    );
    IdentityRow identity(const pki::Identity&);
    // A file's certificates, and its findings under the context that the command line gave.
    FileRow file(std::string path, const std::vector<std::string>& certificates);
    void judge(FileRow&, rules::Context);

    // The rules over all endpoints, when the last of them is known.
    std::vector<TopologyRow> deployment(const ScanResult&, const IssuerClosures&);

    // What was learnt about revocation; outlives this. Judged from now on.
    void use(const StatusMap& statuses) { revocation_ = &statuses; }

    rules::Context context() const; // time and policy filled in

  private:
    AttemptRow row_of(Observation&&, ChainPtr);
    void judge_unjudged(const Target&, EndpointRow&);
    std::shared_ptr<const TlsFacts> shared(TlsFacts&&);
    // `names`: what a waiver may call the subject.
    std::vector<const Finding*>
    findings(const Chain&, const rules::Context&, const std::vector<std::string>& names, const rules::Impact&);
    StatusMap with_staple(const PendingEvidence&);

    pki::CertificateStore& store_;
    FindingPool& pool_;
    rules::Selection selection_;
    const Policy& policy_;
    rules::Waivers waivers_;
    // Servers of one kind answer alike; each distinct answer is kept once.
    struct ByFacts {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const { return facts(a) < facts(b); }
        static const TlsFacts& facts(const std::shared_ptr<const TlsFacts>& it) { return *it; }
        static const TlsFacts& facts(const TlsFacts& it) { return it; }
    };
    std::set<std::shared_ptr<const TlsFacts>, ByFacts> tls_;
    Time now_;
    std::chrono::seconds expires_within_;
    const StatusMap* revocation_ = nullptr;
    std::string_view vantage_;
    std::span<const std::string> sip_domains_;
    struct Ours {
        ChainPtr chain;
        bool stranger = false;
    };
    std::map<std::string, Ours> ours_; // by the id of the identity
};

} // namespace lyncprobe::scan
