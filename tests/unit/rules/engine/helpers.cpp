// SPDX-License-Identifier: MIT
// What several rules need, row by row and at each edge.
#include "rules/engine/helpers.h"

#include "rules/engine/deployment_names.h"
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Texts = std::vector<std::string>;

} // namespace

TEST_CASE("helpers: every signature algorithm by its OID") {
    using enum SignatureFamily;
    struct Row {
        const char* oid;
        SignatureFamily family;
        const char* hash;
    };
    const Row rows[] = {
        {"1.2.840.113549.1.1.5", rsa, "SHA1"},
        {"1.3.14.3.2.29", rsa, "SHA1"},
        {"1.2.840.113549.1.1.14", rsa, "SHA224"},
        {"1.2.840.113549.1.1.11", rsa, "SHA256"},
        {"1.2.840.113549.1.1.12", rsa, "SHA384"},
        {"1.2.840.113549.1.1.13", rsa, "SHA512"},
        {"1.2.840.113549.1.1.15", rsa, "SHA512-224"},
        {"1.2.840.113549.1.1.16", rsa, "SHA512-256"},
        {"1.2.840.10045.4.1", ecdsa, "SHA1"},
        {"1.2.840.10045.4.3.1", ecdsa, "SHA224"},
        {"1.2.840.10045.4.3.2", ecdsa, "SHA256"},
        {"1.2.840.10045.4.3.3", ecdsa, "SHA384"},
        {"1.2.840.10045.4.3.4", ecdsa, "SHA512"},
        {"1.2.840.10040.4.3", dsa, "SHA1"},
        {"1.3.14.3.2.27", dsa, "SHA1"},
        {"2.16.840.1.101.3.4.3.1", dsa, "SHA224"},
        {"2.16.840.1.101.3.4.3.2", dsa, "SHA256"},
        {"2.16.840.1.101.3.4.3.3", dsa, "SHA384"},
        {"2.16.840.1.101.3.4.3.4", dsa, "SHA512"},
        {"1.2.840.113549.1.1.4", other, ""}, // MD5 with RSA
        {"1.2.840.113549.1.1.1", other, ""},
        {"", other, ""}};
    for (const auto& row : rows) {
        CAPTURE(row.oid);
        // The hash is that of the OID, whatever was read.
        const auto kind = signature_kind(algorithm(row.oid, "", "MD5"));
        CHECK(kind.family == row.family);
        CHECK(kind.hash == row.hash);
    }
    // Two have it as a parameter.
    const auto pss_kind = signature_kind(pss("SHA384", 48));
    CHECK(pss_kind.family == rsa_pss);
    CHECK(pss_kind.hash == "SHA384");
    for (const auto* hash : {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"}) {
        const auto kind = signature_kind(algorithm("1.2.840.10045.4.3", "", hash));
        CHECK(kind.family == ecdsa);
        CHECK(kind.hash == hash);
    }
    CHECK(signature_kind(algorithm("1.2.840.10045.4.3", "", "MD5")).family == other);
}

TEST_CASE("helpers: purposes by the names that administrators know") {
    const std::pair<const char*, const char*> rows[] = {
        {"1.3.6.1.5.5.7.3.1", "serverAuth"},
        {"1.3.6.1.5.5.7.3.2", "clientAuth"},
        {"1.3.6.1.5.5.7.3.3", "codeSigning"},
        {"1.3.6.1.5.5.7.3.4", "emailProtection"},
        {"1.3.6.1.5.5.7.3.8", "timeStamping"},
        {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
        {"2.5.29.37.0", "anyExtendedKeyUsage"},
        {"1.3.6.1.4.1.311.10.12.1", "anyApplicationPolicy"},
        {"1.3.6.1.4.1.311.10.3.3", "Microsoft Server Gated Cryptography"},
        {"2.16.840.1.113730.4.1", "Netscape step-up"},
        {"1.2.3.4", "1.2.3.4"}};
    for (const auto& [oid, name] : rows) {
        CHECK(purposes_text(Texts{oid}) == name);
        const bool any = std::string_view(name).starts_with("any");
        CHECK(allows_any_purpose(Texts{"1.2.3.4", oid}) == any);
    }
    CHECK(purposes_text(Texts{}).empty());
    CHECK(some_of(Texts{"a", "b", "c"}) == "a, b, c");
    CHECK(some_of(Texts{"a", "b", "c", "d", "e"}) == "a, b, c and 2 more");
}

TEST_CASE("helpers: which locations of a CRL can be asked") {
    const std::pair<std::string, bool> rows[] = {
        {"http://crl.contoso.com/ca.crl", true},
        {"HTTP://crl.contoso.com", true},
        {"https://c", true},
        {"ftp://c", true},
        {"ldap:///CN=CA", true},
        {"ldap:///", false},
        {"ldap://dc", true},
        {"ldaps://dc/CN=CA", true},
        {"file://server/share", true},
        {"file:\\\\server\\share", true},
        {"file:// \\ ", false},
        {"http://", false},
        {"http:/c", false},
        {"http:", false},
        {"http:c/d/e", false},
        {"http:///ca.crl", false},
        {"http://\\c", false},
        {"http://:80/", false},
        {"http://?", false},
        {"http://#", false},
        {"http:// c", false},
        {"http://c\n", false},
        {"gopher://c", false},
        {"crl.contoso.com", false},
        {"", false}};
    for (const auto& [url, usable] : rows) {
        CAPTURE(url);
        Certificate certificate;
        certificate.crl_distribution_points = {point({url})};
        CHECK(usable_crl_urls(certificate) == (usable ? Texts{url} : Texts{}));
        CHECK(crl_locations(certificate) == Texts{url});
    }
    CHECK(usable_crl_urls(Certificate{}).empty());
    CHECK(crl_locations(Certificate{}).empty());
    Certificate named;
    auto directory = point({}), relative = point({"http://c"});
    directory.directory_name = true;
    relative.relative_name = true;
    named.crl_distribution_points = {directory, relative};
    CHECK(
        crl_locations(named) ==
        Texts{"a directory name", "http://c", "a name relative to the CRL issuer"}
    );
    CHECK(url_scheme("LDAP://x") == "ldap");
    CHECK(url_scheme("no scheme").empty());
}

TEST_CASE("helpers: how a name is covered") {
    CHECK(cover_of("a.contoso.com", Texts{"*.contoso.com"}) == Cover::wildcard);
    CHECK(cover_of("a.contoso.com", Texts{"*.contoso.com", "A.contoso.com"}) == Cover::exact);
    CHECK(cover_of("a.contoso.com", Texts{"a.contoso.com", "*.contoso.com"}) == Cover::exact);
    CHECK(cover_of("a.contoso.com", Texts{"b.contoso.com"}) == Cover::none);
    const std::string with_nul("a.contoso.com\0", 14);
    CHECK(cover_of(with_nul, Texts{with_nul}) == Cover::none);
    // The common name counts where no DNS name is in the SAN.
    auto certificate = server();
    CHECK(dns_names_of(certificate) == certificate.san->dns);
    certificate.san->dns.clear();
    CHECK(dns_names_of(certificate) == certificate.common_names);
    certificate.san.reset();
    CHECK(dns_names_of(certificate) == certificate.common_names);
}

TEST_CASE("helpers: names beyond the limit are counted, addresses among those that were read") {
    auto certificate = server();
    CHECK(!beyond_limit(certificate, Texts{"a"}));
    certificate.san->ip = {"192.0.2.1"};
    certificate.san->beyond = 1;
    const auto open = beyond_limit(certificate, Texts{"a"});
    REQUIRE(open);
    CHECK(open->verdict == Verdict::inconclusive);
    CHECK(
        open->message ==
        "a is not among the first 3 names of the certificate, and 1 more were not read"
    );
    certificate.san.reset();
    CHECK(!beyond_limit(certificate, Texts{"a"}));
}

TEST_CASE("helpers: what cannot be read of a certificate, and what can") {
    auto certificate = server();
    CHECK(!unreadable(certificate, kSubjectAltName));
    certificate.undecodable = {"2.5.29.17"};
    CHECK(
        unreadable(certificate, kSubjectAltName)->message ==
        "the extension 2.5.29.17 cannot be decoded"
    );
    CHECK(!unreadable(certificate, kExtendedKeyUsage));
    certificate.undecodable.clear();
    certificate.duplicate_extensions = {"2.5.29.17"};
    const auto twice = unreadable(certificate, kSubjectAltName);
    CHECK(twice->verdict == Verdict::fail);
    CHECK(twice->evidence.text("error") == twice->message);
    CHECK(!unreadable_signature(certificate));
    for (auto* signature : {&certificate.signature, &certificate.signature_inner}) {
        const auto before = *signature;
        signature->oid.clear();
        CHECK(unreadable_signature(certificate));
        *signature = before;
    }
    CHECK(!unreadable_key(certificate));
    certificate.key.bits = 1;
    CHECK(!unreadable_key(certificate));
    certificate.key.bits = 0;
    CHECK(unreadable_key(certificate)->message == "the RSA key cannot be read");
    certificate.key.algorithm = "Ed25519";
    CHECK(!unreadable_key(certificate));
    certificate.key.oid.clear();
    CHECK(unreadable_key(certificate));
}

TEST_CASE("helpers: whose certificate is Lync's, by its use or by its role") {
    const auto reason = [](CertificateUse use, Role role, bool given, bool own = false) {
        Bench bench;
        bench.target.use = use;
        bench.target.role = role;
        bench.target.role_given = given;
        bench.context.own_identity = own;
        bench.ready();
        return not_of_lync({bench.chain, 0, bench.context});
    };
    for (const auto& use : words<CertificateUse>()) {
        CAPTURE(use.text);
        const bool none = use.value == CertificateUse::other ||
                          use.value == CertificateUse::oauth_token_issuer ||
                          use.value == CertificateUse::audio_video_authentication;
        CHECK(reason(use.value, Role::other, false).empty() == !none);
        CHECK(
            reason(use.value, Role::edge, true, true) == "our own certificate serves under no name"
        );
    }
    for (const auto& role : words<Role>()) {
        CAPTURE(role.text);
        const bool lync = is_lync_internal(role.value) || role.value == Role::edge ||
                          role.value == Role::reverse_proxy;
        CHECK(reason(CertificateUse::other, role.value, true).empty() == lync);
        CHECK(!reason(CertificateUse::other, role.value, false).empty());
    }
}

TEST_CASE("helpers: keys that are not RSA, and the certificate of an endpoint") {
    const auto reason = [](PublicKey key) {
        auto certificate = server();
        certificate.key = std::move(key);
        Bench bench({certificate});
        bench.ready();
        return not_rsa({bench.chain, 0, bench.context});
    };
    CHECK(reason(rsa(2048)).empty());
    CHECK(reason(rsa(0)).empty()); // cannot be read: the rule says so
    CHECK(reason(curve("P-256")) == "the key is EC, not RSA");
    CHECK(reason(curve("P-256", "")) == "the key is of an unknown type, not RSA");
    CHECK(reason(PublicKey{}).empty());

    EndpointRow row;
    CHECK(server_certificate_of(row) == nullptr);
    auto chain = std::make_shared<Chain>();
    row.main.chain = chain;
    CHECK(server_certificate_of(row) == nullptr);
    chain->presented = {std::make_shared<const Certificate>(server())};
    CHECK(server_certificate_of(row) == chain->presented[0].get());
    chain->unreadable = {1};
    CHECK(server_certificate_of(row) == chain->presented[0].get());
    chain->unreadable = {1, 0};
    CHECK(server_certificate_of(row) == nullptr);
}

TEST_CASE("helpers: a public CA is one of the system's, on a path that was found") {
    Chain chain;
    for (const auto& trust : words<TrustPath::Trust>())
        for (const bool system : {false, true}) {
            chain.path.trust = trust.value;
            chain.path.system_anchor = system;
            CHECK(publicly_trusted(chain) == (system && chain.path.anchored()));
        }
    CHECK(at_most_warn(Verdict::fail) == Verdict::warn);
    for (const auto verdict :
         {Verdict::pass, Verdict::warn, Verdict::inconclusive, Verdict::not_applicable})
        CHECK(at_most_warn(verdict) == verdict);
}

TEST_CASE("names of a deployment: those of the list, the usual ones of each domain, wildcards above"
) {
    Declared declared;
    declared.names = {"fe01.inside.contoso.com"};
    declared.sip_domains = {"contoso.com"};
    const DeploymentNames known(declared);
    for (const auto* label :
         {"sip", "sipinternal", "sipexternal", "lyncdiscover", "lyncdiscoverinternal", "meet",
          "dialin", "admin", "ucupdates-r2", "xmpp"})
        CHECK(known.has(std::string(label) + ".contoso.com"));
    CHECK(known.has("contoso.com"));
    CHECK(known.has("fe01.inside.contoso.com"));
    CHECK(known.has("*.inside.contoso.com"));
    CHECK(known.has("*.contoso.com"));
    CHECK(known.has("*.com"));
    CHECK(!known.has("inside.contoso.com"));
    CHECK(!known.has("*.eu.contoso.com"));
    CHECK(!known.has("web.contoso.com"));
    CHECK(normal_name("SIP.Contoso.com.") == "sip.contoso.com");
    CHECK(normal_name("*.Contoso.com") == "*.contoso.com");
    CHECK(normal_name("server").empty());
    CHECK(normal_name("*.com").empty());
}

TEST_CASE("names of a deployment: who is a stranger to it") {
    Declared declared;
    declared.names = {"sip.contoso.com"};
    const auto stranger = [&](auto spoil) {
        auto certificate = server(); // sip.contoso.com, meet.contoso.com
        spoil(certificate);
        return is_stranger(certificate, declared);
    };
    const auto foreign = [](Certificate& c) { c.san->dns = {"edge.fabrikam.com"}; };
    CHECK(!stranger(foreign)); // no topology
    declared.topology = true;
    CHECK(stranger(foreign));
    CHECK(!stranger([](Certificate&) {}));
    CHECK(stranger([](Certificate& c) { // the SAN counts
        c.san->dns = {"edge.fabrikam.com"};
        c.common_names = {"sip.contoso.com"};
    }));
    CHECK(!stranger([](Certificate& c) { c.san.reset(); }));
    CHECK(stranger([](Certificate& c) {
        c.san.reset();
        c.common_names = {"edge.fabrikam.com"};
    }));
    CHECK(!stranger([&](Certificate& c) {
        foreign(c);
        c.san->beyond = 1;
    }));
    CHECK(stranger([&](Certificate& c) {
        foreign(c);
        c.san->beyond = 0;
    }));
}

TEST_CASE("context: names that are expected, and what is there where nothing was said") {
    Context context;
    CHECK(context.names().empty());
    CHECK(context.seen().row == nullptr);
    CHECK(context.target().host.empty());
    Target target;
    context.described = &target;
    CHECK(context.names().empty());
    target.host = "192.0.2.1";
    CHECK(context.names().empty());
    target.host = "fe01.contoso.com";
    REQUIRE(context.names().size() == 1);
    CHECK(context.names()[0] == "fe01.contoso.com");
    target.names = {"a", "b"};
    CHECK(context.names().size() == 2);
}
