// SPDX-License-Identifier: MIT
// Who can connect to whom, and the rule mutual-trust that tells it.
#include "model/limits.h"
#include "unit/rules/trust.h"

#include <algorithm>
#include <chrono>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Texts = std::vector<std::string>;

const TrustLink* find(const MutualTrust& trust, std::string_view to, std::string_view from) {
    for (const auto& link : trust.links) {
        const auto has = [&](const std::vector<std::size_t>& list, std::string_view name) {
            return std::any_of(list.begin(), list.end(), [&](std::size_t server) {
                return trust.servers[server].name == name;
            });
        };
        if (has(link.to, to) && has(link.from, from)) return &link;
    }
    return nullptr;
}

// Two is a Front End and an Edge, each under a PKI of its own.
struct Two : TrustBench {
    Pki inside = pki("Contoso"), edges = pki("Edge");
    ChainPtr fe_chain = chain(inside), edge_chain = chain(edges);

    void add_both(Texts fe_lists, Texts edge_lists) {
        add("pool", "fe01", Role::front_end, "registrar", fe_chain);
        asks(std::move(fe_lists));
        add("edge", "edge01", Role::edge, "access-edge-internal", edge_chain);
        asks(std::move(edge_lists));
    }
    LinkReason reason(std::string_view to, std::string_view from) {
        const auto* link = find(links(), to, from);
        REQUIRE(link != nullptr);
        return link->reason;
    }
};

} // namespace

TEST_CASE("mutual-trust: both lists have the other's root") {
    Two it;
    it.add_both(
        {"CN=Contoso Root CA", "CN=Edge Root CA"}, {"cn=contoso  root ca", "CN=Edge Root CA"}
    );
    CHECK(it.reason("edge01", "fe01") == LinkReason::accepted);
    CHECK(it.reason("fe01", "edge01") == LinkReason::accepted);
    CHECK(it.reason("fe01", "fe01") == LinkReason::accepted);
    const auto rows = it.judge("mutual-trust");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "pass: these servers accept the certificates of those that connect to them"
    );
    CHECK(rows[0].endpoints == std::vector<std::size_t>{0, 1});
}

TEST_CASE("mutual-trust: the issuing CA in the list is enough") {
    Two it;
    it.add_both({"CN=Edge Issuing CA", "CN=Contoso Root CA"}, {});
    CHECK(it.reason("fe01", "edge01") == LinkReason::intermediate_listed);
    it.target().os = OperatingSystem::windows_server_2008_r2;
    it.run.targets.front().os = OperatingSystem::windows_server_2008_r2;
    CHECK(it.reason("fe01", "edge01") == LinkReason::accepted);
}

TEST_CASE("mutual-trust: a root that is not in the list") {
    Two it;
    it.add_both({"CN=Contoso Root CA"}, {});
    CHECK(it.reason("fe01", "edge01") == LinkReason::issuer_not_listed);
    // The Edge sends nothing, but the Front End's own list tells that it does not trust the Edge.
    CHECK(it.reason("edge01", "fe01") == LinkReason::server_issuer_not_listed);
    const auto rows = it.judge("mutual-trust");
    REQUIRE(rows.size() == 3);
    CHECK(
        text_of(*rows[0].finding) ==
        "fail: edge cannot connect to pool (registrar): the list of issuers of pool lacks CN=Edge "
        "Root CA {from=[edge], to=[pool], services=[registrar], issuers=[CN=Edge Root CA], "
        "reason=issuer_not_listed}"
    );
    CHECK(
        rows[0].finding->message == "edge cannot connect to pool (registrar): the list of issuers "
                                    "of pool lacks CN=Edge Root CA"
    );
    CHECK(list_of(rows[0].finding->evidence, "issuers") == Texts{"CN=Edge Root CA"});
    CHECK(
        rows[1].finding->message == "pool cannot connect to edge (access-edge-internal): the own "
                                    "list of pool lacks CN=Edge Root CA"
    );
    CHECK(
        text_of(*rows[2].finding) ==
        "pass: these servers accept the certificates of those that connect to them"
    ); // the Front Ends among themselves
}

TEST_CASE("mutual-trust: machines of a list without `server:` are told apart by their hosts") {
    Two it;
    for (const auto& [host, chain] : {std::pair("fe02", it.edge_chain), {"fe01", it.fe_chain}}) {
        it.add("pool", host, Role::front_end, "registrar", chain);
        it.target().server.clear();
    }
    it.asks({"CN=Contoso Root CA"});
    CHECK(it.reason("fe01", "fe01") == LinkReason::accepted);
    CHECK(it.reason("fe01", "fe02") == LinkReason::issuer_not_listed);
}

