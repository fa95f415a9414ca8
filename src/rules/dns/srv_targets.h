// SPDX-License-Identifier: MIT
// What the rules about SRV records share: which records there are, and what a target is.
#pragma once

#include "rules/engine/rule.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::rules {

// By it partners find the Access Edge of a domain.
inline constexpr std::string_view kFederationRecord = "_sipfederationtls._tcp";

// A record that leads somewhere: an SRV record whose only target is "." says that there is no such
// service (RFC 2782).
bool leads_somewhere(const DiscoveryRow&);

// SrvPointer is one target of an SRV record that was found.
struct SrvPointer {
    const DomainDiscovery& domain;
    const DiscoveryRow& row;
    const SrvTarget& target;
};

// Why the target is no host name, as a sentence; empty where it is one, or ".".
std::string no_host_name(const SrvPointer&);
// Neither "." nor anything else that is no host name.
bool names_a_host(const SrvPointer&);

// "record names host: no such name, detail"
std::string answer_text(const SrvPointer&, const DnsAnswer& of_host);
// The sentence about a name in a record (of `record`) that only the missing final dot made what it
// is, with the fix for that; nothing where nothing says so. `verb`: "names", "is an alias of".
std::optional<Ruling> missing_final_dot(
    std::string_view record, std::string_view verb, std::string_view name, std::string_view domain
);

// What is known of the host; null where it was not asked for.
const DnsAnswer* host_of(const SrvPointer&);
// The host does not exist, and the name server that says so can know it: one that answers for its
// own zones only knows nothing of what is behind an alias into another zone.
bool host_is_absent(const DnsAnswer& of_host);

// The ruling on each target, with record, target and port as evidence; nothing where the rule gives
// none.
using TargetCheck = std::optional<Ruling> (*)(const SrvPointer&);
std::vector<DomainRuling> for_each_target(const DomainDiscovery&, TargetCheck);
template <TargetCheck check> // for Rule::check_domain
std::vector<DomainRuling> for_each_target(const DomainDiscovery& domain) {
    return for_each_target(domain, check);
}

} // namespace lyncprobe::rules
