// SPDX-License-Identifier: MIT
// The verdict of `lyncprobe federation`: will federation with a domain work, and if not, who has to
// change what. Pure: DNS answers, rows and findings of a run in, reasons out.
#pragma once

#include "model/federation.h"
#include "model/scan_result.h"

#include <vector>

namespace lyncprobe::rules {

// GoLiveAnswer is what the evidence comes to.
struct GoLiveAnswer {
    GoLive verdict = GoLive::cannot_tell;
    std::vector<GoLiveReason> reasons; // by weight, then in the order of a connection
};

// `asked`: everything but verdict and reasons is filled in. Of several SRV records those with the
// lowest priority number count; what is wrong with the others is a note only, while one of the
// first can be reached (RFC 2782). So is an address that cannot be reached beside one that can.
// `ready` needs proof: our certificate was taken and OPTIONS accepted in our name; of our own
// domain
// (`self`), that its Edge showed a certificate and wants one.
GoLiveAnswer go_live(const FederationRow& asked, const ScanResult& run);

// EndpointReason is a reason about one endpoint.
struct EndpointReason {
    GoLiveReason reason;
    bool reach = false; // about reaching it at all: another address may stand in
};

// EndpointStanding is what one endpoint's row comes to.
struct EndpointStanding {
    std::vector<EndpointReason> reasons;
    bool shown = false;    // it showed its certificate
    bool accepted = false; // it took our certificate and our OPTIONS
};
EndpointStanding standing_of(
    const EndpointRow&, const FederationRow& asked
); // go_live_endpoint.cpp

// The findings that make a peer's Edge refuse this certificate; `chain` is the one they are about.
std::vector<const Finding*> refusing(const std::vector<const Finding*>&, const Chain* chain);

} // namespace lyncprobe::rules
