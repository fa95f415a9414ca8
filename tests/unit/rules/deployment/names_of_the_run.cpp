// SPDX-License-Identifier: MIT
// Rules sip-domain-names and unknown-names, over the endpoints of a run.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Names = std::vector<std::string>;

struct Scanned {
    Scanned() { run.declared.sip_domains = {"contoso.com", "fabrikam.com"}; }
    Target& add(Role role, CertificateUse use, const std::string& host, Names dns) {
        auto& target = run.targets.emplace_back();
        target.host = host;
        target.role = role;
        target.use = use;
        target.port = 5061;
        target.probe = Probe::sip;
        auto& row = run.endpoints.emplace_back();
        row.target = run.targets.size() - 1;
        if (dns.empty()) return target;
        auto certificate = server();
        certificate.sha256.front() = static_cast<std::uint8_t>(run.targets.size());
        certificate.san->dns = std::move(dns);
        row.main.chain = std::make_shared<const Chain>(Bench({certificate}).chain);
        return target;
    }
    Target& access(Names dns) {
        return add(
            Role::edge, CertificateUse::access_edge_external, "access.contoso.com", std::move(dns)
        );
    }
    Target& registrar(Names dns) {
        return add(Role::front_end, CertificateUse::default_, "fe01.contoso.com", std::move(dns));
    }
    std::vector<TopologyRow> judge(const std::string& rule) {
        auto selection = Selection::make({rule}, {});
        return judge_run(run, {}, *selection, pool);
    }
    ScanResult run;
    FindingPool pool;
};

} // namespace

TEST_CASE("sip-domain-names: names beyond the limit are not absent") {
    Scanned it;
    it.access({"access.contoso.com", "sip.contoso.com"});
    it.registrar({"fe01.contoso.com"});
    for (auto& row : it.run.endpoints) {
        auto chain = std::make_shared<Chain>(*row.main.chain);
        auto certificate = *chain->presented.front();
        certificate.san->beyond = 1;
        chain->presented.front() = std::make_shared<const Certificate>(certificate);
        row.main.chain = chain;
    }
    const auto rows = it.judge("sip-domain-names");
    REQUIRE(rows.size() == 1); // nothing is said of registrars that were all not read whole
    CHECK(
        text_of(*rows[0].finding) ==
        "inconclusive: sip.fabrikam.com is not among the first 2 names of the certificate, and 1 "
        "more were not read {missing=[sip.fabrikam.com]}"
    );
    CHECK(rows[0].finding->fix.find("certutil") != std::string::npos);
}

TEST_CASE("sip-domain-names: outside, each SIP domain has its sip name") {
    Scanned it;
    it.access({"access.contoso.com", "SIP.contoso.com", "sip.fabrikam.com"});
    it.access({"access.contoso.com", "sip.contoso.com", "*.fabrikam.com"});
    it.access({}); // showed none
    const auto rows = it.judge("sip-domain-names");
    REQUIRE(rows.size() == 2);
    CHECK(text_of(*rows[0].finding) == "pass");
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0});
    CHECK(
        text_of(*rows[1].finding) ==
        "fail: the Access Edge certificate lacks sip.fabrikam.com, under which clients and "
        "partners of the SIP domain look for it {missing=[sip.fabrikam.com]}"
    );
    CHECK(rows[1].endpoints == std::vector<std::size_t>{1});
    CHECK(list_of(rows[1].finding->evidence, "missing") == Names{"sip.fabrikam.com"});
}

TEST_CASE("sip-domain-names: what host-name looks for is left to it, and XMPP has other names") {
    Scanned it;
    it.access({"access.contoso.com"}).names = {"sip.contoso.com", "sip.fabrikam.com"};
    it.access({"contoso.com"}).probe = Probe::xmpp;
    const auto rows = it.judge("sip-domain-names");
    REQUIRE(rows.size() == 1);
    CHECK(text_of(*rows[0].finding) == "pass");
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0});
}

TEST_CASE("sip-domain-names: behind an unreadable first entry stands another's certificate") {
    Scanned it;
    it.access({"ca.contoso.com"});
    auto chain = std::make_shared<Chain>(*it.run.endpoints[0].main.chain);
    chain->unreadable = {0};
    it.run.endpoints[0].main.chain = chain;
    CHECK(it.judge("sip-domain-names").empty());
    it.run.declared.topology = true;
    CHECK(it.judge("unknown-names").empty());
}

