// SPDX-License-Identifier: MIT
// Rules crl-distribution-point, crl-reachable-scheme and chain-crl-distribution-point.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

constexpr const char* kLdap =
    "ldap:///CN=Contoso%20CA,CN=CDP,DC=contoso,DC=com?certificateRevocationList";

Certificate with_urls(std::vector<std::string> urls) {
    auto out = server();
    out.crl_distribution_points = {point(std::move(urls))};
    return out;
}

Verdict on_urls(std::vector<std::string> urls) {
    return Bench({with_urls(std::move(urls))}).verdict("crl-distribution-point");
}

Verdict scheme_for(std::vector<std::string> urls, Role role, CertificateUse use, Side side) {
    Bench bench({with_urls(std::move(urls))});
    bench.target.role = role;
    bench.target.role_given = true;
    bench.target.use = use;
    bench.target.side = side;
    return bench.verdict("crl-reachable-scheme");
}

Verdict scheme_for(std::vector<std::string> urls, Role role) {
    return scheme_for(std::move(urls), role, CertificateUse::other, Side::unknown);
}

} // namespace

TEST_CASE("crl-distribution-point: any location that can be fetched passes") {
    for (const std::string url :
         {"http://crl.contoso.com/a.crl", "HTTPS://crl.contoso.com/a.crl", kLdap,
          "ldaps://dc.contoso.com/CN=CDP", "ftp://ftp.contoso.com/a.crl",
          "file://\\\\ca01\\CertEnroll\\Contoso CA.crl"})
        CHECK_MESSAGE(on_urls({url}) == Verdict::pass, url);
    const auto finding = Bench({with_urls({"bogus:x", kLdap})}).ask("crl-distribution-point");
    CHECK(list_of(finding.evidence, "crl") == std::vector<std::string>{kLdap});
}

TEST_CASE("crl-distribution-point: no extension fails, also on a self-signed server certificate") {
    const auto finding = about_server("crl-distribution-point", [](Certificate& c) {
        c.crl_distribution_points.reset();
        c.self_signed = true;
    });
    CHECK(finding.verdict == Verdict::fail);
    CHECK(finding.evidence.text("extension") == "2.5.29.31");
}

TEST_CASE("crl-distribution-point: an extension without a usable location fails") {
    for (const std::string url :
         {"", "http", "http:", "http://", "http:///a.crl", "ldap:///", "file://",
          "\\\\ca01\\CertEnroll\\a.crl", "urn:oid:1.2.3", "http://a\nb/"})
        CHECK_MESSAGE(on_urls({url}) == Verdict::fail, url);
    CHECK(on_urls({std::string("http://\0crl", 11)}) == Verdict::fail);
    auto relative = server();
    relative.crl_distribution_points = {DistributionPoint{.urls = {}, .relative_name = true}};
    const auto finding = Bench({relative}).ask("crl-distribution-point");
    CHECK(finding.verdict == Verdict::fail);
    CHECK(list_of(finding.evidence, "found").size() == 1);
    CHECK(verdict_on_server("crl-distribution-point", [](Certificate& c) {
              c.crl_distribution_points = std::vector<DistributionPoint>{};
          }) == Verdict::fail);
}

TEST_CASE("crl-distribution-point: the policy decides about an extension without a usable location"
) {
    Bench bench({with_urls({"http://"})});
    bench.policy.set(Decision::cdp_without_usable_location, Verdict::warn);
    CHECK(bench.verdict("crl-distribution-point") == Verdict::warn);
}

TEST_CASE("crl-distribution-point: an extension that cannot be decoded fails with the error") {
    const auto finding = about_server("crl-distribution-point", [](Certificate& c) {
        c.undecodable = {"2.5.29.31"};
    });
    CHECK(finding.verdict == Verdict::fail);
    CHECK(!finding.evidence.text("error").empty());
}

