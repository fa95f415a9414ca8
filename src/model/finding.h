// SPDX-License-Identifier: MIT
// What the rules said about an endpoint, an identity or a file.
#pragma once

#include "model/certificate.h"
#include "model/facts.h"
#include "model/importance.h"
#include "model/vocabulary.h"

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace lyncprobe {

// Finding is the verdict of one rule on one certificate or on the whole subject.
struct Finding {
    std::string rule;   // id
    std::string source; // document and section; empty where the finding passes or does not apply
    std::string fix;    // same
    Verdict verdict = Verdict::pass;
    std::optional<Fingerprint> certificate;
    std::string message; // one sentence; foreign text in it still raw
    Facts evidence;
    std::optional<std::string> waived; // the waiver's reason
    // Where it fails or warns: what stops by it and how much that matters; rules/verdicts rates it.
    std::vector<Function> breaks;
    std::optional<Importance> importance; // absent: not rated, as in older results
    bool operator==(const Finding&) const = default;
};

// FindingPool keeps each distinct finding once and drops none: pointers stay valid as long as the
// pool lives.
class FindingPool {
  public:
    const Finding* keep(Finding);

  private:
    struct Hash {
        std::size_t operator()(const Finding&) const;
    };
    std::unordered_set<Finding, Hash> findings_;
};

} // namespace lyncprobe