TEST_CASE("sip-domain-names: inside, one registrar has a name in each SIP domain") {
    Scanned it;
    it.registrar({"pool.contoso.com", "fabrikam.com", "*.fabrikam.com"});
    auto rows = it.judge("sip-domain-names");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "warn: no registrar's certificate has a name in the SIP domain fabrikam.com: clients sign "
        "in only under a name in their own domain, or after a question {sip_domains=[fabrikam.com]}"
    );
    CHECK(list_of(rows[0].finding->evidence, "sip_domains") == Names{"fabrikam.com"});
    it.run.declared.in_part = true;
    CHECK(it.judge("sip-domain-names").empty());
    it.run.declared.in_part = false;
    it.registrar({"director.Fabrikam.com"});
    rows = it.judge("sip-domain-names");
    REQUIRE(rows.size() == 1);
    CHECK(text_of(*rows[0].finding) == "pass");
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 1});
}

TEST_CASE("sip-domain-names: a registrar that showed nothing leaves it open") {
    Scanned it;
    it.registrar({});
    CHECK(it.judge("sip-domain-names").empty());
    it.registrar({"pool.contoso.com"});
    const auto rows = it.judge("sip-domain-names");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "inconclusive: no registrar's certificate that was seen has a name in the SIP domain "
        "fabrikam.com; 1 of them showed none, or more names than were read "
        "{sip_domains=[fabrikam.com]}"
    );
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 1});
    it.run.declared.sip_domains.clear();
    CHECK(it.judge("sip-domain-names").empty());
}

TEST_CASE("unknown-names: a name that nothing has is a hint, one finding a certificate") {
    Scanned it;
    it.run.declared.topology = true;
    it.run.declared.names = {"fe01.contoso.com", "pool.contoso.com"};
    it.registrar({"POOL.contoso.com", "sip.fabrikam.com", "*.contoso.com", "FE01", "a_b"});
    it.registrar({"fe01.contoso.com", "fe9.contoso.com", "*.other.example"});
    it.run.endpoints.push_back({});
    it.run.endpoints.back().main.chain = it.run.endpoints[1].main.chain;
    it.run.endpoints.back().target = 1;
    it.add(Role::reverse_proxy, CertificateUse::web_services_external, "x", {"www.contoso.com"});
    const auto rows = it.judge("unknown-names");
    REQUIRE(rows.size() == 2);
    CHECK(
        text_of(*rows[0].finding) ==
        "inconclusive: nothing in the topology has the names fe9.contoso.com, *.other.example of "
        "this certificate; leave them out with the next renewal, or add what uses them to the list "
        "{names=[fe9.contoso.com; *.other.example], names_count=2}"
    );
    CHECK(rows[0].endpoints == std::vector<std::size_t>{1, 2});
    CHECK(
        list_of(rows[0].finding->evidence, "names") == Names{"fe9.contoso.com", "*.other.example"}
    );
    CHECK(number_of(rows[0].finding->evidence, "names_count") == 2);
    CHECK(text_of(*rows[1].finding) == "pass");
    CHECK(rows[1].endpoints == std::vector<std::size_t>{0});
}

TEST_CASE("unknown-names: without a topology too little is known") {
    Scanned it;
    it.registrar({"fe9.contoso.com"});
    CHECK(it.judge("unknown-names").empty());
}

TEST_CASE("web-names: two pools with one web services FQDN") {
    Scanned it;
    const auto web = [&](std::string_view service, std::string pool, std::string name) {
        auto& target = it.add(Role::front_end, CertificateUse::other, "fe01.contoso.com", {});
        target.service = service;
        target.pool = std::move(pool);
        target.sni = std::move(name);
    };
    CHECK(it.judge("web-names").empty());
    web("web-external", "pool1.contoso.com", "lyncweb.contoso.com");
    web("web-external", "pool1.contoso.com", "lyncweb.contoso.com"); // of another server
    web("web-internal", "pool2.contoso.com", "lyncweb.contoso.com"); // inside
    auto rows = it.judge("web-names");
    REQUIRE(rows.size() == 1);
    CHECK(text_of(*rows[0].finding) == "pass");
    CHECK(rows[0].endpoints.size() == 3);
    web("web-external", "dirpool.contoso.com", "lyncweb.contoso.com");
    rows = it.judge("web-names");
    REQUIRE(rows.size() == 2);
    CHECK(
        text_of(*rows[0].finding) ==
        "fail: lyncweb.contoso.com is the external web services FQDN of more than one pool: "
        "dirpool.contoso.com, pool1.contoso.com {name=lyncweb.contoso.com, "
        "pools=[dirpool.contoso.com; pool1.contoso.com]}"
    );
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 1, 3});
    CHECK(
        list_of(rows[0].finding->evidence, "pools") ==
        Names{"dirpool.contoso.com", "pool1.contoso.com"}
    );
    CHECK(rows[1].endpoints == std::vector<std::size_t>{2});
}
