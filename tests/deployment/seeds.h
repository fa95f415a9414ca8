// SPDX-License-Identifier: MIT
// The faults that are planted into the deployment, and what a scan must say about each.
#pragma once

#include "deployment/deployment.h"

#include <span>
#include <string>
#include <vector>

namespace lyncprobe::test {

// Place is a number of listeners: globs of a server, and of a service or of a certificate's use.
struct Place {
    std::string server, what = "*";
};

// Extent is how much of the program a scan uses.
enum class Extent { usual, with_matrices };

// Said is what one rule must say, or how the probe must end.
struct Said {
    std::string rule, verdict;        // or "outcome" and the outcome
    std::vector<std::string> at = {}; // globs of endpoints; empty = wherever the fault is
    bool together = false;            // one finding about all of them, of a rule over the whole run
    Extent extent = Extent::usual;    // the least with which it is said
};

struct Seed {
    std::string fault; // in words
    Place place;
    std::vector<Said> said;
    // Before the certificates are issued, and with what the server shows in its hands.
    void (*plant)(Listener&) = nullptr;
    void (*break_up)(lab::ServerSpec&, const lab::DemoPki&) = nullptr;
};

std::span<const Seed> seeds();

bool is_at(const Place&, const Listener&);

} // namespace lyncprobe::test
