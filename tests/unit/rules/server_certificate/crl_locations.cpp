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
    CHECK(
        text_of(finding) ==
        "01 fail: there is no CRL distribution point {extension=2.5.29.31, position=0}"
    );
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
    CHECK(
        text_of(finding) ==
        "01 fail: the CRL distribution point holds no location that can be fetched "
        "{extension=2.5.29.31, found=[a name relative to the CRL issuer], position=0}"
    );
    CHECK(list_of(finding.evidence, "found").size() == 1);
    CHECK(
        text_of(about_server(
            "crl-distribution-point",
            [](Certificate& c) { c.crl_distribution_points = std::vector<DistributionPoint>{}; }
        )) == "01 fail: the CRL distribution point holds no location that can be fetched "
              "{extension=2.5.29.31, found=[], position=0}"
    );
}

TEST_CASE("crl-distribution-point: the policy decides about an extension without a usable location"
) {
    Bench bench({with_urls({"http://"})});
    bench.policy.set(Decision::cdp_without_usable_location, Verdict::warn);
    CHECK(
        text_of(bench.ask("crl-distribution-point")) ==
        "01 warn: the CRL distribution point holds no location that can be fetched "
        "{extension=2.5.29.31, found=[http://], position=0}"
    );
}

TEST_CASE("crl-distribution-point: an extension that cannot be decoded fails with the error") {
    const auto finding = about_server("crl-distribution-point", [](Certificate& c) {
        c.undecodable = {"2.5.29.31"};
    });
    CHECK(
        text_of(finding) == "01 fail: the extension 2.5.29.31 cannot be decoded {error=the "
                            "extension 2.5.29.31 cannot be decoded}"
    );
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
    CHECK(
        text_of(bench.ask("crl-reachable-scheme")) ==
        "01 fail: the CRL has only LDAP or file locations, which machines outside the domain "
        "cannot use "
        "{crl=[ldap:///CN=Contoso%20CA,CN=CDP,DC=contoso,DC=com?certificateRevocationList], "
        "extension=2.5.29.31, position=0}"
    );
}

TEST_CASE("crl-reachable-scheme: always inconclusive without a role") {
    Bench bench({with_urls({kLdap})});
    CHECK(
        text_of(bench.ask("crl-reachable-scheme")) ==
        "01 inconclusive: it is not known what this server is; give its role "
        "{crl=[ldap:///CN=Contoso%20CA,CN=CDP,DC=contoso,DC=com?certificateRevocationList], "
        "position=0}"
    );
    bench.target.use = CertificateUse::access_edge_external;
    bench.target.side = Side::external;
    CHECK(
        text_of(bench.ask("crl-reachable-scheme")) ==
        "01 inconclusive: it is not known what this server is; give its role "
        "{crl=[ldap:///CN=Contoso%20CA,CN=CDP,DC=contoso,DC=com?certificateRevocationList], "
        "position=0}"
    );
    CHECK(
        text_of(Bench().ask("crl-reachable-scheme")) ==
        "01 inconclusive: it is not known what this server is; give its role "
        "{crl=[http://crl.contoso.com/issuing.crl], position=0}"
    ); // http too
}

TEST_CASE("crl-reachable-scheme: without any location there is nothing to judge") {
    CHECK(text_of(about_server("crl-reachable-scheme", [](Certificate& c) {
              c.crl_distribution_points.reset();
          })) == "01 not_applicable: there is no CRL location; crl-distribution-point says so");
    CHECK(
        text_of(about_server(
            "crl-reachable-scheme", [](Certificate& c) { c.undecodable = {"2.5.29.31"}; }
        )) == "01 fail: the extension 2.5.29.31 cannot be decoded {error=the extension 2.5.29.31 "
              "cannot be decoded}"
    );
}

