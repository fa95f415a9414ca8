// SPDX-License-Identifier: MIT
// Merging equal targets, the ids of endpoints, and the warnings about endpoints that are described
// twice.
#include "plan/plan.h"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace lyncprobe;
using plan::prepare;

namespace {

const std::vector<std::string> kInputs{"a.yaml", "b.yaml"};

Target target(std::string host, std::string name = {}) {
    Target out;
    out.host = std::move(host);
    out.name = std::move(name);
    out.place = {0, 1, 1};
    return out;
}

std::vector<std::string> ids(const plan::Prepared& prepared) {
    std::vector<std::string> out;
    for (const auto& target : prepared.targets)
        out.push_back(target.id_base + target.id_suffix);
    return out;
}

std::vector<std::string> warnings(const plan::Prepared& prepared) {
    std::vector<std::string> out;
    for (const auto& warning : prepared.warnings)
        out.push_back(to_text(warning));
    return out;
}

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("targets equal in all but the name become one, with the other names and in list order") {
    auto third = target("sip.contoso.com", "third");
    third.sni = "sip.contoso.com"; // what is sent anyway
    third.names = {"sip.contoso.com"};
    third.place = {1, 7, 3};
    const auto prepared = prepare(
        {target("z.contoso.com"), target("sip.contoso.com", "first"), target("a.contoso.com"),
         target("sip.contoso.com", "second"), third, target("z.contoso.com"),
         target("sip.contoso.com")},
        kInputs
    );
    REQUIRE(prepared.targets.size() == 3);
    CHECK(
        ids(prepared) == Texts{"z.contoso.com:443/tls", "first:443/tls", "a.contoso.com:443/tls"}
    );
    CHECK(prepared.targets[0].also == Texts{});
    CHECK(prepared.targets[1].also == Texts{"second", "third", "sip.contoso.com:443"});
    CHECK(prepared.warnings.empty());
}

TEST_CASE("a difference in any key but the name keeps two targets apart") {
    const std::vector<void (*)(Target&)> changes{
        [](Target& t) { t.host = "b"; },
        [](Target& t) { t.addresses = {*parse_address("192.0.2.1")}; },
        [](Target& t) { t.port = 444; },
        [](Target& t) { t.probe = Probe::sip; },
        [](Target& t) { t.role = Role::edge; },
        [](Target& t) { t.role_given = true; },
        [](Target& t) { t.use = CertificateUse::internal; },
        [](Target& t) { t.side = Side::internal; },
        [](Target& t) { t.pool = "p"; },
        [](Target& t) { t.server = "s"; },
        [](Target& t) { t.site = "s"; },
        [](Target& t) { t.sni = "b"; },
        [](Target& t) { t.sni = ""; },
        [](Target& t) { t.names = {"b"}; },
        [](Target& t) { t.identity = "i"; },
        [](Target& t) { t.mutual = Mutual::none; },
        [](Target& t) { t.os = OperatingSystem::linux; },
        [](Target& t) { t.peer_os = OperatingSystem::windows_server_2012_r2; },
        [](Target& t) { t.timeout = Milliseconds{1}; },
        [](Target& t) { t.connect_timeout = Milliseconds{1}; },
        [](Target& t) { t.enrollment.method = EnrollmentMethod::web; },
        [](Target& t) { t.enrollment.ca_os = OperatingSystem::linux; },
        [](Target& t) { t.enrollment.requester_os = OperatingSystem::linux; },
        [](Target& t) { t.enrollment.kb922706 = false; }};
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CAPTURE(i);
        auto other = target("a");
        changes[i](other);
        const auto prepared = prepare({target("a"), other}, kInputs);
        CHECK(prepared.targets.size() == 2);
        const auto both = ids(prepared);
        CHECK(std::set<std::string>(both.begin(), both.end()).size() == 2);
    }
}

TEST_CASE("an id is the name or the host, the port and the probe") {
    auto sip = target("2001:db8::1");
    sip.probe = Probe::sip;
    sip.port = 5061;
    const auto prepared =
        prepare({sip, target("192.0.2.1", "edge, clients"), target("a.contoso.com")}, kInputs);
    CHECK(
        ids(prepared) ==
        Texts{"[2001:db8::1]:5061/sip", "edge, clients:443/tls", "a.contoso.com:443/tls"}
    );
}

