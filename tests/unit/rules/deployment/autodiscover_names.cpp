// SPDX-License-Identifier: MIT
// Rule autodiscover-names: over several endpoints of a run.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

// Probed is a run with one autodiscover service, and what else was probed.
struct Probed {
    Probed() {
        add("lyncdiscover.contoso.com", 443, Probe::autodiscover, {"lyncdiscover.contoso.com"});
    }
    void names(std::vector<std::string> endpoints) {
        run.endpoints.front().main.answer.set("endpoints", std::move(endpoints));
    }
    void add(std::string host, std::uint16_t port, Probe probe, std::vector<std::string> dns) {
        Target target;
        target.host = host;
        target.port = port;
        target.probe = probe;
        auto& row = run.endpoints.emplace_back();
        row.id = host_and_port(host, port);
        row.target = run.targets.size();
        run.targets.push_back(target);
        if (dns.empty()) return;
        auto certificate = server();
        certificate.san->dns = std::move(dns);
        row.main.chain = std::make_shared<const Chain>(Bench({certificate}).chain);
    }
    std::vector<TopologyRow> judge() {
        auto selection = Selection::make({"autodiscover-names"}, {});
        return judge_run(run, {}, *selection, pool);
    }
    ScanResult run;
    FindingPool pool;
};

} // namespace

TEST_CASE("autodiscover-names: a name beyond the limit is not absent") {
    Probed it;
    it.names({"SipClientExternalAccess sip://sip.contoso.com:443"});
    it.add("sip.contoso.com", 443, Probe::sip, {"other.contoso.com"});
    auto& chain_of = it.run.endpoints.back().main.chain;
    auto chain = std::make_shared<Chain>(*chain_of);
    auto certificate = *chain->presented.front();
    certificate.san->beyond = 3;
    chain->presented.front() = std::make_shared<const Certificate>(certificate);
    chain_of = chain;
    CHECK(it.judge().front().finding->verdict == Verdict::inconclusive);
    // One that was read whole and lacks the name settles it; by a wildcard it was read enough.
    it.add("sip.contoso.com", 443, Probe::sip, {"other.contoso.com"});
    CHECK(it.judge().front().finding->verdict == Verdict::fail);
    it.run.endpoints.pop_back();
    certificate.san->dns = {"*.contoso.com"};
    chain = std::make_shared<Chain>(*chain);
    chain->presented.front() = std::make_shared<const Certificate>(certificate);
    it.run.endpoints.back().main.chain = chain;
    CHECK(it.judge().front().finding->verdict == Verdict::fail);
}

TEST_CASE("autodiscover-names: a place that was probed is held against its certificate") {
    Probed it;
    CHECK(it.judge().empty()); // it names nothing
    it.names({"SipClientExternalAccess sip://sip.contoso.com:443"});
    it.add("sip.contoso.com", 443, Probe::sip, {"sip.contoso.com"});
    auto rows = it.judge();
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "pass {endpoint=sip://sip.contoso.com:443, tokens=[SipClientExternalAccess]}"
    );
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 1});
    it.add("sip.contoso.com", 443, Probe::tls, {"other.contoso.com"});
    rows = it.judge();
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "fail: autodiscover sends clients to sip.contoso.com:443, whose certificate does not cover "
        "that name on 1 of 2 endpoints {endpoint=sip://sip.contoso.com:443, "
        "tokens=[SipClientExternalAccess]}"
    );
    CHECK(rows[0].finding->message.find("sip.contoso.com:443") != std::string::npos);
    CHECK(rows[0].finding->message.find("on 1 of 2 endpoints") != std::string::npos);
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 2}); // not the one that is right
    CHECK(rows[0].finding->evidence.text("endpoint") == "sip://sip.contoso.com:443");
}

TEST_CASE("autodiscover-names: a wildcard is good for the web and not for SIP") {
    Probed it;
    it.names(
        {"External/Autodiscover https://lyncweb.contoso.com:443",
         "SipClientInternalAccess sip://pool.contoso.com:5061"}
    );
    it.add("lyncweb.contoso.com", 443, Probe::https, {"*.contoso.com"});
    it.add("pool.contoso.com", 5061, Probe::sip, {"*.contoso.com"});
    const auto rows = it.judge();
    REQUIRE(rows.size() == 2);
    CHECK(
        text_of(*rows[0].finding) ==
        "pass {endpoint=https://lyncweb.contoso.com:443, tokens=[External/Autodiscover]}"
    );
    CHECK(
        text_of(*rows[1].finding) ==
        "fail: autodiscover sends clients to pool.contoso.com:5061, whose certificate does not "
        "cover that name {endpoint=sip://pool.contoso.com:5061, tokens=[SipClientInternalAccess]}"
    );
}

TEST_CASE("autodiscover-names: what was not probed, or showed nothing, is inconclusive") {
    Probed it;
    it.names({"Ucwa https://lyncweb.contoso.com:443", "Ucwa https://lyncweb.contoso.com:443"});
    it.add("lyncweb.contoso.com", 444, Probe::https, {"lyncweb.contoso.com"}); // another port
    it.add("lyncweb.contoso.com", 443, Probe::https, {});
    const auto rows = it.judge();
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "inconclusive: autodiscover sends clients to lyncweb.contoso.com:443, which showed no "
        "certificate (interrupted) {endpoint=https://lyncweb.contoso.com:443, tokens=[Ucwa]}"
    );
    CHECK(rows[0].finding->message.find("showed no certificate") != std::string::npos);
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 2});
    it.names({"Ucwa https://[2001:db8::1]:443"});
    CHECK(
        it.judge()[0].finding->message.find("[2001:db8::1]:443, which is not probed") !=
        std::string::npos
    );
}