TEST_CASE("chain-crl-distribution-point: an intermediate without a location is warned of") {
    auto without = intermediate();
    without.crl_distribution_points.reset();
    CHECK(
        text_of(Bench({server(), without}).ask("chain-crl-distribution-point", 1)) ==
        "02 warn: this CA certificate has no CRL distribution point, so its revocation cannot be "
        "checked {extension=2.5.29.31, position=1}"
    );
    auto useless = intermediate();
    useless.crl_distribution_points = {point({"bogus:"})};
    const auto finding = Bench({server(), useless}).ask("chain-crl-distribution-point", 1);
    CHECK(
        text_of(finding) ==
        "02 warn: the CRL distribution point of this CA certificate holds no location that can be "
        "fetched {extension=2.5.29.31, found=[bogus:], position=1}"
    );
    CHECK(list_of(finding.evidence, "found") == std::vector<std::string>{"bogus:"});
    Bench strict({server(), without});
    strict.policy.set(Decision::ca_without_cdp, Verdict::fail);
    CHECK(
        text_of(strict.ask("chain-crl-distribution-point", 1)) ==
        "02 fail: this CA certificate has no CRL distribution point, so its revocation cannot be "
        "checked {extension=2.5.29.31, position=1}"
    );
}

TEST_CASE("chain-crl-distribution-point: an intermediate with a location passes, roots and the "
          "server certificate are not judged") {
    Bench bench({server(), intermediate(), root()});
    CHECK(
        text_of(bench.ask("chain-crl-distribution-point", 0)) ==
        "01 not_applicable: the server certificate is judged by crl-distribution-point"
    );
    CHECK(
        text_of(bench.ask("chain-crl-distribution-point", 1)) ==
        "02 pass {crl=[http://crl.contoso.com/root.crl]}"
    );
    CHECK(
        text_of(bench.ask("chain-crl-distribution-point", 2)) ==
        "03 not_applicable: a root needs none"
    );
}

TEST_CASE("chain-crl-distribution-point: an extension that cannot be decoded fails with the error"
) {
    auto broken = intermediate();
    broken.undecodable = {"2.5.29.31"};
    const auto finding = Bench({server(), broken}).ask("chain-crl-distribution-point", 1);
    CHECK(
        text_of(finding) == "02 fail: the extension 2.5.29.31 cannot be decoded {error=the "
                            "extension 2.5.29.31 cannot be decoded}"
    );
    CHECK(!finding.evidence.text("error").empty());
}

TEST_CASE("crl-reachable-scheme: which uses, roles and sides are published") {
    const auto warned = [](CertificateUse use, Role role, Side side) {
        auto certificate = server();
        certificate.crl_distribution_points = {point({"ldap:///CN=CA"})};
        Bench bench({certificate});
        bench.target.use = use;
        bench.target.role = role;
        bench.target.role_given = true;
        bench.target.side = side;
        return bench.verdict("crl-reachable-scheme") == Verdict::warn;
    };
    for (const auto& use : words<CertificateUse>())
        CHECK_MESSAGE(
            warned(use.value, Role::front_end, Side::internal) ==
                (use.value == CertificateUse::web_services_external ||
                 use.value == CertificateUse::access_edge_external ||
                 use.value == CertificateUse::data_edge_external),
            use.text
        );
    for (const auto& role : words<Role>()) {
        CHECK_MESSAGE(
            warned(CertificateUse::other, role.value, Side::internal) ==
                (role.value == Role::edge || role.value == Role::reverse_proxy ||
                 role.value == Role::office_web_apps || role.value == Role::partner),
            role.text
        );
        CHECK(warned(CertificateUse::other, role.value, Side::external));
    }
    for (const auto* url : {"http://c/a", "https://c/a", "ftp://c/a"}) {
        auto certificate = server();
        certificate.crl_distribution_points = {point({"ldap:///CN=CA"}), point({url})};
        Bench bench({certificate});
        bench.target.role = Role::edge;
        bench.target.role_given = true;
        CHECK(bench.verdict("crl-reachable-scheme") == Verdict::pass);
    }
}
