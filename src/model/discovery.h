// SPDX-License-Identifier: MIT
// What DNS says about a SIP domain, by the names that clients and partners ask for. Filled by
// plan/discovery.h, shown by report/discovery.h.
#pragma once

#include "model/dns.h"
#include "model/finding.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

// DiscoveryRow is one record of the domain and what was answered.
struct DiscoveryRow {
    std::string record; // "_sip._tls"
    std::string purpose;
    std::string name;                // "_sip._tls.contoso.com"
    RecordType type = RecordType::a; // a: A and AAAA together
    std::uint16_t usual_port = 0;
    DnsAnswer answer;
    bool operator==(const DiscoveryRow&) const = default;
};

// ClientOrder is who asks, and for which rows, in that order.
struct ClientOrder {
    std::string id, who;
    std::vector<std::size_t> rows;
    bool operator==(const ClientOrder&) const = default;
};

struct DomainDiscovery {
    std::string domain;
    std::vector<DiscoveryRow> rows;
    std::vector<ClientOrder> clients;
    std::map<std::string, DnsAnswer> hosts; // the hosts that SRV records name, A and AAAA together
    std::vector<Finding> findings;
    bool operator==(const DomainDiscovery&) const = default;
};

// How many rows and hosts there are, and how many of them the name servers left open.
struct AnswerCount {
    std::size_t questions = 0, unanswered = 0;
};
AnswerCount count_answers(const DomainDiscovery&);

} // namespace lyncprobe
