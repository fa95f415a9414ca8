// SPDX-License-Identifier: MIT
// --fetch against OpenLDAP: locations as AD CS writes them, with and without a host.
#include "servers/openldap.h"
#include "servers/revocation.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace lyncprobe;
using namespace lyncprobe::test;

namespace {

std::string location(const std::string& host, const std::string& name) {
    return fmt::format(
        "ldap://{}/CN={},DC=contoso,DC=example?certificateRevocationList?base?"
        "objectClass=cRLDistributionPoint",
        host, name
    );
}

} // namespace

TEST_CASE("fetch: a CRL of a directory is read") {
    const auto revoked = leaf_with(publishing_ca(), {"ldap:///CN=CA1"});
    const OpenLdap directory(crl_entry(
        "Contoso CA",
        lab::make_crl(
            publishing_ca().self(), {.revoked = {{revoked.certificate_pem}}, .strangers = 5000}
        )
    ));
    const auto host = fmt::format("127.0.0.1:{}", directory.port());
    const auto result = check_leaf(leaf_with(publishing_ca(), {location(host, "Contoso%20CA")}));
    CHECK(result.outcome() == "ok");
    for (const auto* rule : {"crl-reachable", "crl-fresh", "crl-signature", "not-revoked"})
        CHECK_MESSAGE(result.verdict(rule) == "pass", rule << ": " << result.message(rule));

    const auto absent = check_leaf(leaf_with(publishing_ca(), {location(host, "Nobody")}));
    CHECK(absent.outcome() == "status");
    CHECK(absent.verdict("crl-reachable") == "inconclusive");
    CHECK(absent.verdict("not-revoked") == "inconclusive");
}

TEST_CASE("fetch: LDAP without a host is for members of the domain, and for --ldap-server") {
    const auto leaf = leaf_with(publishing_ca(), {location("", "Contoso CA")});
    const auto outside = check_leaf(leaf);
    CHECK(outside.outcome() == "domain_member_only");
    CHECK(outside.message("crl-reachable").find("member of the domain") != std::string::npos);

    const OpenLdap directory(crl_entry("Contoso CA", lab::make_crl(publishing_ca().self(), {})));
    // The operator named the server, so that it may be a private one.
    const auto inside = check_leaf(
        leaf, {"--fetch", "--ldap-server", fmt::format("127.0.0.1:{}", directory.port())}
    );
    CHECK(inside.outcome() == "ok");
    CHECK(inside.verdict("crl-reachable") == "pass");
    CHECK(inside.verdict("not-revoked") == "pass");
}

TEST_CASE("fetch: a referral of a directory is not followed to where nobody looked") {
    const OpenLdap elsewhere(crl_entry("Contoso CA", lab::make_crl(publishing_ca().self(), {})));
    const OpenLdap directory(fmt::format(
        "dn: cn=Away,dc=contoso,dc=example\nobjectClass: referral\nobjectClass: extensibleObject\n"
        "cn: Away\nref: ldap://127.0.0.1:{}/cn=Contoso%20CA,dc=contoso,dc=example\n\n",
        elsewhere.port()
    ));
    const auto host = fmt::format("127.0.0.1:{}", directory.port());
    const auto result = check_leaf(leaf_with(publishing_ca(), {location(host, "Away")}));
    CHECK(result.outcome() == "status");
    CHECK(result.verdict("not-revoked") == "inconclusive");
}
