// SPDX-License-Identifier: MIT
// What faults break, and findings as things to do.
#include "rules/verdicts/importance.h"

#include "plan/services.h"
#include "rules/engine/judge.h"
#include "rules/verdicts/todo.h"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe {
namespace {

// Servers builds a run of servers with findings.
struct Servers {
    ScanResult run;

    Target target(const std::string& server, std::string_view service) const {
        const auto* row = plan::find_service(service);
        REQUIRE(row);
        Target it;
        it.host = it.server = server;
        it.service = service;
        it.port = row->port;
        it.probe = row->listener.probe.value();
        it.use = row->listener.use;
        it.side = row->listener.side;
        return it;
    }

    void add(const Target& target, std::uint8_t leaf, std::vector<Finding> findings) {
        EndpointRow row;
        row.id = fmt::format("{}:{}", target.host, target.port);
        row.target = run.targets.size();
        row.main.outcome = Outcome::ok;
        row.main.chain = chain(leaf);
        for (auto& finding : findings) {
            if (finding.rule != "endpoint-reachable" && finding.rule != "chain-complete")
                finding.certificate = row.main.chain->presented.front()->sha256;
            rules::weigh(finding, rules::impact_of(target));
            row.findings.push_back(run.findings->keep(std::move(finding)));
        }
        run.targets.push_back(target);
        run.endpoints.push_back(std::move(row));
    }

    static ChainPtr chain(std::uint8_t number) {
        auto leaf = std::make_shared<Certificate>();
        leaf->sha256[0] = number;
        leaf->subject = "CN=leaf";
        leaf->issuer = "CN=Contoso CA";
        Chain it;
        it.presented = {leaf};
        return std::make_shared<const Chain>(std::move(it));
    }
};

Finding finding(std::string rule, Verdict verdict, std::string message) {
    Finding it;
    it.rule = std::move(rule);
    it.verdict = verdict;
    it.message = std::move(message);
    return it;
}

Finding lacking(std::vector<std::string> names) {
    auto it = finding("host-name", Verdict::fail, "the certificate does not cover some names");
    it.evidence.set("missing", std::move(names));
    return it;
}

} // namespace

TEST_CASE("importance: every rule and every service that is probed has its row") {
    for (const auto* rule : rules::all()) {
        INFO(rule->id);
        CHECK(rules::fault_of(rule->id).rule == rule->id);
    }
    for (const auto& service : plan::services()) {
        if (!service.listener.probe) continue;
        INFO(service.id);
        Target target; // of no use and no protocol, so that nothing but the row says what breaks
        target.service = service.id;
        target.probe = Probe::tls;
        const auto impact = rules::impact_of(target);
        CHECK_FALSE(impact.breaks.empty());
        CHECK(std::ranges::is_sorted(impact.breaks));
    }
}

TEST_CASE("importance: a fault counts as much as what depends on the port, a warning less") {
    Servers it;
    const auto rated = [&](std::string_view service, Finding finding) {
        rules::weigh(finding, rules::impact_of(it.target("s", service)));
        return finding;
    };
    const auto expired = finding("validity", Verdict::fail, "expired");
    CHECK(rated("registrar", expired).importance == Importance::a);
    CHECK(rated("call-park", expired).importance == Importance::b);
    CHECK(rated("replication", expired).importance == Importance::c);
    const auto expires = finding("validity", Verdict::warn, "expires");
    CHECK(rated("registrar", expires).importance == Importance::b);
    const auto old = rated("registrar", finding("legacy-protocols", Verdict::warn, "TLS 1.0"));
    CHECK(old.importance == Importance::none);
    CHECK(old.breaks.empty());
    // The certificate in a document is for something else than the one that is presented.
    const auto tokens =
        rated("web-internal", finding("oauth-certificate", Verdict::fail, "ran out"));
    CHECK(tokens.importance == Importance::b);
    CHECK(tokens.breaks == std::vector{Function::exchange});
    // Passes and what is open are not rated.
    CHECK_FALSE(rated("registrar", finding("validity", Verdict::pass, "")).importance);
    CHECK_FALSE(rated("registrar", finding("validity", Verdict::inconclusive, "")).importance);
    // A certificate that nobody needs harms nobody.
    auto extra = expired;
    extra.evidence.set("not_needed", true);
    CHECK(rated("registrar", extra).importance == Importance::none);
}

