// SPDX-License-Identifier: MIT
// Rules pool-certificate, stale-certificate and same-name-same-chain: who presents which issue.
#include "unit/rules/fleet.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Use = CertificateUse;

Target edge(std::string server, std::uint16_t port = 443, Use use = Use::access_edge_external) {
    return in_pool(on(std::move(server), port, Role::edge, use), "edgepool");
}

Target front_end(std::string server, std::uint16_t port = 5061, Use use = Use::default_) {
    return in_pool(on(std::move(server), port, Role::front_end, use), "pool");
}

Target published(std::string host, Role role = Role::reverse_proxy) {
    auto target = on(std::move(host), 443, role, Use::web_services_external);
    target.server.clear();
    return target;
}

} // namespace

TEST_CASE("pool-certificate: one certificate on every server of an Edge pool") {
    Fleet good;
    good.add(edge("edge1"), issued(1));
    good.add(edge("edge2"), issued(1));
    good.add_unseen(edge("edge3"));
    CHECK(text_of(good.only("pool-certificate")) == "pass {pool=edgepool, use=AccessEdgeExternal}");
    CHECK(good.judge("pool-certificate")[0].endpoints == std::vector<std::size_t>{0, 1});

    Fleet bad;
    bad.add(edge("edge1"), issued(1));
    bad.add(edge("edge2"), issued(1));
    bad.add(edge("edge3"), issued(2, "2025-06-01"));
    const auto& finding = bad.only("pool-certificate");
    CHECK(
        text_of(finding) ==
        "fail: the Edge pool edgepool does not have one AccessEdgeExternal certificate: "
        "sip.contoso.com (SHA-256 02000000…), valid 2025-06-01 to 2027-01-01 on edge3:443, but "
        "sip.contoso.com (SHA-256 01000000…), valid 2025-01-01 to 2027-01-01 on edge1:443, "
        "edge2:443. To "
        "do: put the first of these on every server {pool=edgepool, use=AccessEdgeExternal, "
        "same_key=no}"
    );
    // The newest comes first, also where fewer have it.
    CHECK(says(
        finding, "(SHA-256 02000000…), valid 2025-06-01 to 2027-01-01 on edge3:443, but "
                 "sip.contoso.com (SHA-256 01"
    ));
    CHECK(says(finding, "on edge1:443, edge2:443"));
    CHECK(bad.judge("pool-certificate")[0].endpoints == std::vector<std::size_t>{0, 1});
    CHECK(finding.evidence.text("pool") == "edgepool");
    CHECK(finding.evidence.text("use") == "AccessEdgeExternal");
    CHECK(std::get<bool>(*finding.evidence.find("same_key")) == false);
}

TEST_CASE("pool-certificate: certificates of one hour are told apart by how many have them") {
    Fleet fleet;
    auto late = issued(2);
    late.not_before = *late.not_before + std::chrono::minutes(5);
    late.key.spki_sha256 = issued(1).key.spki_sha256;
    fleet.add(edge("edge1"), late);
    fleet.add(edge("edge2"), issued(1));
    fleet.add(edge("edge3"), issued(1));
    const auto& finding = fleet.only("pool-certificate");
    CHECK(says(finding, "on edge2:443, edge3:443, but sip.contoso.com (SHA-256 02"));
    CHECK(std::get<bool>(*finding.evidence.find("same_key")));
}

TEST_CASE("pool-certificate: inside it warns, and of many certificates some are named") {
    Fleet fleet;
    for (std::uint8_t number = 1; number < 8; ++number)
        fleet.add(edge("edge" + std::to_string(number), 5061, Use::internal), issued(number));
    const auto& finding = fleet.only("pool-certificate");
    CHECK(
        text_of(finding) ==
        "warn: the Edge pool edgepool does not have one Internal certificate: sip.contoso.com "
        "(SHA-256 01000000…), valid 2025-01-01 to 2027-01-01 on edge1:5061, but sip.contoso.com "
        "(SHA-256 02000000…), "
        "valid 2025-01-01 to 2027-01-01 on edge2:5061; sip.contoso.com (SHA-256 03000000…), valid "
        "2025-01-01 to 2027-01-01 on edge3:5061; sip.contoso.com (SHA-256 04000000…), valid "
        "2025-01-01 to "
        "2027-01-01 on edge4:5061; and 3 more. To do: put the first of these on every server "
        "{pool=edgepool, use=Internal, same_key=no}"
    );
    CHECK(says(finding, "on edge4:5061; and 3 more."));
}

