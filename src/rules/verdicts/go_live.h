// SPDX-License-Identifier: MIT
// The verdict of `lyncprobe federation`: will federation with a domain work, and if not, who has to
// change what. Pure: DNS answers, rows and findings of a run in, reasons out.
#pragma once

#include "model/federation.h"
#include "model/scan_result.h"
#include "rules/engine/waivers.h"

#include <cstdint>
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
// domain (`self`), that its Edge showed a certificate and wants one.
// What answers at a private address of an SRV target proves nothing, unless `allow_private`.
// What is waived is said and does not count; then `ready` rests on the waiver, and needs no proof.
GoLiveAnswer go_live(
    const FederationRow& asked, const ScanResult& run, const Waivers& waivers = {},
    bool allow_private = false
);

// Weighed is a reason with what decides how much it counts.
struct Weighed {
    GoLiveReason reason;
    bool reach = false;         // about reaching it at all: another address or record may stand in
    std::uint16_t priority = 0; // of the SRV record that leads there
};

// EndpointStanding is what one endpoint's row comes to.
struct EndpointStanding {
    std::vector<Weighed> reasons; // still without their priority
    bool shown = false;           // it showed its certificate
    bool accepted = false;        // it took our certificate and our OPTIONS
};
// `ours`: the chain of our certificate; null where none was given. In go_live_endpoint.cpp.
EndpointStanding standing_of(const EndpointRow&, const FederationRow& asked, const Chain* ours);

// The findings that make a peer's Edge refuse this certificate; `chain` is the one they are about.
std::vector<const Finding*> refusing(const std::vector<const Finding*>&);

} // namespace lyncprobe::rules