TEST_CASE("ids that would be equal differ by server name, else by number") {
    auto plain = target("a"), other = target("a"), none = target("a"), pool = target("a"),
         pool_none = target("a");
    other.sni = "b";
    none.sni = "";
    pool.pool = "p";
    pool_none.pool = "p";
    pool_none.sni = "";
    CHECK(ids(prepare({plain, pool}, kInputs)) == Texts{"a:443/tls", "a:443/tls#2"});
    CHECK(
        ids(prepare({none, plain, pool_none, other, pool}, kInputs)) ==
        Texts{
            "a:443/tls#sni=none", "a:443/tls#sni=a", "a:443/tls#sni=none#2", "a:443/tls#sni=b",
            "a:443/tls#sni=a#2"}
    );
}

TEST_CASE("targets that differ by their transport alone are two endpoints, and udp shows in the id"
) {
    auto tcp = target("a"), udp = target("a"), udp_named = target("a");
    udp.transport = udp_named.transport = Transport::udp;
    CHECK(ids(prepare({tcp, udp}, kInputs)) == Texts{"a:443/tls", "a:443/tls#udp"});
    CHECK(ids(prepare({udp}, kInputs)) == Texts{"a:443/tls"});
    udp_named.sni = "b";
    CHECK(
        ids(prepare({udp_named, tcp, udp}, kInputs)) ==
        Texts{"a:443/tls#udp#sni=b", "a:443/tls#sni=a", "a:443/tls#udp#sni=a"}
    );
    auto edge = udp;
    edge.role = Role::edge;
    edge.role_given = true;
    CHECK(prepare({tcp, edge}, kInputs).warnings.empty());
}

TEST_CASE("an id has the address where the name has several") {
    auto planned = target("a");
    planned.id_base = "a:443/tls";
    planned.id_suffix = "#sni=none";
    const auto v4 = parse_address("192.0.2.1"), v6 = parse_address("2001:db8::1");
    CHECK(plan::endpoint_id(planned, v4, 1) == "a:443/tls#sni=none");
    CHECK(plan::endpoint_id(planned, v4, 2) == "a:443/tls@192.0.2.1#sni=none");
    CHECK(plan::endpoint_id(planned, v6, 2) == "a:443/tls@2001:db8::1#sni=none");
    CHECK(plan::endpoint_id(planned, std::nullopt, 0) == "a:443/tls#sni=none");
}

TEST_CASE("the same endpoint with another role, names, use or identity is warned about once, with "
          "both places") {
    auto edge = target("a", "edge"), director = target("a", "director"), pool = target("a"),
         elsewhere = target("a");
    edge.role = Role::edge;
    edge.role_given = true;
    edge.place = {0, 3, 5};
    director.role = Role::director;
    director.role_given = true;
    director.use = CertificateUse::internal;
    director.names = {"b"};
    director.identity = "i";
    director.place = {1, 8, 5};
    pool = edge; // another pool is no contradiction
    pool.name = "pool";
    pool.pool = "p";
    elsewhere.sni = "";
    elsewhere.role = Role::mediation;
    CHECK(
        warnings(prepare({edge, director, pool, elsewhere}, kInputs)) ==
        Texts{"b.yaml:8:5: 'director' is the same endpoint as the target at a.yaml:3:5 with "
              "another role, names, "
              "use, identity (both are probed)"}
    );
    edge.place = {};
    director.place = {};
    CHECK(
        warnings(prepare({edge, director}, {})) ==
        Texts{"'director' is the same endpoint as the target at the command line with another "
              "role, names, use, "
              "identity (both are probed)"}
    );
}

TEST_CASE("warnings come in list order and one for each later target") {
    std::vector<Target> targets;
    for (int line = 1; line <= 4; ++line) {
        targets.push_back(target(line % 2 == 0 ? "a" : "b"));
        targets.back().identity = std::to_string(line);
        targets.back().place = {0, line, 1};
    }
    const auto found = prepare(targets, kInputs).warnings;
    REQUIRE(found.size() == 2);
    CHECK(found[0].where.line == 3);
    CHECK(found[1].where.line == 4);
}

TEST_CASE("the same address under another spelling, or among others, is the same endpoint") {
    auto by_address = target("127.0.0.1", "a");
    by_address.sni = "sip.contoso.com";
    auto by_name = target("sip.contoso.com", "b");
    by_name.addresses = {*parse_address("127.0.0.2"), *parse_address("127.0.0.1")};
    by_name.role = Role::edge;
    CHECK(prepare({by_address, by_name}, kInputs).warnings.size() == 1);
    by_name.addresses.pop_back();
    CHECK(prepare({by_address, by_name}, kInputs).warnings.empty());
}

TEST_CASE("names in another order are the same claim") {
    auto one = target("sip.contoso.com", "a");
    one.names = {"a.contoso.com", "b.contoso.com"};
    auto other = one;
    other.name = "b";
    other.names = {"b.contoso.com", "a.contoso.com"};
    CHECK(prepare({one, other}, kInputs).warnings.empty());
}
