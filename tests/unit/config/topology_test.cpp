// SPDX-License-Identifier: MIT
// `topology:` and `simple_urls:`: what each key becomes, and what a large deployment is expanded
// to.
#include "plan/plan.h"
#include "unit/config/reading.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

using Texts = std::vector<std::string>;

const Deployment& three_sites() {
    static const Deployment deployment = [] {
        std::ifstream in(LYNCPROBE_SOURCE_DIR "/tests/unit/config/topologies/three-sites.yaml");
        REQUIRE(in.good());
        return read_good({std::istreambuf_iterator<char>(in), {}});
    }();
    return deployment;
}

const Target& named(const Deployment& deployment, std::string_view name) {
    const auto found = std::find_if(
        deployment.targets.begin(), deployment.targets.end(),
        [name](const Target& target) { return target.name == name; }
    );
    if (found == deployment.targets.end()) FAIL("no target is called " << name);
    return *found;
}

Texts address_texts(const Target& target) {
    Texts out;
    for (const auto& address : target.addresses)
        out.push_back(to_text(address));
    return out;
}

} // namespace

TEST_CASE("topology: three sites, twelve pools and forty servers become every endpoint they have") {
    const auto& deployment = three_sites();
    REQUIRE(deployment.sites.size() == 3);
    std::size_t pools = 0, servers = 0;
    for (const auto& site : deployment.sites)
        for (const auto& pool : site.pools) {
            ++pools;
            servers += std::max<std::size_t>(pool.servers.size(), 1);
        }
    CHECK(pools == 12);
    CHECK(servers == 40);

    std::map<std::string, int> per_pool;
    for (const auto& target : deployment.targets)
        ++per_pool[target.pool];
    const std::map<std::string, int> expected{
        {"pool01.contoso.example", 8 * 18}, // with Mediation
        {"dirpool.contoso.example", 2 * 4},
        {"edgepool.contoso.example", 4 * 11},
        {"med.contoso.example", 3 * 2},
        {"chat.contoso.example", 4 * 2},
        {"rp.contoso.example", 2 * 8}, // three web sites, three simple URLs, two domains
        {"owa.contoso.example", 2 * 1},
        {"pool02.contoso.example", 6 * 17},
        {"edge2.contoso.example", 2 * 7 + 5 + 2}, // inside by machine, outside by name
        {"um.contoso.example", 2 * 1},
        {"sba01.contoso.example", 4},
        {"app.contoso.example", 4 * 2}};
    CHECK(per_pool == expected);
    CHECK(deployment.targets.size() == 365);

    std::set<std::string> names;
    for (const auto& target : deployment.targets) {
        CHECK_MESSAGE(names.insert(target.name).second, target.name);
        CHECK(target.role_given);
        CHECK(target.place.line > 0);
        CHECK_FALSE(target.site.empty());
        CHECK_FALSE(target.service.empty());
    }
    const auto prepared = plan::prepare(deployment.targets, deployment.inputs);
    CHECK(prepared.targets.size() == 365);
    CHECK(prepared.warnings.empty());
}

