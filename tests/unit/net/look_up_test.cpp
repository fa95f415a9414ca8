// SPDX-License-Identifier: MIT
// What answers of name servers mean, and how name servers are written.
#include "net/look_up.h"

#include <ares.h>

#include <doctest/doctest.h>

using namespace lyncprobe;
using net::FamilyAnswer;

namespace {

std::vector<Address> addresses(const std::vector<std::string>& texts) {
    std::vector<Address> result;
    for (const auto& text : texts)
        result.push_back(parse_address(text).value());
    return result;
}

FamilyAnswer found(const std::vector<std::string>& texts) {
    return {ARES_SUCCESS, addresses(texts)};
}

FamilyAnswer nothing(int status) { return {status, {}}; }

std::string servers(std::vector<std::string> list) {
    const auto result = net::server_list(list);
    return result ? *result : "problem: " + result.error().what;
}

} // namespace

TEST_CASE("look-up: IPv4 comes before IPv6, each sorted, and nothing twice") {
    const auto result = net::combine(
        "a.example", found({"10.0.0.9", "10.0.0.1", "10.0.0.9"}),
        found({"2001:db8::2", "2001:db8::1"})
    );
    CHECK(result.addresses == addresses({"10.0.0.1", "10.0.0.9", "2001:db8::1", "2001:db8::2"}));
    CHECK(result.failure.empty());
    CHECK(result.warning.empty());
}

TEST_CASE("look-up: a family without records is no warning, one without an answer is") {
    CHECK(net::combine("a.example", found({"10.0.0.1"}), nothing(ARES_ENODATA)).warning.empty());
    const auto late = net::combine("a.example", found({"10.0.0.1"}), nothing(ARES_ETIMEOUT));
    CHECK(late.addresses.size() == 1);
    CHECK(
        late.warning ==
        "a.example: its AAAA records are left out: no answer from the name server in time"
    );
    const auto other = net::combine("a.example", nothing(ARES_ESERVFAIL), found({"::1"}));
    CHECK(other.warning.starts_with("a.example: its A records are left out: server failure"));
}

TEST_CASE("look-up: each way to have no address is told in its own words") {
    const auto failure = [](int a, int aaaa) {
        const auto result = net::combine("a.example", nothing(a), nothing(aaaa));
        CHECK(result.addresses.empty());
        CHECK(result.warning.empty());
        return result.failure;
    };
    CHECK(failure(ARES_ENOTFOUND, ARES_ENOTFOUND).starts_with("no such name"));
    CHECK(failure(ARES_ENODATA, ARES_ENODATA).starts_with("no such record"));
    CHECK(failure(ARES_ESERVFAIL, ARES_ESERVFAIL).starts_with("server failure"));
    CHECK(failure(ARES_EREFUSED, ARES_EREFUSED).starts_with("refused"));
    CHECK(failure(ARES_ETIMEOUT, ARES_ETIMEOUT).starts_with("no answer"));
    CHECK(failure(ARES_ECONNREFUSED, ARES_ECONNREFUSED).starts_with("no answer"));
}

TEST_CASE("look-up: the more certain or the worse of two failures is told") {
    CHECK(net::combine("a", nothing(ARES_ENODATA), nothing(ARES_ETIMEOUT))
              .failure.starts_with("no answer"));
    CHECK(
        net::combine("a", nothing(ARES_ESERVFAIL), nothing(ARES_ENOTFOUND)).failure ==
        "no such name"
    );
    CHECK(net::combine("a", std::nullopt, nothing(ARES_ENOTFOUND)).failure == "no such name");
}

TEST_CASE("look-up: name servers with and without port") {
    CHECK(servers({}) == "");
    CHECK(servers({"192.0.2.1"}) == "192.0.2.1:53");
    CHECK(servers({"192.0.2.1:5353", "[2001:db8::1]:54"}) == "192.0.2.1:5353,[2001:db8::1]:54");
    CHECK(servers({"2001:db8::1"}) == "[2001:db8::1]:53");
    CHECK(servers({"[2001:db8::1]"}) == "[2001:db8::1]:53");
}

TEST_CASE("look-up: what is no address of a name server is a problem that quotes it") {
    for (const std::string text :
         {"", "ns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:5x", ":53",
          "192.0.2"})
        CHECK(
            servers({"192.0.2.9", text}) == "problem: '" + text + "' is no address of a name server"
        );
}
