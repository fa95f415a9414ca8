// SPDX-License-Identifier: MIT
// How clients and partners find the servers of a SIP domain: which records, in which order, and
// what to ask name servers about. Pure; the asking is net/dns_questions.h's.
#pragma once

#include "model/deployment.h"
#include "model/discovery.h"

#include <map>
#include <string>
#include <vector>

namespace lyncprobe::plan {

using Answers = std::map<DnsQuestion, DnsAnswer>;

// Every record and every client, nothing asked yet. The domain is a host name in lower case.
DomainDiscovery discovery_of(const std::string& domain);

// What to ask, each question once. `family`: 0 any, 4, 6.
std::vector<DnsQuestion> record_questions(const std::vector<DomainDiscovery>&, int family);
// The addresses of the hosts that SRV records name, after take_records().
std::vector<DnsQuestion> host_questions(const std::vector<DomainDiscovery>&, int family);
std::vector<DnsQuestion> address_questions(const std::string& name, int family);

void take_records(DomainDiscovery&, const Answers&);
void take_hosts(DomainDiscovery&, const Answers&);

// What A and AAAA of one name mean together; either may be missing.
DnsAnswer combine_families(const std::string& name, const Answers&);

// The endpoints that the records lead to, for a target list; each once.
std::vector<Target> discovered_targets(const std::vector<DomainDiscovery>&);
// Those of its federation record alone, in the order of its targets.
std::vector<Target> federation_targets(const DomainDiscovery&);
// A partner's Access Edge that is known by name, without a record.
Target direct_federation_target(
    const DomainDiscovery&, const std::string& host, std::uint16_t port
);

} // namespace lyncprobe::plan