TEST_CASE("topology: a Front End server's certificates carry pool, server and web names") {
    const auto& deployment = three_sites();
    const auto& registrar = named(deployment, "fe08.contoso.example registrar");
    CHECK(registrar.host == "fe08.contoso.example");
    CHECK(address_texts(registrar) == Texts{"10.0.0.8", "2001:db8::8"});
    CHECK(registrar.port == 5061);
    CHECK(registrar.probe == Probe::sip);
    CHECK(registrar.role == Role::front_end);
    CHECK(registrar.use == CertificateUse::default_);
    CHECK(registrar.side == Side::internal);
    CHECK(registrar.pool == "pool01.contoso.example");
    CHECK(registrar.server == "fe08.contoso.example");
    CHECK(registrar.site == "Redmond");
    CHECK_FALSE(registrar.sni.has_value());
    CHECK(registrar.names == Texts{"pool01.contoso.example", "fe08.contoso.example"});
    CHECK(registrar.identity == "inside");
    CHECK(registrar.mutual == Mutual::automatic);
    CHECK(registrar.product == Product::lync_2013);
    CHECK(registrar.os == OperatingSystem::windows_server_2012_r2);
    CHECK(registrar.enrollment.method == EnrollmentMethod::automatic);
    CHECK(registrar.timeout == Milliseconds{7000});
    CHECK(
        address_texts(named(deployment, "fe08.contoso.example mediation-gateway")) ==
        Texts{"10.0.1.8"}
    );

    const auto& inside = named(deployment, "fe01.contoso.example web-internal");
    CHECK(inside.port == 443);
    CHECK(inside.probe == Probe::https);
    CHECK(inside.use == CertificateUse::web_services_internal);
    CHECK(inside.mutual == Mutual::none);
    CHECK(inside.sni == "pool01web.contoso.example");
    CHECK(
        inside.names ==
        Texts{
            "pool01web.contoso.example", "fe01.contoso.example", "pool01.contoso.example",
            "meet.contoso.example", "meet.fabrikam.example", "dialin.contoso.example",
            "admin.contoso.example", "lyncdiscoverinternal.contoso.example",
            "lyncdiscoverinternal.fabrikam.example"}
    );
    const auto& outside = named(deployment, "fe01.contoso.example web-external");
    CHECK(outside.port == 4443);
    CHECK(outside.use == CertificateUse::web_services_external);
    CHECK(outside.sni == "web.contoso.example");
    CHECK(
        outside.names ==
        Texts{
            "web.contoso.example", "meet.contoso.example", "meet.fabrikam.example",
            "dialin.contoso.example", "lyncdiscover.contoso.example",
            "lyncdiscover.fabrikam.example"}
    );
    CHECK(
        named(deployment, "fe21.contoso.example web-external").names ==
        Texts{
            "dublinweb.contoso.example", "meet.contoso.example", "meet.fabrikam.example",
            "dialin.contoso.example"}
    );
    CHECK(named(deployment, "fe01.contoso.example application-sharing").port == 5065);
}