TEST_CASE("mutual-trust: a public root is fetched by Windows when it is needed") {
    Two it;
    auto chain = std::make_shared<Chain>(*it.edge_chain);
    chain->path.trust = TrustPath::Trust::trusted;
    chain->path.system_anchor = true;
    it.issuer_closures[chain.get()] = it.issuer_closures.at(it.edge_chain.get());
    it.edge_chain = chain;
    it.add_both({"CN=Contoso Root CA"}, {});
    CHECK(it.reason("fe01", "edge01") == LinkReason::issuer_not_listed);
    CHECK(it.reason("edge01", "fe01") == LinkReason::no_list);
}

TEST_CASE("mutual-trust: a list that was cut") {
    Two it;
    it.add_both({}, {"CN=Edge Root CA"});
    auto& list = it.asks({"CN=Edge Root CA"});
    list.ca_names_bytes = 16'300;
    CHECK(it.reason("edge01", "fe01") == LinkReason::list_cut);
    // It may trust more than it lists.
    CHECK(it.reason("fe01", "edge01") == LinkReason::no_list);
    const auto rows = it.judge("mutual-trust");
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].finding->message.find("so it has been cut") != std::string::npos);
    list.ca_names_bytes = 15'000;
    CHECK(it.reason("edge01", "fe01") == LinkReason::issuer_not_listed);
    list.ca_names_count = 1001; // of which one was kept
    CHECK(it.reason("edge01", "fe01") == LinkReason::list_not_read);
    it.asks({"CN=Edge Root CA", "(unreadable)"});
    CHECK(it.reason("edge01", "fe01") == LinkReason::list_not_read);
}

TEST_CASE("mutual-trust: what cannot be told") {
    Two it;
    it.add_both({}, {});
    auto& edge = it.run.endpoints.back();
    CHECK(it.reason("edge01", "fe01") == LinkReason::no_list);
    CHECK(it.judge("mutual-trust").empty());
    edge.main.client_certificate = nullptr;
    CHECK(it.reason("edge01", "fe01") == LinkReason::not_asked);
    edge.main.stage = Stage::connect;
    edge.main.chain = nullptr;
    CHECK(it.reason("edge01", "fe01") == LinkReason::not_reached);
    it.asks({"CN=Edge Root CA"});
    it.run.endpoints.front().main.chain = nullptr;
    CHECK(it.reason("edge01", "fe01") == LinkReason::client_not_seen);
    // Whoever has no port with that certificate among the targets is not looked at.
    it.run.targets.front().use = CertificateUse::web_services_internal;
    CHECK(find(it.links(), "edge01", "fe01") == nullptr);
}

TEST_CASE("mutual-trust: a chain whose root nobody showed is not called untrusted") {
    Two it;
    it.fe_chain = it.chain_to({it.inside.issuing}, {"CN=Contoso Root CA"});
    it.add_both({}, {"CN=Edge Root CA"});
    CHECK(it.reason("edge01", "fe01") == LinkReason::client_chain_open);
    const auto rows = it.judge("mutual-trust");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "inconclusive: whether pool can connect to edge (access-edge-internal) is not known: the "
        "path of the certificate ends before CN=Contoso Root CA, which no server showed "
        "{from=[pool], to=[edge], services=[access-edge-internal], "
        "issuers=[CN=Contoso Root CA], reason=client_chain_open}"
    );
    CHECK(rows[0].finding->message.find("CN=Contoso Root CA") != std::string::npos);
    it.run.endpoints.back().main.client_certificate = nullptr;
    it.asks({"CN=Contoso Root CA"}); // the name is enough
    CHECK(it.reason("edge01", "fe01") == LinkReason::accepted);
}

TEST_CASE("mutual-trust: a way up that only others show need not be known to the server") {
    Two it;
    auto leaf_only = std::make_shared<Chain>(*it.fe_chain);
    leaf_only->presented.resize(1);
    it.issuer_closures[leaf_only.get()] = it.issuer_closures.at(it.fe_chain.get());
    it.fe_chain = leaf_only;
    it.add_both({}, {"CN=Contoso Root CA"});
    CHECK(it.reason("edge01", "fe01") == LinkReason::way_not_presented);
    const auto rows = it.judge("mutual-trust");
    REQUIRE(rows.size() == 1);
    CHECK(
        text_of(*rows[0].finding) ==
        "inconclusive: whether pool can connect to edge (access-edge-internal) is not known: a CA "
        "certificate on the path to an issuer in the list is not presented, and has to be in the "
        "other server's store {from=[pool], to=[edge], services=[access-edge-internal], "
        "issuers=[], reason=way_not_presented}"
    );
}

