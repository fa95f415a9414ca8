// SPDX-License-Identifier: MIT
#include "plan/expand.h"
#include "plan/wanted_certificates.h"

#include <algorithm>
#include <memory>

#include <doctest/doctest.h>

using namespace lyncprobe;
using Texts = std::vector<std::string>;
using Use = CertificateUse;

namespace {

Pool pool(Role role, std::string fqdn, const Texts& servers) {
    Pool out;
    out.role = role;
    out.fqdn = std::move(fqdn);
    for (const auto& server : servers)
        out.servers.emplace_back().host = server;
    return out;
}

Deployment deployment(std::vector<Pool> pools) {
    Deployment out;
    out.sip_domains = {"contoso.com", "fabrikam.com"};
    out.simple_urls.meet = {"meet.contoso.com"};
    out.sites = {{"Redmond", std::move(pools)}};
    out.targets = plan::expand(out);
    return out;
}

Pool edge_pool() {
    auto out =
        pool(Role::edge, "edge.contoso.local", {"edge01.contoso.local", "edge02.contoso.local"});
    out.external = {"access.contoso.com", "webconf.contoso.com", "av.contoso.com"};
    return out;
}

const WantedCertificate& find(const std::vector<WantedCertificate>& list, std::string_view id) {
    const auto at = std::ranges::find(list, id, &WantedCertificate::id);
    REQUIRE_MESSAGE(at != list.end(), id);
    return *at;
}

ChainPtr chain_of(Texts san) {
    auto certificate = std::make_shared<Certificate>();
    certificate->sha256[0] = static_cast<std::uint8_t>(san.size());
    certificate->thumbprint = "AB";
    certificate->san.emplace().dns = std::move(san);
    auto chain = std::make_shared<Chain>();
    chain->presented = {certificate};
    return chain;
}

} // namespace

TEST_CASE("wanted certificates: inside one a server for all its uses, with the names of each") {
    auto front_end =
        pool(Role::front_end, "pool.contoso.local", {"fe1.contoso.local", "fe2.contoso.local"});
    front_end.internal_web = "poolweb.contoso.local";
    front_end.external_web = "web.contoso.com";
    front_end.sip_names = true;
    const auto list = plan::wanted_certificates(deployment({front_end}));
    REQUIRE(list.size() == 3);
    const auto& fe2 = find(list, "fe2.contoso.local:Default");
    CHECK(fe2.servers == Texts{"fe2.contoso.local"});
    CHECK(fe2.subject == "pool.contoso.local");
    CHECK(
        fe2.names ==
        Texts{
            "pool.contoso.local", "fe2.contoso.local", "sip.contoso.com", "sip.fabrikam.com",
            "poolweb.contoso.local", "meet.contoso.com", "lyncdiscoverinternal.contoso.com",
            "lyncdiscoverinternal.fabrikam.com", "web.contoso.com", "lyncdiscover.contoso.com",
            "lyncdiscover.fabrikam.com"}
    );
    CHECK(fe2.automatic == Texts{"pool.contoso.local", "fe2.contoso.local"});
    CHECK(has_use(fe2, Use::default_));
    CHECK(has_use(fe2, Use::web_services_external));
    CHECK(fe2.issuer == IssuerKind::private_ca);
    CHECK_FALSE(fe2.exportable);

    const auto& oauth = list.back();
    CHECK(oauth.id == "deployment:OAuthTokenIssuer");
    CHECK(oauth.subject == "contoso.com");
    CHECK(oauth.exportable);
}

TEST_CASE("wanted certificates: an Edge pool has three, each on all its servers") {
    auto edge = edge_pool();
    edge.services = {{"xmpp", true}};
    const auto list = plan::wanted_certificates(deployment({edge}));
    REQUIRE(list.size() == 3);
    for (const auto& one : list) {
        CHECK(one.servers == Texts{"edge01.contoso.local", "edge02.contoso.local"});
        CHECK(one.exportable);
    }
    const auto& outside = find(list, "edge.contoso.local:AccessEdgeExternal");
    CHECK(outside.subject == "access.contoso.com");
    CHECK(
        outside.names ==
        Texts{
            "access.contoso.com", "sip.contoso.com", "sip.fabrikam.com", "contoso.com",
            "fabrikam.com", "webconf.contoso.com"}
    );
    CHECK(outside.automatic.empty());
    CHECK(outside.issuer == IssuerKind::public_ca);
    CHECK(find(list, "edge.contoso.local:Internal").names == Texts{"edge.contoso.local"});
    // Nobody looks at the names of this one.
    const auto& av = find(list, "edge.contoso.local:AudioVideoAuthentication");
    CHECK(av.names == Texts{"edge.contoso.local"});
    CHECK(av.issuer == IssuerKind::either);
}

