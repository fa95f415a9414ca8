// SPDX-License-Identifier: MIT
// Runs the rules over one chain and turns rulings into findings.
#pragma once

#include "model/discovery.h"
#include "model/finding.h"
#include "rules/engine/rule.h"

#include <span>
#include <string_view>
#include <vector>

namespace lyncprobe::rules {

std::span<const Rule* const> all(); // those that judge, in the order of the contract
// The reasons of the go-live verdict that are no finding of a rule (verdicts/go_live_reasons.cpp).
std::span<const Rule> conclusions();
// Both: everything whose id any command can print.
std::vector<const Rule*> catalogue();
const Rule* find(std::string_view id); // in the catalogue; null where it is not

// Which rules a command knows: those of a scan or of certificate files, those about DNS, or both
// where discovery goes on to a scan.
enum class RuleSet { scan, dns, both };

// Selection holds the rules of a run: --only and --skip, ids or globs.
class Selection {
  public:
    Selection() = default; // every rule
    // A Problem where a glob matches no rule of the set, or a scan is left without any.
    static Result<Selection> make(
        const std::vector<std::string>& only, const std::vector<std::string>& skip,
        RuleSet set = RuleSet::scan
    );
    bool chosen(const Rule&) const;
    // Does --only name it by its whole id? Then it says, too, where it does not apply.
    bool named(const Rule&) const;

  private:
    std::vector<const Rule*> rules_;
    std::vector<std::string> only_;
    bool everything_ = true;
};

// The globs that match no rule about DNS: what is left for the scan after a discovery, so that
// `discover --scan --only dns-records` shows one check and probes as without it.
std::vector<std::string> not_about_dns(std::vector<std::string> globs);

// Every chosen rule on the chain: certificate rules once for each presented certificate, the others
// once. A leaf rule gives one not_applicable finding on each CA certificate. A rule that throws is
// `fail` with evidence.error. Findings are in the order position, rule, and those of the whole
// chain last; each is in the pool once. A presented entry that is no certificate fails every
// rule that would judge it, with evidence.error.
std::vector<const Finding*> judge(const Chain&, const Context&, const Selection&, FindingPool&);

// The chosen deployment rules over all endpoints of a run, after the last of them.
// `issuer_closures`: of every chain that some endpoint or identity presented.
std::vector<TopologyRow>
judge_run(const ScanResult&, const IssuerClosures& issuer_closures, const Selection&, FindingPool&);

// The chosen rules about DNS on one SIP domain: first what is said of the domain, then of its SRV
// records in their order. `allow_private`: addresses of private networks are meant to be there.
std::vector<Finding> judge_domain(
    const DomainDiscovery&, const Selection& = {}, bool allow_private = false
);
// Of these only what is said of its SRV records.
std::vector<Finding> judge_srv_records(const DomainDiscovery&);

// The same as judge() by a list of one's own.
std::vector<const Finding*>
judge_by(std::span<const Rule* const> rules, const Chain&, const Context&, FindingPool&);
// How many rules about certificates fail this one as a CA above a server certificate, dates apart.
int fails_as_issuer(const Certificate&);
// One rule on one subject, with the certificate filled in where the rule is about one.
Finding judge_one(const Rule&, const Subject&);

} // namespace lyncprobe::rules
