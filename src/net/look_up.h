// SPDX-License-Identifier: MIT
// What the answers of name servers mean, and which servers to ask. Pure; the asking is
// resolver.h's.
#pragma once

#include "model/host.h"
#include "model/observation.h"
#include "model/result.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lyncprobe::net {

// LookUp is what one name gave.
struct LookUp {
    std::vector<Address>
        addresses; // IPv4 first, then IPv6; sorted, so that a run is repeatable; no duplicates
    std::string failure;       // why there is none, in words
    Cause cause = Cause::none; // the same for the rules
    bool no_such_name = false; // a name server said so
    std::string warning;       // what is missing although there are addresses
};

// FamilyAnswer is the end of one query, A or AAAA.
struct FamilyAnswer {
    int status = 0; // ARES_SUCCESS, ARES_ENOTFOUND, …
    std::vector<Address> addresses;
};

// What two queries for `name` mean together; absent = not asked for.
LookUp combine(
    const std::string& name, const std::optional<FamilyAnswer>& a,
    const std::optional<FamilyAnswer>& aaaa
);

// "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:53" → the list as c-ares reads it.
Result<std::string> server_list(std::span<const std::string> servers);

} // namespace lyncprobe::net