TEST_CASE("crl-reachable-scheme: only LDAP and file locations are warned of where outsiders come") {
    for (const auto role : {Role::edge, Role::reverse_proxy, Role::office_web_apps, Role::partner})
        CHECK_MESSAGE(
            scheme_for({kLdap, "file://ca01/a.crl"}, role) == Verdict::warn, to_text(role)
        );
    CHECK(
        scheme_for(
            {kLdap}, Role::front_end, CertificateUse::web_services_external, Side::unknown
        ) == Verdict::warn
    );
    CHECK(
        scheme_for({kLdap}, Role::front_end, CertificateUse::other, Side::external) == Verdict::warn
    );
    for (const std::string url :
         {"http://crl.contoso.com/a.crl", "https://crl.contoso.com/a", "ftp://h/a"})
        CHECK_MESSAGE(scheme_for({kLdap, url}, Role::edge) == Verdict::pass, url);
}

TEST_CASE("crl-reachable-scheme: LDAP will do on internal servers") {
    for (const auto role :
         {Role::front_end, Role::standard_edition, Role::director, Role::mediation})
        CHECK_MESSAGE(scheme_for({kLdap}, role) == Verdict::pass, to_text(role));
}

TEST_CASE("crl-reachable-scheme: the policy may make LDAP-only a failure") {
    Bench bench({with_urls({kLdap})});
    bench.target.role = Role::edge;
    bench.target.role_given = true;
    bench.policy.set(Decision::cdp_ldap_only_external, Verdict::fail);
    CHECK(bench.verdict("crl-reachable-scheme") == Verdict::fail);
}

TEST_CASE("crl-reachable-scheme: always inconclusive without a role") {
    Bench bench({with_urls({kLdap})});
    CHECK(bench.verdict("crl-reachable-scheme") == Verdict::inconclusive);
    bench.target.use = CertificateUse::access_edge_external;
    bench.target.side = Side::external;
    CHECK(bench.verdict("crl-reachable-scheme") == Verdict::inconclusive);
    CHECK(Bench().verdict("crl-reachable-scheme") == Verdict::inconclusive); // http too
}

TEST_CASE("crl-reachable-scheme: without any location there is nothing to judge") {
    CHECK(verdict_on_server("crl-reachable-scheme", [](Certificate& c) {
              c.crl_distribution_points.reset();
          }) == Verdict::not_applicable);
    CHECK(verdict_on_server("crl-reachable-scheme", [](Certificate& c) {
              c.undecodable = {"2.5.29.31"};
          }) == Verdict::fail);
}

TEST_CASE("chain-crl-distribution-point: an intermediate without a location is warned of") {
    auto without = intermediate();
    without.crl_distribution_points.reset();
    CHECK(Bench({server(), without}).verdict("chain-crl-distribution-point", 1) == Verdict::warn);
    auto useless = intermediate();
    useless.crl_distribution_points = {point({"bogus:"})};
    const auto finding = Bench({server(), useless}).ask("chain-crl-distribution-point", 1);
    CHECK(finding.verdict == Verdict::warn);
    CHECK(list_of(finding.evidence, "found") == std::vector<std::string>{"bogus:"});
    Bench strict({server(), without});
    strict.policy.set(Decision::ca_without_cdp, Verdict::fail);
    CHECK(strict.verdict("chain-crl-distribution-point", 1) == Verdict::fail);
}

TEST_CASE("chain-crl-distribution-point: an intermediate with a location passes, roots and the "
          "server certificate are not judged") {
    Bench bench({server(), intermediate(), root()});
    CHECK(bench.verdict("chain-crl-distribution-point", 0) == Verdict::not_applicable);
    CHECK(bench.verdict("chain-crl-distribution-point", 1) == Verdict::pass);
    CHECK(bench.verdict("chain-crl-distribution-point", 2) == Verdict::not_applicable);
}

TEST_CASE("chain-crl-distribution-point: an extension that cannot be decoded fails with the error"
) {
    auto broken = intermediate();
    broken.undecodable = {"2.5.29.31"};
    const auto finding = Bench({server(), broken}).ask("chain-crl-distribution-point", 1);
    CHECK(finding.verdict == Verdict::fail);
    CHECK(!finding.evidence.text("error").empty());
}
