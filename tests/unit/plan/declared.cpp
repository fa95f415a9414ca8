// SPDX-License-Identifier: MIT
#include "plan/declared.h"

#include <doctest/doctest.h>

using namespace lyncprobe;

TEST_CASE("declared: the names of targets, pools, servers, web services and simple URLs, once") {
    Deployment deployment;
    deployment.sip_domains = {"contoso.com"};
    auto& target = deployment.targets.emplace_back();
    target.host = "192.0.2.7";
    target.server = target.pool = "sbc.contoso.com";
    target.names = {"trunk.contoso.com", "192.0.2.7"};
    CHECK(!plan::declared_by(deployment).topology);
    CHECK(plan::declared_by(deployment).names.empty());
    Pool pool;
    pool.fqdn = "pool.contoso.com";
    pool.servers.emplace_back().host = "fe01.contoso.com";
    pool.external_web = "lyncweb.contoso.com";
    pool.external.web_conferencing = "webconf.contoso.com";
    pool.publishes = {"wac.contoso.com"};
    deployment.sites.push_back({"Redmond", {pool}});
    deployment.simple_urls.meet = {"meet.contoso.com"};
    const auto declared = plan::declared_by(deployment);
    CHECK(declared.topology);
    CHECK(declared.sip_domains == deployment.sip_domains);
    CHECK(
        declared.names ==
        std::vector<std::string>{
            "fe01.contoso.com", "lyncweb.contoso.com", "meet.contoso.com", "pool.contoso.com",
            "sbc.contoso.com", "trunk.contoso.com", "wac.contoso.com", "webconf.contoso.com"}
    );
}
