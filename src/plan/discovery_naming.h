// SPDX-License-Identifier: MIT
// Where a name stands: in the SIP domain, at Microsoft's hosting service, in a private network.
#pragma once

#include "model/discovery.h"

#include <string_view>

namespace lyncprobe::plan {

enum class Place {
    in_domain, // exactly one label in front of the domain
    below,     // in a subdomain
    apex,      // the domain itself
    hosted,    // Microsoft 365
    trusted,   // another domain that clients trust by default
    elsewhere
};
Place place_of(std::string_view host, std::string_view domain);

// sipfed.online.lync.com, sipdir.online.lync.com, webdir.online.lync.com and their like.
bool is_hosted(std::string_view host);
// In a domain that clients trust without asking, such as lync.com.
bool is_trusted(std::string_view host);
// The answer, one of its aliases, or an SRV target leads there.
bool leads_to_hosting(const DnsAnswer&);

// What was meant by a name of a record to which the name server appended the name of its zone,
// because the zone file lacks the final dot (RFC 1035 5.1): "sip.contoso.com" where it became
// sip.contoso.com.contoso.com. The zone may be a parent of the domain. Empty where nothing says so.
std::string_view without_appended_zone(std::string_view name, std::string_view domain);

bool is_below(std::string_view name, std::string_view domain); // or the domain itself
// There are addresses, and none is of use on the Internet (model/address_policy.h).
bool all_private(const DnsAnswer&);

const DiscoveryRow& row_of(const DomainDiscovery&, std::string_view record);

} // namespace lyncprobe::plan