TEST_CASE("topology: sip names belong to the pool that says so, to appliances and to Access Edges"
) {
    const auto& deployment = three_sites();
    CHECK(
        named(deployment, "dir01.contoso.example registrar").names ==
        Texts{
            "dirpool.contoso.example", "dir01.contoso.example", "sip.contoso.example",
            "sip.fabrikam.example"}
    );
    const auto& sba = named(deployment, "sba01.contoso.example registrar");
    CHECK(
        sba.names == Texts{"sba01.contoso.example", "sip.contoso.example", "sip.fabrikam.example"}
    );
    CHECK(sba.timeout == Milliseconds{20'000});
    CHECK(named(deployment, "sba01.contoso.example sba-mediation-gateway").port == 5082);
    CHECK(
        named(deployment, "edge01.contoso.example federation").names ==
        Texts{"sip.contoso.example", "sip.fabrikam.example"}
    );
}

TEST_CASE("topology: an Edge is probed on each machine's addresses, NAT ones where they are known"
) {
    const auto& deployment = three_sites();
    const auto& clients = named(deployment, "edge01.contoso.example access-edge-clients");
    CHECK(clients.host == "sip.contoso.example");
    CHECK(address_texts(clients) == Texts{"203.0.113.1"});
    CHECK(clients.port == 443);
    CHECK(clients.use == CertificateUse::access_edge_external);
    CHECK(clients.side == Side::external);
    CHECK(clients.server == "edge01.contoso.example");
    CHECK(clients.mutual == Mutual::none);
    const auto& federation = named(deployment, "edge02.contoso.example federation");
    CHECK(federation.port == 5061);
    CHECK(federation.probe == Probe::federation);
    CHECK(federation.identity == "edge");
    CHECK(federation.mutual == Mutual::automatic);
    CHECK(
        named(deployment, "edge01.contoso.example web-conferencing-edge-clients").names ==
        Texts{"webconf.contoso.example"}
    );
    const auto& av = named(deployment, "edge01.contoso.example av-edge-clients");
    CHECK(address_texts(av) == Texts{"203.0.113.21"});
    CHECK(av.probe == Probe::av_edge);
    CHECK(av.names.empty());
    const auto& udp = named(deployment, "edge02.contoso.example av-edge-clients-udp");
    CHECK(udp.port == 3478);
    CHECK(udp.transport == Transport::udp);
    const auto& inside = named(deployment, "edge01.contoso.example access-edge-internal");
    CHECK(address_texts(inside) == Texts{"10.1.0.1"});
    CHECK(inside.use == CertificateUse::internal);
    CHECK(inside.names == Texts{"edgepool.contoso.example"});
    CHECK(named(deployment, "edge01.contoso.example replication").probe == Probe::replication);
    CHECK(named(deployment, "edge01.contoso.example av-authentication").port == 5062);
}

TEST_CASE("topology: one name for a whole Edge has ports of its own, and XMPP asks for each domain"
) {
    const auto& deployment = three_sites();
    CHECK(named(deployment, "access2.contoso.example access-edge-clients").port == 5061);
    CHECK(named(deployment, "access2.contoso.example web-conferencing-edge-clients").port == 444);
    CHECK(named(deployment, "access2.contoso.example av-edge-clients").port == 443);
    CHECK(named(deployment, "access2.contoso.example federation").port == 5061);
    const auto& xmpp = named(deployment, "access2.contoso.example fabrikam.example xmpp-edge");
    CHECK(xmpp.port == 5269);
    CHECK(xmpp.sip_domain == "fabrikam.example");
    CHECK(xmpp.names == Texts{"contoso.example", "fabrikam.example"});
    CHECK(named(deployment, "edge21.contoso.example xmpp-edge-internal").port == 23456);
}

TEST_CASE("topology: a reverse proxy is asked under every name that it publishes") {
    const auto& deployment = three_sites();
    const auto& web =
        named(deployment, "rp01.contoso.example dublinweb.contoso.example published-web");
    CHECK(web.host == "dublinweb.contoso.example");
    CHECK(address_texts(web) == Texts{"203.0.113.31"});
    CHECK(web.names == Texts{"dublinweb.contoso.example"});
    CHECK(web.mutual == Mutual::automatic); // as the pool says
    const auto& discover =
        named(deployment, "rp02.contoso.example lyncdiscover.fabrikam.example autodiscover");
    CHECK(discover.probe == Probe::autodiscover);
    CHECK(discover.sip_domain == "fabrikam.example");
    CHECK_FALSE(discover.plain);
    const auto explicitly = read_good(R"(
sip_domains: [contoso.example]
topology:
  - site: A
    pools:
      - {fqdn: rp.contoso.example, role: reverse-proxy, publishes: [a.contoso.example], services: {autodiscover-http: yes}}
)");
    REQUIRE(explicitly.targets.size() == 3);
    CHECK(explicitly.targets[0].name == "a.contoso.example published-web");
    CHECK(explicitly.targets[2].port == 80);
    CHECK(explicitly.targets[2].plain);
}

TEST_CASE("topology: neighbours") {
    const auto& deployment = three_sites();
    const auto& owa = named(deployment, "owa01.contoso.example office-web-apps");
    CHECK(owa.host == "owa01.contoso.example");
    CHECK(owa.sni == "owa.contoso.example");
    CHECK(owa.names == Texts{"owa.contoso.example"});
    CHECK(named(deployment, "um01.contoso.example um").names == Texts{"um01.contoso.example"});
    CHECK(
        named(deployment, "app01.contoso.example application 6001").names ==
        Texts{"app.contoso.example", "app01.contoso.example"}
    );
    const auto gateway = read_good(R"(
topology:
  - site: A
    pools: [{fqdn: gw.contoso.example, role: gateway, servers: [192.0.2.9]}]
)");
    REQUIRE(gateway.targets.size() == 1);
    CHECK(gateway.targets.front().host == "192.0.2.9");
    CHECK(gateway.targets.front().sni == "gw.contoso.example");
    CHECK(gateway.targets.front().names == Texts{"gw.contoso.example"});
}

TEST_CASE("topology: what is said of one service wins over what is said of its group") {
    const auto deployment = read_good(R"(
topology:
  - site: A
    pools:
      - fqdn: fe.contoso.example
        role: standard-edition
        services: {conferencing: no, im-conferencing: yes, logging: yes}
        ports: {call-park: 6075}
)");
    std::set<std::string> services;
    for (const auto& target : deployment.targets)
        services.insert(std::string(target.service));
    CHECK(services.count("im-conferencing") == 1);
    CHECK(services.count("av-conferencing") == 0);
    CHECK(named(deployment, "fe.contoso.example logging 50003").port == 50003);
    CHECK(named(deployment, "fe.contoso.example call-park").port == 6075);
}

TEST_CASE("topology: an Edge without outside names is probed inside, with a warning") {
    const auto outcome =
        read({{"t.yaml", "topology: [{site: A, pools: [{fqdn: e.contoso.example, role: edge}]}]\n"}}
        );
    CHECK(outcome.problems.empty());
    CHECK(outcome.deployment.targets.size() == 6);
    REQUIRE(outcome.deployment.warnings.size() == 1);
    CHECK(to_text(outcome.deployment.warnings.front()).starts_with("t.yaml:1:"));
}

TEST_CASE("topology: several lists are one deployment, each with its own defaults") {
    const auto outcome = read(
        {{"a.yaml", "sip_domains: [contoso.example]\nsimple_urls: {meet: meet.contoso.example}\n"
                    "topology: [{site: A, pools: [{fqdn: a.contoso.example, role: director}]}]\n"
                    "defaults: {timeout: 3s, product: lync-server-2013, mutual: both}\n"},
         {"b.yaml", "topology: [{site: A, pools: [{fqdn: b.contoso.example, role: director}]}]\n"
                    "targets: [{host: c.contoso.example}]\n"}}
    );
    CHECK(texts(outcome) == Texts{});
    const auto& deployment = outcome.deployment;
    REQUIRE(deployment.sites.size() == 1);
    CHECK(deployment.sites.front().pools.size() == 2);
    CHECK(deployment.targets.size() == 1 + 2 * 4);
    CHECK(deployment.targets.front().host == "c.contoso.example");
    const auto& a = named(deployment, "a.contoso.example registrar");
    CHECK(a.timeout == Milliseconds{3000});
    CHECK(a.product == Product::lync_2013);
    CHECK(a.mutual == Mutual::both);
    const auto& b = named(deployment, "b.contoso.example web-internal");
    CHECK_FALSE(b.timeout.has_value());
    CHECK(
        b.names ==
        Texts{"b.contoso.example", "meet.contoso.example", "lyncdiscoverinternal.contoso.example"}
    );
    CHECK(b.place.list == 1);
}

TEST_CASE("topology: probes that are not built yet are planned all the same") {
    const auto nothing_built = [](Probe) { return false; };
    const auto outcome = config::read_target_lists(
        {{"t.yaml", "topology: [{site: A, pools: [{fqdn: o.contoso.example, role: "
                    "office-web-apps}]}]\n"}},
        {nothing_built, {}}
    );
    CHECK(texts(outcome) == Texts{});
    CHECK(outcome.deployment.targets.size() == 1);
}

TEST_CASE("simple URLs are hosts, by themselves or in their address, once each") {
    const auto deployment = read_good(R"(
simple_urls:
  meet: [https://Meet.contoso.example/x, meet.contoso.example, https://meet2.contoso.example:443]
  dialin: https://dialin.contoso.example/
targets: [{host: a.contoso.example}]
)");
    CHECK(deployment.simple_urls.meet == Texts{"meet.contoso.example", "meet2.contoso.example"});
    CHECK(deployment.simple_urls.dialin == Texts{"dialin.contoso.example"});
    CHECK(deployment.simple_urls.admin.empty());
}
