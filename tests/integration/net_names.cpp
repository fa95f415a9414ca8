// SPDX-License-Identifier: MIT
// From names to endpoints: the hosts file, a real name server, and name servers that are no help.
#include "integration/net_support.h"
#include "model/limits.h"

#include <algorithm>

#include <doctest/doctest.h>
using namespace lyncprobe;
using namespace lyncprobe::net_test;
using namespace std::chrono_literals;

namespace {

net::EngineOptions with_resolver(const std::string& resolver) {
    net::EngineOptions options;
    options.timeout = 2s;
    options.connect_timeout = 1s;
    options.resolvers = {resolver};
    return options;
}

std::vector<std::string> addresses(const Results& results) {
    std::vector<std::string> texts;
    for (const auto& endpoint : results.endpoints)
        texts.push_back(endpoint.address ? to_text(*endpoint.address) : "none");
    std::ranges::sort(texts);
    return texts;
}

} // namespace

TEST_CASE("net: localhost needs no name server") {
    lab::Lab lab;
    auto options = with_resolver("127.0.0.1:9");
    options.address_family = 4;
    const auto port = start(lab, server());
    CHECK(run({target("localhost", port)}, options).only().outcome == Outcome::ok);
    options.resolvers.clear();
    CHECK(run({target("localhost", port)}, options).only().outcome == Outcome::ok);
}

TEST_CASE("net: a name's absence, its missing record and a refusing server are told apart") {
    const Dnsmasq dns(
        {"--local=/contoso.example/", "--host-record=here.contoso.example,127.0.0.1",
         "--txt-record=text.contoso.example,hello"}
    );
    const auto options = with_resolver(dns.address());
    const auto absent = run({target("absent.contoso.example", 1)}, options);
    CHECK(absent.only().outcome == Outcome::dns_failure);
    CHECK(absent.only().stage == Stage::resolve);
    CHECK(absent.only().detail == "no such name");
    CHECK_FALSE(absent.endpoints.front().address);
    CHECK(absent.endpoints.front().attempts == 0);
    const auto no_record = run({target("text.contoso.example", 1)}, options);
    CHECK(no_record.only().outcome == Outcome::dns_failure);
    CHECK(no_record.only().detail.starts_with("no such record"));
    // Not its zone, and nobody to forward to.
    const auto refused = run({target("www.fabrikam.example", 1)}, options);
    CHECK(refused.only().outcome == Outcome::dns_failure);
    CHECK(refused.only().detail.starts_with("refused"));
    CHECK(refused.seconds < 1.5);
}

TEST_CASE("net: a dead name server and a silent one are no answer, inside the deadline") {
    const DeadSocket closed(DeadSocket::Kind::not_listening
    ); // its number is taken, but nothing answers on UDP
    const auto dead =
        run({target("a.contoso.example", 1)},
            with_resolver("127.0.0.1:" + std::to_string(closed.port())));
    CHECK(dead.only().outcome == Outcome::dns_failure);
    CHECK(dead.only().detail.starts_with("no answer"));
    CHECK(dead.seconds < 2.5);

    const DeadSocket mute(DeadSocket::Kind::mute_udp);
    auto options = with_resolver("127.0.0.1:" + std::to_string(mute.port()));
    options.timeout = 700ms;
    auto patient = target("b.contoso.example", 1);
    patient.timeout = 1200ms;
    const auto silent =
        run({target("a.contoso.example", 1), target("b.contoso.example", 2), patient}, options);
    REQUIRE(silent.endpoints.size() == 3);
    for (const auto& endpoint : silent.endpoints) {
        CHECK(endpoint.observations.back().outcome == Outcome::dns_failure);
        CHECK(endpoint.observations.back().detail == "no answer from the name server in time");
    }
    CHECK(silent.endpoints.back().target == 2); // each target has its own patience
    CHECK(silent.endpoints.back().observations.back().timings.total >= 1200);
    CHECK(silent.endpoints.front().observations.back().timings.total < 1000);
    CHECK(silent.seconds < 1.8);
}

TEST_CASE("net: AAAA that never comes or fails delays nobody for long, and is said") {
    const HalfDns never(std::nullopt);
    const auto late = run({target("a.contoso.example", 1)}, with_resolver(never.address()));
    CHECK(late.only().outcome == Outcome::refused);
    CHECK(late.only().timings.resolve >= 450);
    CHECK(late.only().timings.resolve < 900);
    CHECK(
        late.warnings ==
        std::vector<std::string>{"a.contoso.example: its AAAA records are left out: "
                                 "no answer from the name server in time"}
    );

    const HalfDns failing(std::uint8_t{2}); // SERVFAIL
    const auto failed = run({target("a.contoso.example", 1)}, with_resolver(failing.address()));
    CHECK(failed.only().outcome == Outcome::refused);
    CHECK(failed.only().timings.resolve < 400);
    REQUIRE(failed.warnings.size() == 1);
    CHECK(failed.warnings.front().find("SERVFAIL") != std::string::npos);

    const HalfDns good(std::uint8_t{0}); // no AAAA record
    CHECK(run({target("a.contoso.example", 1)}, with_resolver(good.address())).warnings.empty());
}

TEST_CASE("net: a name is asked for once in a run, however many targets have it") {
    const HalfDns dns(std::uint8_t{0});
    const std::vector<Target> targets(20, target("a.contoso.example", 1));
    CHECK(run(targets, with_resolver(dns.address())).endpoints.size() == 20);
    CHECK(dns.queries_for_a() == 1);
}

