// SPDX-License-Identifier: MIT
// What is wrong with the records of a SIP domain. Pure: answers in, findings out.
#pragma once

#include "model/discovery.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lyncprobe::plan {

// CheckInfo is one check by its id; how to mend what it finds, and where the demand stands.
struct CheckInfo {
    std::string_view id, demand, fix, source;
};
std::span<const CheckInfo> discovery_checks();

// Findings of every check, in the order of the records; nothing about a domain that was not asked.
std::vector<Finding> judge_discovery(const DomainDiscovery&);

namespace checks {

// FindingList fills in what belongs to the check.
class FindingList {
  public:
    void add(std::string_view check, Verdict, std::string message, Facts evidence = {});
    std::vector<Finding> take() { return std::move(findings_); }

  private:
    std::vector<Finding> findings_;
};

void judge_srv_records(const DomainDiscovery&, FindingList&);    // srv_checks.cpp
void judge_domain_records(const DomainDiscovery&, FindingList&); // domain_checks.cpp

} // namespace checks

} // namespace lyncprobe::plan
