// SPDX-License-Identifier: MIT
// What a finding breaks and for whom: what depends on the certificate and the port that it is
// about, and how much of that the fault stops. Two tables with their sources, and functions over
// them.
#pragma once

#include "model/scan_result.h"

#include <optional>
#include <string_view>
#include <vector>

namespace lyncprobe::rules {

// Impact is what stops where an endpoint is of no use to anybody.
struct Impact {
    Importance importance = Importance::none;
    std::vector<Function> breaks; // in the order of the vocabulary
    void add(const Impact&);      // the worse importance, all that breaks
};

Impact impact_of(const Target&); // by its service, else by certificate use, else by protocol
Impact impact_of_ours();         // of a certificate of our own, by which this program connects
Impact impact_of_record(const Finding&); // of one about DNS: by the record that it names

// How much of that a fault stops.
enum class Effect : std::uint8_t {
    stops,     // all of it
    lessens,   // some clients, some of the time, or soon: one grade less
    silent,    // nothing yet, or nobody notices: C at most
    ours_only, // nobody but this program
    nothing
};

// Fault is what the breach of one rule comes to.
struct Fault {
    std::string_view rule;
    Remedy remedy = Remedy::settings;
    Effect fail = Effect::stops;
    Effect warn = Effect::lessens;
    // What to do, "{}" for where; empty for the kinds of remedies that name themselves.
    std::string_view task = {};
    // Of another certificate than the one that the endpoint presents: what that one is for.
    std::optional<CertificateUse> use = {};
};
const Fault& fault_of(std::string_view rule); // of a rule that is not known: as bad as the endpoint

// Fills in `breaks` and `importance` where the finding fails or warns.
void weigh(Finding&, const Impact&);
const Finding* weighed(const Finding*, const Impact&, FindingPool&);
// Of all its endpoints together. A connection that fails stops no more than what the side that
// opens it is there for.
Impact impact_of(const ScanResult&, const TopologyRow&);

// All findings of a result, for one that was stored before findings were rated.
void rate(ScanResult&);

} // namespace lyncprobe::rules
