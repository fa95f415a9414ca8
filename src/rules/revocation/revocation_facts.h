// SPDX-License-Identifier: MIT
// What the rules about revocation share: reading what locations said about a certificate.
#pragma once

#include "rules/engine/rule.h"

#include <string>
#include <string_view>

namespace lyncprobe::rules {

// The whole that is known; there is something wherever a `revocation` rule runs.
const CertificateStatus& status_of(const Subject&);

// Who says that it is revoked, where somebody says so who may; else null.
const StatusSaid* revoked_by(const CertificateStatus&, Time now);

bool is_list(const FetchedLocation&);  // a base or delta list was asked for
bool is_delta(const FetchedLocation&); // or what came is one

// "http://…: the web server answered 404"
std::string place_and_detail(const FetchedLocation&);

// Why what a location gave is not of today: one clause; empty where it is. `stale`: it has run out
// or is not valid yet, so that it must not be relied on; else it should only have been replaced.
struct Age {
    std::string problem;
    bool stale = false;
};
Age age_of(const FetchedLocation&, Time now);

// For Rule::applies: rules about lists have nothing to say where none was asked for.
std::string no_list_asked(const Subject&);
// The same where none was read.
std::string no_list_read(const Subject&);

} // namespace lyncprobe::rules