TEST_CASE("mutual-trust: a cross-signed chain is accepted by either root") {
    Two it;
    auto crossed = std::make_shared<Certificate>(*it.inside.root);
    crossed->issuer = "CN=Edge Root CA";
    crossed->sha256[2] = 1;
    crossed->root_like = crossed->self_issued = crossed->self_signed = false;
    it.fe_chain = it.chain_to({it.inside.issuing, it.inside.root, crossed, it.edges.root});
    it.add_both({}, {"CN=Edge Root CA"});
    CHECK(it.reason("edge01", "fe01") == LinkReason::accepted);
}

TEST_CASE("mutual-trust: several certificates of one use, of which one fits") {
    Two it;
    it.add_both({}, {"CN=Contoso Root CA"});
    it.add("pool", "fe01", Role::front_end, "conference-control", it.chain(it.edges));
    CHECK(it.reason("edge01", "fe01") == LinkReason::client_chains_differ);
}

TEST_CASE("mutual-trust: servers of a pool that agree are told together, one that differs alone") {
    Two it;
    for (const auto* name : {"fe01", "fe02", "fe03"}) {
        it.add("pool", name, Role::front_end, "im-conferencing", it.fe_chain);
        it.asks({name == std::string("fe03") ? "CN=Edge Root CA" : "CN=Contoso Root CA"});
    }
    it.add("other", "fe11", Role::front_end, "im-conferencing", it.fe_chain);
    it.asks({"CN=Contoso Root CA"});
    const auto rows = it.judge("mutual-trust");
    REQUIRE(rows.size() == 3);
    CHECK(list_of(rows[0].finding->evidence, "from") == Texts{"fe01", "fe02"});
    CHECK(list_of(rows[0].finding->evidence, "to") == Texts{"fe03"});
    // Nor does it trust its neighbours, by its own list; nor itself.
    CHECK(list_of(rows[1].finding->evidence, "from") == Texts{"fe03"});
    CHECK(list_of(rows[1].finding->evidence, "to") == Texts{"pool"});
    // One pool's conferencing is no business of the other's.
    for (const auto& link : it.run.trust.links) {
        CHECK(link.same_pool);
        if (find(it.run.trust, "fe11", "fe01") == &link)
            CHECK(names_of(it.run.trust, link.from) == Texts{"fe01", "fe02", "other"});
    }
}

TEST_CASE("mutual-trust: what is no server of the deployment has no links") {
    Two it;
    it.add("", "somewhere", Role::other, "registrar", it.fe_chain);
    it.target().role_given = false;
    it.asks({"CN=Edge Root CA"});
    CHECK(it.links().links.empty());
    CHECK(it.judge("mutual-trust").empty());
}

TEST_CASE("mutual-trust: many servers with lists that differ in names nobody has") {
    Two it;
    for (std::size_t i = 0; i < 10'000; ++i) {
        const auto number = std::to_string(i);
        it.add("pool" + number, "fe" + number, Role::front_end, "registrar", it.fe_chain);
        it.asks({"CN=Contoso Root CA", "CN=Foreign " + number});
    }
    const auto started = std::chrono::steady_clock::now();
    const auto& trust = it.links();
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds{20});
    REQUIRE(trust.links.size() == 1);
    CHECK(trust.links[0].from.size() == 10'000);
}

TEST_CASE("mutual-trust: kinds of links beyond the limit are counted, not made") {
    Two it;
    constexpr std::size_t kServers = 3000;
    for (std::size_t i = 0; i < kServers; ++i) {
        const auto number = std::to_string(i);
        const auto own = it.chain_to({}, {"CN=CA " + number});
        it.add("pool" + number, "fe" + number, Role::front_end, "registrar", own);
        it.asks({"CN=CA " + number});
    }
    const auto& trust = it.links();
    CHECK(trust.links.size() == 9000);
    CHECK(trust.left_out == kServers * kServers - 9000);
}

TEST_CASE("mutual-trust: what a gateway lists is not taken for what it trusts") {
    Two it;
    it.add("pool", "fe01", Role::front_end, "mediation-gateway", it.fe_chain);
    it.asks({"CN=Edge Root CA"});
    it.add("gw", "gw", Role::gateway, "gateway", it.edge_chain);
    it.asks({"CN=Contoso Issuing CA", "CN=Edge Issuing CA"});
    CHECK(it.reason("fe01", "gw") == LinkReason::accepted);
    CHECK(it.reason("gw", "fe01") == LinkReason::accepted);
}

