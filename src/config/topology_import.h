// SPDX-License-Identifier: MIT
// What stands in a topology file → a deployment, and a list of what makes no endpoint of it.
#pragma once

#include "config/topology_xml.h"
#include "model/deployment.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lyncprobe::config {

struct ImportedTopology {
    // sip_domains, simple_urls, sites; and as `targets` the ports that are no service of
    // plan/services.h.
    Deployment deployment;
    std::vector<std::string> target_remarks; // beside each target: what the file calls the port
    // What a person should know of a pool (by FQDN and role).
    std::map<std::pair<std::string, Role>, std::vector<std::string>> pool_remarks;
    std::vector<LeftOut> left_out; // in the order of the file
};

// The bytes of a file; a problem where it is no topology or names nothing to probe.
Result<ImportedTopology> import_topology(std::string_view bytes);

// A target list that says the same, with remarks for people; `source` is the file's name.
std::string to_yaml(const ImportedTopology&, std::string_view source);

} // namespace lyncprobe::config
