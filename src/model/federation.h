// SPDX-License-Identifier: MIT
// What `lyncprobe federation` says about one SIP domain: go, no-go, or what cannot be known from
// here, and who has to change what. Filled by rules/go_live.h.
#pragma once

#include "model/discovery.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace lyncprobe {

enum class GoLive : std::uint8_t { ready, will_fail, cannot_tell };

// Who has to change something; `either` where any of the two can mend it, or neither is known to be
// at fault.
enum class Party : std::uint8_t { ours, theirs, either };

// What a reason does to the verdict: it settles it, leaves it open, or is only mentioned.
enum class Weight : std::uint8_t { fails, open, note };

template <>
std::span<const Word<GoLive>> words();
template <>
std::span<const Word<Party>> words();
template <>
std::span<const Word<Weight>> words();

struct GoLiveReason {
    std::string code; // id of a rule or of a check of DNS, or docs/federation.md's
    Weight weight = Weight::open;
    Party side = Party::either;
    std::string message; // one sentence; foreign text in it still raw
    std::string fix;     // empty where there is nothing to do; may hold foreign text, too
    std::string source;  // document and section
    std::optional<std::size_t> endpoint;    // index into ScanResult::endpoints
    std::optional<std::string> waived = {}; // the waiver's reason; then it does not count
    bool operator==(const GoLiveReason&) const = default;
};

struct FederationRow {
    std::string domain;      // in lower case
    std::string direct;      // --direct: the partner's Access Edge by name; empty = by SRV record
    bool self = false;       // our own domain, seen as a partner sees it
    std::string our_domain;  // in whose name it was asked; empty = not known, or `self`
    DomainDiscovery records; // of which only the federation record and its hosts were asked for
    GoLive verdict = GoLive::cannot_tell;
    std::vector<GoLiveReason> reasons;  // by weight, then in the order of a connection
    std::vector<std::size_t> endpoints; // indices into ScanResult::endpoints, by priority
    bool operator==(const FederationRow&) const = default;
};

} // namespace lyncprobe
