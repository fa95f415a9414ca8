// SPDX-License-Identifier: MIT
// A deployment of a few servers, each with a chain and a list of issuers.
#pragma once

#include "rules/verdicts/trust_links.h"
#include "unit/rules/subjects.h"

namespace lyncprobe::rules::testing {

// Pki is a root with its issuing CA.
struct Pki {
    CertificatePtr root, issuing;
};

class TrustBench {
  public:
    // CN=<name> Root CA, CN=<name> Issuing CA
    Pki pki(const std::string& name);
    // A chain as presented, and where it leads. `leads`: issuers, nearest first.
    ChainPtr chain_to(const std::vector<CertificatePtr>& leads, std::vector<std::string> open = {});
    ChainPtr chain(const Pki& pki) { return chain_to({pki.issuing, pki.root}); }

    // An endpoint of a service; its row and its target can be changed afterwards.
    EndpointRow& add(
        const std::string& pool, const std::string& server, Role role, const std::string& service,
        ChainPtr shown
    );
    Target& target() { return run.targets.back(); }
    // What the endpoint added last sends when it asks for a certificate.
    ClientCertificateFacts& asks(std::vector<std::string> names);

    const MutualTrust& links() { return run.trust = trust_links(run, issuer_closures); }
    std::vector<TopologyRow> judge(const std::string& rule);

    ScanResult run;
    IssuerClosures issuer_closures;
    FindingPool pool;

  private:
    std::vector<ChainPtr> kept_; // issuer_closures points to them
    CertificatePtr certificate(const std::string& subject, const std::string& issuer);
    std::uint8_t number_ = 0;
};

} // namespace lyncprobe::rules::testing
