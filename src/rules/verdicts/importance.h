// SPDX-License-Identifier: MIT
// What a finding breaks and for whom: what depends on the certificate and the port that it is
// about, and how much of that the fault stops. Two tables with their sources, and functions over
// them.
#pragma once

#include "model/scan_result.h"

#include <optional>
#include <span>
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
Impact impact_of(const ScanResult&, std::span<const std::size_t> endpoints); // of all together

} // namespace lyncprobe::rules