TEST_CASE("wanted certificates: neighbours, and what no certificate may have") {
    auto gateway = pool(Role::gateway, "gw.contoso.com", {"gw_1.contoso.com", "192.0.2.7"});
    auto proxy =
        pool(Role::reverse_proxy, "rp.contoso.com", {"rp1.contoso.com", "rp2.contoso.com"});
    proxy.publishes = {"web.contoso.com", "meet.contoso.com"};
    const auto list = plan::wanted_certificates(deployment({gateway, proxy}));
    REQUIRE(list.size() == 3);
    const auto& odd = list[0];
    CHECK(odd.refused == Texts{"gw_1.contoso.com"});
    CHECK(odd.subject == "gw.contoso.com");
    CHECK(odd.exportable);
    const auto& web = find(list, "rp.contoso.com:WebServicesExternal");
    CHECK(web.subject == "web.contoso.com");
    CHECK(
        web.names ==
        Texts{
            "web.contoso.com", "meet.contoso.com", "lyncdiscover.contoso.com",
            "lyncdiscover.fabrikam.com"}
    );
    CHECK(web.issuer == IssuerKind::public_ca);
    CHECK(web.servers == Texts{"rp1.contoso.com", "rp2.contoso.com"});
}

TEST_CASE("wanted certificates: a SIP domain that no registrar is named in gets sip.<domain>") {
    const auto list =
        plan::wanted_certificates(deployment({pool(Role::standard_edition, "se.contoso.com", {})}));
    const auto& names = find(list, "se.contoso.com:Default").names;
    CHECK(std::ranges::count(names, "sip.fabrikam.com") == 1);
    CHECK(std::ranges::count(names, "sip.contoso.com") == 0);
}

TEST_CASE("wanted certificates: --target takes server, pool, host and id, of any case") {
    const auto all =
        deployment({edge_pool(), pool(Role::mediation, "med.contoso.com", {"m1.contoso.com"})});
    CHECK(plan::wanted_certificates(all, {"M1.*"}).size() == 1);
    CHECK(plan::wanted_certificates(all, {"edge.contoso.LOCAL"}).size() == 3);
    CHECK(plan::wanted_certificates(all, {"webconf.*"}).size() == 1);
    CHECK(plan::wanted_certificates(all, {"*:internal"}).size() == 1);
    CHECK(plan::wanted_certificates(all, {"nobody"}).empty());
}

TEST_CASE("wanted certificates: what a result shows, what is lacking, and what is to be done") {
    const auto list = deployment({edge_pool()});
    ScanResult result;
    result.targets = list.targets;
    for (std::size_t i = 0; i < list.targets.size(); ++i) {
        const auto use = list.targets[i].use;
        if (use != Use::access_edge_external && use != Use::data_edge_external) continue;
        auto& row = result.endpoints.emplace_back();
        row.id = "row " + std::to_string(i);
        row.target = i;
        row.main.chain = chain_of({"access.contoso.com", "sip.contoso.com", "webconf.contoso.com"});
    }
    REQUIRE(!result.endpoints.empty());
    auto wanted = plan::wanted_certificates(list);
    plan::compare(wanted, result, {});
    const auto& outside = find(wanted, "edge.contoso.local:AccessEdgeExternal");
    REQUIRE(outside.presented.size() == 1);
    CHECK(outside.presented.front().endpoints.size() == result.endpoints.size());
    CHECK(outside.presented.front().lacks == Texts{"sip.fabrikam.com"});
    REQUIRE(outside.due.size() == 1);
    CHECK(outside.due.front().find("lacks sip.fabrikam.com") != std::string::npos);
    CHECK(find(wanted, "edge.contoso.local:Internal").due.empty());

    TodoItem item;
    item.kind = Remedy::reissue;
    item.remedy = "reissue the certificate of edge01";
    item.endpoints = {0};
    item.reasons.push_back({"host-name", Verdict::fail, "lacks sip.fabrikam.com", {}, {}, {}});
    auto again = plan::wanted_certificates(list);
    plan::compare(again, result, {item});
    CHECK(find(again, outside.id).due == Texts{headline(item)});
    item.kind = Remedy::complete_chain;
    auto third = plan::wanted_certificates(list);
    plan::compare(third, result, {item});
    CHECK(find(third, outside.id).due == outside.due);
}
