// SPDX-License-Identifier: MIT
// discover and federation with the answers of name servers written by hand.
#include "scan/discover.h"
#include "scan/federation.h"
#include "unit/scan/play.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::scan_test;

namespace {

void add_host(Play& play, const std::string& name, const std::string& address) {
    const DnsQuestion question{name, RecordType::a};
    DnsAnswer answer{.question = question, .status = DnsStatus::found};
    answer.addresses = {parse_address(address).value()};
    play.dns[question] = answer;
}

void add_record(Play& play, const std::string& name, const std::string& host, std::uint16_t port) {
    const DnsQuestion question{name, RecordType::srv};
    DnsAnswer answer{.question = question, .status = DnsStatus::found};
    answer.targets = {{.host = host, .port = port}};
    play.dns[question] = answer;
}

Result<ScanResult> federate(Play& play, scan::FederationOptions wanted) {
    scan::Observer deaf;
    return scan::federation(
        wanted, {.world = play.world()}, {.anchors = contoso().anchors(), .identities = {}}, deaf
    );
}

} // namespace

TEST_CASE(
    "discover: records first, then the hosts they name; a domain given twice is asked about once"
) {
    Play play;
    add_record(play, "_sip._tls.contoso.com", "sip.contoso.com", 443);
    add_host(play, "sip.contoso.com", "192.0.2.1");
    const auto found = scan::discover(
        {.domains = {"contoso.com", "contoso.com"}, .settings = {}}, {.world = play.world()}
    );
    REQUIRE(found.has_value());
    REQUIRE(found->domains.size() == 1);
    const auto& domain = found->domains.front();
    CHECK(domain.hosts.at("sip.contoso.com").status == DnsStatus::found);
    CHECK_FALSE(domain.findings.empty());
    const auto asked = [&](const std::string& name, RecordType type) {
        return std::ranges::find(play.questions, DnsQuestion{name, type}) - play.questions.begin();
    };
    CHECK(
        asked("_sip._tls.contoso.com", RecordType::srv) < asked("sip.contoso.com", RecordType::aaaa)
    );
    CHECK(play.rounds.empty()); // nothing is connected
}

TEST_CASE("federation: the host of the record is probed, and the verdict is about it") {
    Play play;
    add_record(play, "_sipfederationtls._tcp.fabrikam.com", "sip.fabrikam.com", 5061);
    add_host(play, "sip.fabrikam.com", "192.0.2.7");
    const auto result = federate(play, {.domains = {"fabrikam.com"}, .our_domain = "contoso.com"});
    REQUIRE(result.has_value());
    CHECK(play.rounds == std::vector<std::vector<std::string>>{{"sip.fabrikam.com"}});
    CHECK(play.engines.front().beside_tls13);
    CHECK(play.engines.front().our_domains.front() == "contoso.com");
    REQUIRE(result->federation.size() == 1);
    const auto& row = result->federation.front();
    CHECK(row.endpoints == std::vector<std::size_t>{0});
    // Without a certificate of ours nothing proves that they let us in.
    CHECK(row.verdict != GoLive::ready);
    CHECK_FALSE(row.reasons.empty());
}

TEST_CASE("federation: without a record nothing is probed and it will fail") {
    Play play;
    const auto result = federate(play, {.domains = {"fabrikam.com"}, .our_domain = "contoso.com"});
    REQUIRE(result.has_value());
    CHECK(result->endpoints.empty());
    CHECK(result->federation.front().verdict == GoLive::will_fail);
}

TEST_CASE("federation: a host given by name needs no record") {
    Play play;
    add_host(play, "edge.fabrikam.com", "192.0.2.7");
    const auto result = federate(
        play, {.domains = {"fabrikam.com"},
               .direct = "edge.fabrikam.com",
               .direct_port = 5061,
               .our_domain = "contoso.com"}
    );
    REQUIRE(result.has_value());
    CHECK(play.rounds == std::vector<std::vector<std::string>>{{"edge.fabrikam.com"}});
    CHECK(std::ranges::none_of(play.questions, [](const DnsQuestion& question) {
        return question.type == RecordType::srv;
    }));
}

TEST_CASE("federation: nobody federates with himself") {
    Play play;
    const auto result = federate(play, {.domains = {"contoso.com"}, .our_domain = "contoso.com"});
    REQUIRE(result.has_error());
    CHECK(play.questions.empty());
}