TEST_CASE("mutual-trust: every reason, whose fault it is, and which are left to other rules") {
    using enum LinkReason;
    struct Row {
        LinkReason reason;
        LinkVerdict verdict;
        const char* expected; // of two services of one client, and of two clients of one service
    };
    const auto open = LinkVerdict::cannot_tell, cannot = LinkVerdict::cannot_work;
    const Row rows[] = {
        {issuer_not_listed, cannot, "server fail"},
        {list_cut, cannot, "server fail"},
        {server_issuer_not_listed, cannot, "client fail"},
        {list_not_read, open, "server inconclusive"},
        {client_chain_open, open, "client inconclusive"},
        {way_not_presented, open, "client inconclusive"},
        {client_chains_differ, open, "client inconclusive"},
        {intermediate_listed, open, ""}, // ca-names-intermediate
        {no_list, open, ""},
        {not_asked, open, ""},
        {not_reached, open, ""},
        {client_not_seen, open, ""}};
    CHECK(std::size(rows) + 1 == words<LinkReason>().size());
    for (const auto& row : rows) {
        CAPTURE(to_text(row.reason));
        // Two links with one client, or two with one server: what is the fault of one is said once.
        const auto said = [&](bool one_client) {
            ScanResult run;
            run.targets.resize(1);
            run.endpoints.resize(2);
            for (const auto* name : {"a", "b", "c"})
                run.trust.servers.push_back({name, name, Role::edge, {}});
            for (const std::size_t i : {0, 1})
                run.trust.links.push_back(
                    {.service = i == 0 ? "registrar" : "replication",
                     .verdict = row.verdict,
                     .reason = row.reason,
                     .from = {one_client ? 2 : i},
                     .to = {one_client ? i : 2},
                     .endpoints = {i},
                     .issuers = {"CN=X"}}
                );
            FindingPool pool;
            const auto judged = judge_run(run, {}, *Selection::make({"mutual-trust"}, {}), pool);
            if (judged.empty()) return std::string();
            // What is open has what settles it for a fix, not the fix of a failure.
            const bool general =
                judged[0].finding->fix == lyncprobe::rules::find("mutual-trust")->fix;
            CHECK(general == (row.verdict == cannot));
            return fmt::format("{} {}", judged.size(), to_text(judged[0].finding->verdict));
        };
        const std::string expected = row.expected;
        if (expected.empty()) {
            CHECK(said(true).empty());
            CHECK(said(false).empty());
            continue;
        }
        const bool of_client = expected.starts_with("client");
        const auto verdict = expected.substr(7);
        CHECK(said(true) == (of_client ? "1 " : "2 ") + verdict);
        CHECK(said(false) == (of_client ? "2 " : "1 ") + verdict);
    }
}

TEST_CASE("mutual-trust: what a server's own list says of those it connects to, clause by clause") {
    const auto reason = [](auto spoil) {
        Two it;
        it.add_both({"CN=Contoso Root CA"}, {}); // the Front End trusts no Edge
        spoil(it);
        return it.reason("edge01", "fe01");
    };
    CHECK(reason([](Two&) {}) == LinkReason::server_issuer_not_listed);
    // Its list is not whole, or is no list of roots.
    CHECK(reason([](Two& it) {
              it.run.endpoints[0].main.client_certificate = nullptr;
              auto facts = std::make_shared<ClientCertificateFacts>();
              facts->requested = true;
              facts->ca_names = std::make_shared<const Texts>(Texts{"CN=Contoso Root CA"});
              facts->ca_names_count = 2;
              it.run.endpoints[0].main.client_certificate = facts;
          }) == LinkReason::no_list);
    CHECK(reason([](Two& it) {
              it.run.targets[0].os = OperatingSystem::linux;
          }) == LinkReason::no_list);
    // The Edge's way up is not settled, or gave up.
    CHECK(reason([](Two& it) {
              it.issuer_closures[it.edge_chain.get()].open = {"CN=Gone"};
          }) == LinkReason::no_list);
    CHECK(reason([](Two& it) {
              it.issuer_closures[it.edge_chain.get()].gave_up = true;
          }) == LinkReason::no_list);
    CHECK(reason([](Two& it) {
              it.issuer_closures.erase(it.edge_chain.get());
          }) == LinkReason::no_list);
    // A second port of it that lists the Edge's root speaks for the whole server.
    CHECK(reason([](Two& it) {
              it.add("pool", "fe01", Role::front_end, "im-conferencing", it.fe_chain);
              it.asks({"CN=Edge Root CA"});
          }) == LinkReason::no_list);
}

TEST_CASE("mutual-trust: a client that was accepted shows that the intermediate does no harm") {
    Two it;
    it.add_both({"CN=Edge Issuing CA", "CN=Contoso Root CA"}, {});
    auto facts =
        std::make_shared<ClientCertificateFacts>(*it.run.endpoints[0].main.client_certificate);
    facts->accepted = true;
    it.run.endpoints[0].main.client_certificate = facts;
    CHECK(it.reason("fe01", "edge01") == LinkReason::accepted);
    facts = std::make_shared<ClientCertificateFacts>(*facts);
    facts->accepted = false;
    it.run.endpoints[0].main.client_certificate = facts;
    CHECK(it.reason("fe01", "edge01") == LinkReason::intermediate_listed);
}