TEST_CASE("pool-certificate: keeps silent where one certificate for all is not demanded") {
    Fleet fleet;
    fleet.add(edge("edge1"), issued(1));
    fleet.add(edge("edge1", 5061), issued(2)); // one server only
    fleet.add(edge("edge2", 443, Use::data_edge_external), issued(3));
    fleet.add(edge("edge2", 5061, Use::internal), issued(4));
    fleet.add(front_end("fe1"), issued(5));
    fleet.add(front_end("fe2"), issued(6));
    fleet.add(on("edge9", 443, Role::edge, Use::access_edge_external), issued(7)); // no pool
    CHECK(fleet.judge("pool-certificate").empty());
}

TEST_CASE("pool-certificate: a port that lags behind its own server is left to stale-certificate") {
    Fleet fleet;
    fleet.add(edge("edge1"), issued(2, "2025-06-01"));
    fleet.add(edge("edge2"), issued(1));
    fleet.add(edge("edge2", 5061), issued(2, "2025-06-01"));
    CHECK(
        text_of(fleet.only("pool-certificate")) == "pass {pool=edgepool, use=AccessEdgeExternal}"
    );
    CHECK(
        text_of(fleet.only("stale-certificate")) ==
        "warn: edge2 still presents an older AccessEdgeExternal certificate: sip.contoso.com "
        "(SHA-256 01000000…), valid 2025-01-01 to 2027-01-01 on edge2:443; the newer is "
        "sip.contoso.com "
        "(SHA-256 02000000…), valid 2025-06-01 to 2027-01-01 on edge2:5061. To do: assign the "
        "newer one and "
        "restart what has the older one {server=edge2, use=AccessEdgeExternal}"
    );
    fleet.add(edge("edge3"), issued(1));
    CHECK(says(fleet.only("pool-certificate"), "on edge3:443."));
}

TEST_CASE("pool-certificate: of addresses under one name without a server each counts") {
    Fleet fleet;
    auto target = edge("sip.contoso.com");
    target.server.clear();
    fleet.add(target, issued(1));
    fleet.add(target, issued(2));
    CHECK(
        text_of(fleet.only("pool-certificate")) ==
        "fail: the Edge pool edgepool does not have one AccessEdgeExternal certificate: "
        "sip.contoso.com (SHA-256 01000000…), valid 2025-01-01 to 2027-01-01 on "
        "sip.contoso.com:443, but "
        "sip.contoso.com (SHA-256 02000000…), valid 2025-01-01 to 2027-01-01 on "
        "sip.contoso.com:443. To do: "
        "put the first of these on every server {pool=edgepool, use=AccessEdgeExternal, "
        "same_key=no}"
    );
    CHECK(fleet.judge("stale-certificate").empty());
}

