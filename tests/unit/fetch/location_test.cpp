// SPDX-License-Identifier: MIT
// Where a location of a certificate leads.
#include "fetch/location.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::fetch;

namespace {

FetchOutcome refused(std::string_view url) {
    const auto read = read_location(url, {});
    return read.location ? FetchOutcome::ok : read.refusal.outcome;
}

} // namespace

TEST_CASE("location: host, port and what is sent") {
    const auto read = read_location("HTTP://CRL.Contoso.com/Contoso Root CA+.crl?a=b c", {});
    REQUIRE(read.location);
    CHECK(read.location->host == "crl.contoso.com");
    CHECK(read.location->port == 80);
    CHECK(read.location->url == "HTTP://CRL.Contoso.com/Contoso%20Root%20CA+.crl?a=b%20c");
    CHECK(!read.location->literal);
    const auto v6 = read_location("https://[2001:db8::5]:8443/a.crl", {});
    REQUIRE(v6.location);
    CHECK(v6.location->port == 8443);
    CHECK(v6.location->literal == parse_address("2001:db8::5"));
    const auto dot = read_location("http://crl.contoso.com./a.crl", {});
    REQUIRE(dot.location);
    CHECK(dot.location->host == "crl.contoso.com");
    CHECK(dot.location->curl_host == "crl.contoso.com.");
    // The forms in which inet_aton reads an address are that address.
    const auto number = read_location("http://0x7f.1/a.crl", {});
    REQUIRE(number.location);
    CHECK(number.location->literal == parse_address("127.0.0.1"));
}

TEST_CASE("location: what is not asked") {
    for (const auto* url :
         {"", "ca.crl", "file:///etc/passwd", "ftp://ftp.contoso.com/ca.crl", "gopher://a/1",
          "javascript:alert(1)", "http://", "http://user@host.example/ca.crl",
          "http://user:word@host.example/ca.crl", "http://host.example:0/ca.crl",
          "http://host.example:99999999/ca.crl", "http://host.example/a\r\nX: y", "http://a b/"})
        CHECK_MESSAGE(refused(url) == FetchOutcome::unsupported, url);
    CHECK(
        refused(std::string("http://host.example/") + std::string(9000, 'a')) ==
        FetchOutcome::unsupported
    );
    CHECK(refused("http://host.example/ca.crl") == FetchOutcome::ok);
    CHECK(refused("ldap://dc01.contoso.com/CN=CA?certificateRevocationList") == FetchOutcome::ok);
}

TEST_CASE("location: LDAP without a host is for members of the domain, unless a server is named") {
    constexpr const char* kUrl =
        "ldap:///CN=Contoso CA,CN=CDP,DC=contoso?certificateRevocationList";
    CHECK(refused(kUrl) == FetchOutcome::domain_member_only);
    const auto read = read_location(kUrl, "dc01.contoso.local:3389");
    REQUIRE(read.location);
    CHECK(read.location->host == "dc01.contoso.local");
    CHECK(read.location->port == 3389);
    CHECK(read.location->by_operator);
    CHECK(
        read.location->url == "ldap://dc01.contoso.local:3389/CN=Contoso%20CA,CN=CDP,DC=contoso?"
                              "certificateRevocationList"
    );
    CHECK(read_location("ldaps:///CN=CA", "dc01.contoso.local").location->port == 636);
    CHECK(read_location("ldap:///CN=CA", "dc01.contoso.local").location->port == 389);
    CHECK(read_location("ldap:///CN=CA", "dc01").location->directory->base == "CN=CA");
    CHECK(refused("ldap://dc01.contoso.com/CN=CA?a?sub") == FetchOutcome::unsupported);
    // A host that is written stays.
    CHECK(!read_location("ldap://other.example/CN=CA", "dc01.contoso.local").location->by_operator);
}
