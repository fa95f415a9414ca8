// SPDX-License-Identifier: MIT
// Rule web-names: no two pools have the same web services FQDN.
#include "rules/engine/all.h"
#include "rules/engine/helpers.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::rules {

namespace {

// Owners are the pools that have one name, and their web sites.
struct Owners {
    std::set<std::string> pools;
    std::vector<std::size_t> endpoints;
};

// By the service and the name under which it is asked.
using WebNames = std::map<std::pair<std::string_view, std::string>, Owners>;

WebNames web_names_in(const ScanResult& run) {
    WebNames out;
    for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
        const auto& target = run.targets[run.endpoints[i].target];
        if (target.service != "web-internal" && target.service != "web-external") continue;
        auto& owners = out[{target.service, server_name_sent(target)}];
        owners.pools.insert(target.pool);
        owners.endpoints.push_back(i);
    }
    return out;
}

std::vector<RunRuling> check_web_names(const ScanResult& run, const IssuerClosures&) {
    std::vector<RunRuling> rulings;
    std::vector<std::size_t> good;
    for (auto& [what, owners] : web_names_in(run)) {
        const auto& [service, name] = what;
        if (owners.pools.size() < 2) {
            good.insert(good.end(), owners.endpoints.begin(), owners.endpoints.end());
            continue;
        }
        const std::vector<std::string> pools(owners.pools.begin(), owners.pools.end());
        auto ruling = fail(fmt::format(
            "{} is the {} web services FQDN of more than one pool: {}", name,
            service == "web-internal" ? "internal" : "external", some_of(pools)
        ));
        rulings.push_back(
            {std::move(ruling).with("name", name).with("pools", pools), std::move(owners.endpoints)}
        );
    }
    std::sort(good.begin(), good.end());
    if (!good.empty()) rulings.push_back({pass(), std::move(good)});
    return rulings;
}

} // namespace

constinit const Rule web_names{
    .id = "web-names",
    .title = "Each pool has web services FQDNs of its own",
    .scope = Scope::deployment,
    .source =
        {.document =
             "Define and configure a Front End pool or Standard Edition server in Lync Server 2013",
         .section = "web services URLs; DNS load balancing; Certificate requirements for internal "
                    "servers, Directors",
         .url =
             "https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/"
             "lync-server-2013-define-and-configure-a-front-end-pool-or-standard-edition-server"},
    .demands = "In a topology no two pools, Directors among them, have the same internal or the "
               "same external web services FQDN.",
    .why = "A reverse proxy or DNS record leads a name to one pool only. Clients of the other pool "
           "then reach servers that do not know them, behind a certificate that looks right.",
    .fix = "give each pool its own web services FQDNs in Topology Builder, publish, and request "
           "the web certificates of the changed pool again",
    .evidence = "name: the FQDN; pools: which have it",
    .check_run = check_web_names,
};

} // namespace lyncprobe::rules