TEST_CASE("net: every address of a name is an endpoint, IPv4 and IPv6") {
    const Dnsmasq dns(
        {"--local=/contoso.example/", "--host-record=pool.contoso.example,127.0.0.3,::1",
         "--host-record=pool.contoso.example,127.0.0.2"}
    );
    const auto results = run({target("pool.contoso.example", 1)}, with_resolver(dns.address()));
    CHECK(addresses(results) == std::vector<std::string>{"127.0.0.2", "127.0.0.3", "::1"});
    for (const auto& endpoint : results.endpoints) {
        CHECK(endpoint.addresses_of_name == 3);
        CHECK(endpoint.addresses_skipped == 0);
        CHECK(endpoint.observations.back().outcome == Outcome::refused);
    }
    auto only_v6 = with_resolver(dns.address());
    only_v6.address_family = 6;
    CHECK(
        addresses(run({target("pool.contoso.example", 1)}, only_v6)) ==
        std::vector<std::string>{"::1"}
    );
}

TEST_CASE("net: addresses of a name beyond the limit are counted, not probed") {
    std::vector<std::string> records{"--local=/contoso.example/"};
    for (int i = 1; i <= 11; ++i)
        records.push_back("--host-record=many.contoso.example,127.0.1." + std::to_string(i));
    const Dnsmasq dns(records);
    const auto results = run({target("many.contoso.example", 1)}, with_resolver(dns.address()));
    CHECK(results.endpoints.size() == limits::kAddressesOfName);
    for (const auto& endpoint : results.endpoints)
        CHECK(endpoint.addresses_skipped == 11 - limits::kAddressesOfName);
}

TEST_CASE("net: several targets of one name share one look-up, and none is lost") {
    const Dnsmasq dns({"--local=/contoso.example/", "--host-record=here.contoso.example,127.0.0.1"}
    );
    std::vector<Target> targets;
    for (std::uint16_t i = 0; i < 300; ++i)
        targets.push_back(target(i % 3 == 0 ? "absent.contoso.example" : "here.contoso.example", 1)
        );
    const auto results = run(targets, with_resolver(dns.address()));
    std::vector<int> seen(targets.size());
    for (const auto& endpoint : results.endpoints)
        ++seen[endpoint.target];
    CHECK(std::ranges::count(seen, 1) == 300);
    CHECK(
        results.outcomes() ==
        std::map<Outcome, std::size_t>{{Outcome::dns_failure, 100}, {Outcome::refused, 200}}
    );
}

TEST_CASE("net: given addresses are not looked up, filtered by family, and never taken twice") {
    auto given = target("name.contoso.example", 1);
    given.addresses = {
        *parse_address("127.0.0.1"), *parse_address("::1"), *parse_address("127.0.0.1")};
    CHECK(
        addresses(run({given}, with_resolver("127.0.0.1:9"))) ==
        std::vector<std::string>{"127.0.0.1", "::1"}
    );
    auto options = with_resolver("127.0.0.1:9");
    options.address_family = 4;
    CHECK(addresses(run({given}, options)) == std::vector<std::string>{"127.0.0.1"});
    given.addresses = {*parse_address("::1")};
    const auto other_family = run({given}, options);
    CHECK(other_family.only().outcome == Outcome::skipped);
    CHECK(other_family.only().stage == Stage::connect);
}

TEST_CASE("net: addresses that are never a server's are skipped without a connection") {
    for (const char* text : {"0.0.0.0", "224.0.0.1", "255.255.255.255", "::"}) {
        const auto results = run({target(text, 1)});
        CHECK(results.only().outcome == Outcome::skipped);
        CHECK(results.endpoints.front().attempts == 0);
    }
}

TEST_CASE("net: a name server that is no address stops the run before it begins") {
    net::EngineOptions options;
    options.resolvers = {"ns.example"};
    tls::ContextPool contexts;
    std::size_t finished = 0;
    const net::Sinks sinks{
        .finished = [&](ProbedEndpoint&&) { ++finished; }, .tick = {}, .warning = {}};
    const auto one = target("127.0.0.1", 1);
    const auto end = net::run({&one, 1}, options, contexts, sinks);
    REQUIRE(end.has_error());
    CHECK(end.error().what == "'ns.example' is no address of a name server");
    CHECK(finished == 0);
}

TEST_CASE("net: a name that others told leads to no private address unless that is allowed, and "
          "never to a metadata service") {
    lab::Lab lab;
    const HalfDns dns(3); // 127.0.0.1 for every name
    auto options = with_resolver(dns.address());
    auto told = target("sip.fabrikam.example", start(lab, server()));
    auto listed = told;
    told.learnt = true;
    auto metadata = told;
    metadata.addresses = {*parse_address("169.254.169.254"), *parse_address("fe80::1")};

    const auto cautious = run({told, listed}, options);
    REQUIRE(cautious.endpoints.size() == 2);
    for (const auto& endpoint : cautious.endpoints) {
        const auto& seen = endpoint.observations.back();
        CHECK(to_text(endpoint.address.value()) == "127.0.0.1");
        CHECK((seen.outcome == Outcome::ok) == (endpoint.target == 1));
        if (endpoint.target == 1) continue;
        CHECK(endpoint.attempts == 0);
        CHECK(seen.outcome == Outcome::skipped);
        CHECK(seen.stage == Stage::connect);
        CHECK(seen.detail.find("--allow-private") != std::string::npos);
    }
    options.allow_private = true;
    CHECK(run({told}, options).only().outcome == Outcome::ok);
    const auto never = run({metadata}, options);
    REQUIRE(never.endpoints.size() == 2);
    for (const auto& endpoint : never.endpoints) {
        CHECK(endpoint.attempts == 0);
        CHECK(endpoint.observations.back().outcome == Outcome::skipped);
        CHECK(endpoint.observations.back().detail.find("never asked") != std::string::npos);
    }
}