TEST_CASE("todo: what one new certificate mends is one item") {
    Servers it;
    it.run.judged_at = *parse_time("2026-11-30");
    auto expired =
        finding("validity", Verdict::fail, "expired on 2026-11-27T00:00:00Z, 3 days ago");
    expired.evidence.set("not_before", std::string("2024-11-27T00:00:00Z"));
    expired.evidence.set("not_after", std::string("2026-11-27T00:00:00Z"));
    auto pss = finding("no-rsassa-pss", Verdict::fail, "signed with RSASSA-PSS");
    it.add(it.target("edge01", "access-edge-clients"), 1, {expired, lacking({"sip.fabrikam.com"})});
    it.add(it.target("edge01", "federation"), 1, {expired, pss});
    const auto items = rules::todo(it.run);
    REQUIRE(items.size() == 1);
    CHECK(
        headline(items[0]) == "reissue the certificate of edge01 (Access Edge): expired 3 days "
                              "ago, lacks sip.fabrikam.com, signed with RSASSA-PSS"
    );
    CHECK(items[0].importance == Importance::a);
    CHECK(items[0].breaks == std::vector{Function::remote_users, Function::federation});
    CHECK(items[0].endpoints == std::vector<std::size_t>{0, 1});
    CHECK(items[0].id == "reissue:edge01:AccessEdgeExternal");
    CHECK(rules_of(items[0]) == std::vector<std::string>{"validity", "host-name", "no-rsassa-pss"});
}

TEST_CASE("todo: importance comes first, then how many servers, then the name") {
    Servers it;
    const auto expired = finding("validity", Verdict::fail, "expired");
    it.add(it.target("zeta", "replication"), 1, {expired});
    it.add(it.target("beta", "registrar"), 2, {expired});
    it.add(it.target("alpha", "registrar"), 3, {expired});
    it.add(it.target("two-1", "registrar"), 4, {expired});
    it.add(it.target("two-2", "registrar"), 4, {expired});
    std::vector<std::string> order;
    for (const auto& item : rules::todo(it.run))
        order.push_back(item.servers.front());
    CHECK(order == std::vector<std::string>{"two-1", "alpha", "beta", "zeta"});
}

TEST_CASE("todo: what follows from a missing intermediate is under it") {
    Servers it;
    auto trust = finding("chain-trusted", Verdict::fail, "the path ends before Contoso CA");
    auto missing = finding("chain-complete", Verdict::fail, "an intermediate is missing");
    missing.evidence.set("missing_issuer", std::string("CN=Contoso CA"));
    it.add(it.target("fe01", "registrar"), 1, {trust, missing});
    const auto items = rules::todo(it.run);
    REQUIRE(items.size() == 1);
    CHECK(items[0].kind == Remedy::complete_chain);
    REQUIRE(items[0].reasons.size() == 2);
    CHECK(items[0].reasons[0].rule == "chain-complete");
    CHECK_FALSE(items[0].reasons[0].follows);
    CHECK(items[0].reasons[1].follows);
    CHECK(headline(items[0]).ends_with(": CN=Contoso CA is not sent"));
}

TEST_CASE("todo: one member of a pool that differs is a grade less, waived findings are none") {
    Servers it;
    auto one = it.target("fe01", "registrar"), other = it.target("fe02", "registrar");
    one.pool = other.pool = "pool.contoso.local";
    const auto expired = finding("validity", Verdict::fail, "expired");
    it.add(one, 1, {expired});
    it.add(other, 2, {});
    CHECK(rules::todo(it.run).at(0).importance == Importance::b);
    // With the other one broken, too, the pool is down.
    Servers both;
    both.add(one, 1, {expired});
    both.add(other, 2, {expired});
    CHECK(rules::todo(both.run).at(0).importance == Importance::a);
    Servers waived;
    auto known = expired;
    known.waived = "known";
    waived.add(one, 1, {known});
    CHECK(rules::todo(waived.run).empty());
}

} // namespace lyncprobe
