// SPDX-License-Identifier: MIT
// The names that a target list explains, by which a certificate belongs to the deployment.
#pragma once

#include "model/certificate.h"
#include "model/scan_result.h"

#include <functional>
#include <set>
#include <string>

namespace lyncprobe::rules {

// DeploymentNames is every name that the target list explains: hosts, servers, pools, expected
// names, and in each SIP domain what clients look for.
class DeploymentNames {
  public:
    explicit DeploymentNames(const Declared&);
    bool has(const std::string& name) const; // as normal_name() gives it

  private:
    std::set<std::string, std::less<>> names_, domains_;
};

// In lower case, with its wildcard; empty where it is no FQDN, which other rules see.
std::string normal_name(const std::string&);

// The list has a topology, and none of the certificate's names is explained by it.
bool is_stranger(const Certificate&, const Declared&);

} // namespace lyncprobe::rules
