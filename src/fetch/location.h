// SPDX-License-Identifier: MIT
// A location out of a certificate, taken apart: where it leads, and whether it is fetched at all.
#pragma once

#include "codec/ldap.h"
#include "model/revocation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lyncprobe::fetch {

struct Location {
    std::string url; // as libcurl takes it: what may not stand in a URL is percent-encoded
    std::optional<codec::LdapQuery> directory = {}; // of ldap and ldaps: what is asked for
    bool tls = false;
    std::string host;      // DNS name or address without brackets
    std::string curl_host; // as libcurl calls it: a trailing dot stays
    std::uint16_t port = 0;
    std::optional<Address> literal; // the host is an address
    bool by_operator = false;       // --ldap-server: a host that the operator named
};

// Why a location is not fetched.
struct Refusal {
    FetchOutcome outcome;
    std::string detail;
};

struct LocationRead {
    std::optional<Location> location; // absent: see refusal
    Refusal refusal{FetchOutcome::ok, {}};
};

// http, https, ldap and ldaps. `ldap_server` ("HOST[:PORT]") answers for ldap:/// without a host.
LocationRead read_location(std::string_view text, const std::string& ldap_server);

} // namespace lyncprobe::fetch
