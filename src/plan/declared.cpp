// SPDX-License-Identifier: MIT
#include "plan/declared.h"

#include <set>

namespace lyncprobe::plan {

namespace {

using Names = std::set<std::string>; // many targets share few

void add(Names& names, const std::string& name) {
    if (!name.empty() && !parse_address(name)) names.insert(name);
}

void add_all(Names& names, const std::vector<std::string>& more) {
    for (const auto& name : more)
        add(names, name);
}

// Also what no service of the pool is reached under, such as the web name of a stopped web site.
void add_pool(Names& names, const Pool& pool) {
    add(names, pool.fqdn);
    for (const auto& server : pool.servers)
        add(names, server.host);
    for (const auto* name :
         {&pool.internal_web, &pool.external_web, &pool.external.access,
          &pool.external.web_conferencing, &pool.external.av})
        add(names, *name);
    add_all(names, pool.publishes);
}

} // namespace

Declared declared_by(const Deployment& deployment) {
    Declared out;
    out.sip_domains = deployment.sip_domains;
    out.topology = !deployment.sites.empty();
    if (!out.topology) return out;
    Names names;
    for (const auto& site : deployment.sites)
        for (const auto& pool : site.pools)
            add_pool(names, pool);
    for (const auto* urls :
         {&deployment.simple_urls.meet, &deployment.simple_urls.dialin,
          &deployment.simple_urls.admin})
        add_all(names, *urls);
    for (const auto& target : deployment.targets) {
        for (const auto* name : {&target.host, &target.server, &target.pool})
            add(names, *name);
        add_all(names, target.names);
    }
    out.names.assign(names.begin(), names.end());
    return out;
}

} // namespace lyncprobe::plan