TEST_CASE("stale-certificate: a port with an older certificate than its neighbour") {
    Fleet fleet;
    fleet.add(front_end("fe1"), issued(2, "2025-06-01"));
    fleet.add(front_end("fe1", 444), issued(2, "2025-06-01"));
    fleet.add(front_end("fe2"), issued(3));
    fleet.add(front_end("fe2", 444), issued(3));
    CHECK(text_of(fleet.only("stale-certificate")) == "pass"); // said once for both servers
    CHECK(fleet.judge("stale-certificate")[0].endpoints.size() == 4);
    fleet.run.endpoints.resize(2);
    fleet.add(front_end("fe1", 5062), issued(1));
    const auto& finding = fleet.only("stale-certificate");
    CHECK(
        text_of(finding) ==
        "warn: fe1 still presents an older Default certificate: sip.contoso.com (SHA-256 "
        "01000000…), valid "
        "2025-01-01 to 2027-01-01 on fe1:5062; the newer is sip.contoso.com (SHA-256 02000000…), "
        "valid "
        "2025-06-01 to 2027-01-01 on fe1:5061, fe1:444. To do: assign the newer one and restart "
        "what has the older one {server=fe1, use=Default}"
    );
    CHECK(says(
        finding,
        "fe1 still presents an older Default certificate: sip.contoso.com (SHA-256 01000000…), "
        "valid 2025-01-01 to 2027-01-01 on fe1:5062; the newer is "
    ));
    CHECK(says(finding, "on fe1:5061, fe1:444."));
    fleet.run.judged_at = at("2028-01-01");
    CHECK(
        text_of(fleet.only("stale-certificate")) ==
        "fail: fe1 still presents an older Default certificate: sip.contoso.com (SHA-256 "
        "01000000…), valid "
        "2025-01-01 to 2027-01-01 on fe1:5062; the newer is sip.contoso.com (SHA-256 02000000…), "
        "valid "
        "2025-06-01 to 2027-01-01 on fe1:5061, fe1:444. To do: assign the newer one and restart "
        "what has the older one {server=fe1, use=Default}"
    );
}

TEST_CASE("stale-certificate: other servers, uses, subjects and roles are not neighbours") {
    Fleet fleet;
    fleet.add(front_end("fe1"), issued(2, "2025-06-01"));
    fleet.add(front_end("fe2"), issued(1));
    fleet.add(front_end("fe1", 443, Use::web_services_internal), issued(3));
    auto other = issued(4);
    other.subject = "CN=other.contoso.com";
    fleet.add(front_end("fe1", 5063), other);
    for (const auto port : {8100, 8101})
        fleet.add(
            on("bot1", static_cast<std::uint16_t>(port), Role::trusted_application, Use::default_),
            issued(
                static_cast<std::uint8_t>(port - 8090), port == 8100 ? "2025-01-01" : "2025-06-01"
            )
        );
    for (const auto day : {"2025-01-01", "2025-06-01"})
        fleet.add(on("rp", 443, Role::reverse_proxy, Use::web_services_external), issued(20, day));
    CHECK(fleet.judge("stale-certificate").empty());
}

TEST_CASE("stale-certificate: a pool's name may have a load balancer in front of several servers") {
    Fleet fleet;
    auto target = front_end("pool");
    target.server.clear();
    fleet.add(target, issued(1));
    target.port = 444;
    fleet.add(target, issued(2, "2025-06-01"));
    CHECK(fleet.judge("stale-certificate").empty());
    target.host = "fe1";
    fleet.add(target, issued(2, "2025-06-01"));
    target.port = 5061;
    fleet.add(target, issued(1));
    CHECK(fleet.only("stale-certificate").evidence.text("server") == "fe1");
}

TEST_CASE("same-name-same-chain: all addresses of a name, and what differs is named") {
    Fleet fleet;
    fleet.add(published("lyncweb.contoso.com"), issued(1));
    CHECK(fleet.judge("same-name-same-chain").empty()); // one address
    fleet.add(published("lyncweb.contoso.com"), issued(1));
    fleet.add(published("other.contoso.com"), issued(9));
    CHECK(text_of(fleet.only("same-name-same-chain")) == "pass");
    fleet.add(published("lyncweb.contoso.com"), issued(2, "2025-06-01")).id = "the odd one";
    const auto& finding = fleet.only("same-name-same-chain");
    CHECK(
        text_of(finding) ==
        "warn: lyncweb.contoso.com:443 presents different certificates, depending on the address: "
        "sip.contoso.com (SHA-256 02000000…), valid 2025-06-01 to 2027-01-01 on the odd one, but "
        "sip.contoso.com (SHA-256 01000000…), valid 2025-01-01 to 2027-01-01 on "
        "lyncweb.contoso.com:443, "
        "lyncweb.contoso.com:443. To do: put the first of these on all of them "
        "{name=lyncweb.contoso.com:443}"
    );
    CHECK(says(finding, "lyncweb.contoso.com:443 presents different certificates"));
    CHECK(says(finding, "(SHA-256 02000000…), valid 2025-06-01 to 2027-01-01 on the odd one, but ")
    );
    CHECK(finding.evidence.text("name") == "lyncweb.contoso.com:443");
}

