// SPDX-License-Identifier: MIT
#include "plan/discovery_checks.h"

#include <algorithm>
#include <array>

namespace lyncprobe::plan {

namespace {

constexpr std::string_view kDnsRequirements = "Determine DNS requirements for Lync Server 2013";
constexpr std::string_view kMobility = "Technical requirements for mobility in Lync Server 2013";
constexpr std::string_view kSrv = "RFC 2782";
constexpr std::string_view kPorts =
    "DNS summary and port summary of each Edge topology for Lync Server 2013";

constexpr std::array<CheckInfo, 15> kChecks{{
    {"dns-records", "each generation of clients, and partners, find a record that they ask for",
     "publish the records that these clients ask for", kDnsRequirements},
    {"dns-strict-naming",
     "an SRV record for SIP names a host directly in its own SIP domain; Microsoft 365 excepted",
     "point the SRV record at a name such as sip.<domain>, give that name an A record, and put it "
     "into the server's certificate",
     kDnsRequirements},
    {"dns-srv-owner", "the SRV record stands at its own name, not behind an alias",
     "replace the alias by an SRV record of the domain itself", kSrv},
    {"dns-srv-none", "the SRV record names a host",
     "name the server, or remove the record where the domain has no such service", kSrv},
    {"dns-srv-name", "the SRV record's target is a host name, not an address and not the record",
     "make the target the DNS name of the server, and give that name an A record", kSrv},
    {"dns-srv-host", "the host that an SRV record names has an address",
     "publish an A record for the host, or correct the target", kSrv},
    {"dns-srv-alias", "the host that an SRV record names is no alias; Microsoft 365 excepted",
     "give the host an A record instead of a CNAME", kSrv},
    {"dns-srv-port", "the port is one on which such a server listens",
     "correct the port of the record; where the server does listen there, nothing needs mending",
     kPorts},
    {"dns-srv-order", "priorities and weights say what they should, and no record stands twice",
     "remove the repeated record; give every record of one priority a weight, or none", kSrv},
    {"dns-lyncdiscover-split",
     "lyncdiscover is published outside only, lyncdiscoverinternal inside only",
     "remove lyncdiscoverinternal from the outside zone, and lyncdiscover from the inside one",
     kDnsRequirements},
    {"dns-lyncdiscover-alias", "lyncdiscover is no alias of a name in another domain",
     "make lyncdiscover an A record, or an alias inside its own domain; or serve it by plain HTTP",
     kMobility},
    {"dns-hosting", "the records outside lead all to Microsoft 365, or none does",
     "in a hybrid deployment point every outside record at the servers on premises; after the "
     "move, every one at Microsoft 365",
     "Plan hybrid connectivity between Skype for Business Server and Microsoft 365"},
    {"dns-plain-sip", "no record offers sign-in without TLS",
     "remove _sipinternal._tcp where clients are to use TLS", kDnsRequirements},
    {"dns-wildcard", "names exist because somebody published them, not by a wildcard",
     "publish the names of Lync one by one, and keep the wildcard away from their zone",
     "RFC 4592"},
    {"dns-answer", "the name servers answer every question",
     "ask a resolver that knows the zone (--resolver), and mend the zone where it is broken",
     "RFC 1035, RFC 1034 3.6.2"},
}};

} // namespace

std::span<const CheckInfo> discovery_checks() { return kChecks; }

std::vector<Finding> judge_discovery(const DomainDiscovery& domain) {
    checks::FindingList findings;
    checks::judge_domain_records(domain, findings);
    checks::judge_srv_records(domain, findings);
    return findings.take();
}

namespace checks {

void FindingList::add(
    std::string_view check, Verdict verdict, std::string message, Facts evidence
) {
    const auto& info = *std::ranges::find(kChecks, check, &CheckInfo::id);
    Finding finding;
    finding.rule = info.id;
    finding.verdict = verdict;
    finding.message = std::move(message);
    finding.evidence = std::move(evidence);
    if (verdict != Verdict::pass && verdict != Verdict::not_applicable) {
        finding.source = info.source;
        finding.fix = info.fix;
    }
    findings_.push_back(std::move(finding));
}

} // namespace checks

} // namespace lyncprobe::plan
