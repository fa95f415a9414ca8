// SPDX-License-Identifier: MIT
// From what was seen to what is kept: rows with their chain and findings. No I/O.
#pragma once

#include "model/run_result.h"
#include "pki/certificate_store.h"
#include "pki/identity.h"
#include "plan/plan.h"
#include "rules/judge.h"

#include <memory>
#include <set>

namespace lyncprobe::app {

// Judge holds what every judgement of a run shares.
class Judge {
  public:
    Judge(
        pki::CertificateStore& store, FindingPool& pool, rules::Selection selection,
        const Policy& policy, std::vector<Waiver> waivers, Time now,
        std::chrono::seconds expires_within
    );

    EndpointRow endpoint(const plan::PlannedTarget&, ProbedEndpoint&&);
    IdentityRow identity(const pki::Identity&);
    // A file's certificates under the context that the command line gave.
    FileRow
    file(std::string path, const std::vector<std::string>& certificates, const rules::Context&);

    // The rules over all endpoints, when the last of them is known.
    std::vector<TopologyRow> deployment(const RunResult&);

    rules::Context context() const; // time and policy filled in

  private:
    AttemptRow row_of(Observation&&, ChainPtr);
    std::shared_ptr<const TlsFacts> shared(TlsFacts&&);
    // `names`: what a waiver may call the subject.
    std::vector<const Finding*> findings(
        const Chain&, const rules::Context&, const std::vector<std::string>& names
    );
    const Finding* unless_waived(const Finding*, const std::vector<std::string>& names);

    pki::CertificateStore& store_;
    FindingPool& pool_;
    rules::Selection selection_;
    const Policy& policy_;
    std::vector<Waiver> waivers_;
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
};

} // namespace lyncprobe::app
