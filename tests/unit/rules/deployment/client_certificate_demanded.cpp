// SPDX-License-Identifier: MIT
// Rule client-certificate-demanded: over several endpoints of a run.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using lyncprobe::rules::testing::text_of;

namespace {

// Probed is a run; every endpoint shook hands and was asked nothing, unless a test says otherwise.
struct Probed {
    EndpointRow& add(std::string_view service, Probe probe) {
        Target target;
        target.host = "fe01.contoso.com";
        target.pool = "pool.contoso.com";
        target.role = Role::front_end;
        target.service = service;
        target.probe = probe;
        auto& row = run.endpoints.emplace_back();
        row.target = run.targets.size();
        row.main.outcome = Outcome::ok;
        row.main.tls = std::make_unique<TlsFacts>();
        run.targets.push_back(std::move(target));
        return row;
    }
    std::vector<TopologyRow> judge() {
        const auto selection = Selection::make({"client-certificate-demanded"}, {});
        return judge_run(run, {}, *selection, pool);
    }
    ScanResult run;
    FindingPool pool;
};

} // namespace

TEST_CASE("client-certificate-demanded: ports between servers that ask nobody, by pool") {
    Probed it;
    it.add("im-conferencing", Probe::sip);
    it.add("storage", Probe::tls);
    it.add("av-conferencing", Probe::sip).main.client_certificate =
        std::make_unique<ClientCertificateFacts>();
    auto rows = it.judge();
    REQUIRE(rows.size() == 2);
    CHECK(
        text_of(*rows[0].finding) ==
        "fail: pool.contoso.com asks for no client certificate on im-conferencing, storage, where "
        "only servers may connect: whoever does so is not asked who he is {pool=pool.contoso.com, "
        "services=[im-conferencing; storage]}"
    );
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 1});
    CHECK(rows[0].finding->message.starts_with(
        "pool.contoso.com asks for no client certificate on im-conferencing, storage,"
    ));
    CHECK(rows[0].finding->evidence.text("pool") == "pool.contoso.com");
    CHECK(
        text_of(*rows[1].finding) == "pass: these servers ask for the certificate of who connects"
    );
    CHECK(rows[1].endpoints == std::vector<std::size_t>{2});
    it.run.targets[1].pool = "other.contoso.com";
    rows = it.judge();
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].endpoints == std::vector<std::size_t>{1}); // other comes before pool
}

TEST_CASE("client-certificate-demanded: the port and role of a hand-written target do, too") {
    Probed it;
    it.add("", Probe::sip);
    it.run.targets[0].port = 5062;
    CHECK(it.judge().size() == 1);
    it.run.targets[0].pool.clear();
    CHECK(it.judge()[0].finding->evidence.text("pool") == "fe01.contoso.com");
    it.run.targets[0].port = 15062;
    CHECK(it.judge().empty());
}

TEST_CASE("client-certificate-demanded: a gateway that asks nobody is a warning") {
    Probed it;
    it.add("gateway", Probe::sip);
    it.run.targets[0].role = Role::gateway;
    REQUIRE(it.judge().size() == 1);
    CHECK(
        text_of(*it.judge()[0].finding) ==
        "warn: pool.contoso.com asks for no client certificate on gateway, where only servers may "
        "connect: whoever does so is not asked who he is {pool=pool.contoso.com, "
        "services=[gateway]}"
    );
}

TEST_CASE("client-certificate-demanded: nothing is said where clients connect, or nothing is known"
) {
    Probed it;
    it.add("registrar", Probe::sip); // clients, too
    it.add("web-conferencing", Probe::web_conferencing);
    it.add("web-internal", Probe::https);
    it.add("conference-control", Probe::https); // may ask later
    it.add("replication", Probe::replication);
    it.add("unheard-of", Probe::sip);
    auto& raw = it.add("im-conferencing", Probe::sip); // --inventory
    raw.main.raw_version = 0x0303;
    it.add("im-conferencing", Probe::sip).main.outcome = Outcome::reset;
    it.add("im-conferencing", Probe::sip).main.tls.reset();
    CHECK(it.judge().empty());
    auto& matrix = it.add("im-conferencing", Probe::sip);
    matrix.variants.emplace_back().client_certificate = std::make_unique<ClientCertificateFacts>();
    REQUIRE(it.judge().size() == 1);
    CHECK(
        text_of(*it.judge()[0].finding) ==
        "pass: these servers ask for the certificate of who connects"
    );
}