TEST_CASE("same-name-same-chain: names that differ by the same certificates are told together") {
    Fleet fleet;
    for (const auto* host : {"meet.contoso.com", "lyncweb.contoso.com"}) {
        fleet.add(published(host), issued(1));
        fleet.add(published(host), issued(2, "2025-06-01"));
    }
    const auto rows = fleet.judge("same-name-same-chain");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].endpoints == std::vector<std::size_t>{2, 0});
    const auto& finding = *rows[0].finding;
    CHECK(says(finding, "lyncweb.contoso.com:443, meet.contoso.com:443 present different"));
    CHECK(finding.evidence.text("name") == "lyncweb.contoso.com:443");
    // Other certificates are another fault.
    fleet.add(published("proxy.contoso.com"), issued(3));
    fleet.add(published("proxy.contoso.com"), issued(4));
    CHECK(fleet.judge("same-name-same-chain").size() == 2);
}

TEST_CASE("same-name-same-chain: servers of a pool and partners may have one each") {
    Fleet fleet;
    auto pool = front_end("pool");
    pool.server.clear();
    fleet.add(pool, issued(1));
    fleet.add(pool, issued(2));
    CHECK(text_of(fleet.only("same-name-same-chain")) == "pass");
    auto balanced = edge("sip.contoso.com");
    fleet.add(balanced, issued(3));
    fleet.add(balanced, issued(4)); // is for pool-certificate
    fleet.add(published("sip.fabrikam.com", Role::partner), issued(5));
    fleet.add(published("sip.fabrikam.com", Role::partner), issued(6));
    CHECK(text_of(fleet.only("same-name-same-chain")) == "pass");
    fleet.add(published("pool.contoso.local", Role::other), issued(7));
    fleet.add(published("pool.contoso.local", Role::other), issued(8)); // nobody said what it is
    CHECK(text_of(fleet.only("same-name-same-chain")) == "pass");
    // Two addresses of one machine are no pool.
    fleet.add(front_end("fe1"), issued(1));
    fleet.add(front_end("fe1"), issued(2));
    CHECK(fleet.judge("same-name-same-chain")[0].finding->verdict == Verdict::warn);
}

TEST_CASE("same-name-same-chain: intermediates are compared, roots are not") {
    const auto with = [](Fleet& fleet, std::vector<Certificate> above) {
        auto& row = fleet.add(published("lyncweb.contoso.com"), issued(1));
        above.insert(above.begin(), issued(1));
        row.main.chain = std::make_shared<const Chain>(Bench(std::move(above)).chain);
    };
    Fleet good;
    with(good, {intermediate()});
    with(good, {intermediate(), root()});
    CHECK(text_of(good.only("same-name-same-chain")) == "pass");
    Fleet bad;
    with(bad, {intermediate()});
    with(bad, {});
    const auto& finding = bad.only("same-name-same-chain");
    CHECK(
        text_of(finding) ==
        "warn: lyncweb.contoso.com:443 sends different intermediate certificates, depending on the "
        "address: none on lyncweb.contoso.com:443; CN=Contoso Issuing CA (SHA-256 02000000…) on "
        "lyncweb.contoso.com:443. To do: install the same intermediates on all of them "
        "{name=lyncweb.contoso.com:443}"
    );
    CHECK(says(
        finding, "none on lyncweb.contoso.com:443; CN=Contoso Issuing CA (SHA-256 02000000…) on"
    ));
}
