// SPDX-License-Identifier: MIT
// Rules subject-name, subject-in-san and name-characters.
#include "unit/rules/subjects.h"

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::rules;
using namespace lyncprobe::rules::testing;

namespace {

using Names = std::vector<std::string>;

// A certificate on fe01 of pool.contoso.com.
Bench shown(Role role, CertificateUse use, std::string common_name, Names dns) {
    auto certificate = server();
    certificate.common_names.clear();
    if (!common_name.empty()) certificate.common_names = {std::move(common_name)};
    certificate.san = SubjectAltName{.dns = std::move(dns), .ip = {}};
    Bench bench({certificate});
    bench.target.role = role;
    bench.target.role_given = role != Role::other;
    bench.target.use = use;
    bench.target.host = bench.target.server = "fe01.contoso.com";
    bench.target.pool = "pool.contoso.com";
    bench.target.names = {"pool.contoso.com", "fe01.contoso.com"};
    return bench;
}

Verdict subject(
    Role role, CertificateUse use, std::string common_name, Names dns = {"pool.contoso.com"}
) {
    return shown(role, use, std::move(common_name), std::move(dns)).verdict("subject-name");
}

constexpr auto kDefault = CertificateUse::default_;
constexpr auto kInternal = CertificateUse::internal;
constexpr auto kAccess = CertificateUse::access_edge_external;
constexpr auto kWeb = CertificateUse::web_services_internal;

} // namespace

TEST_CASE("subject-name: a Default certificate is called like the pool") {
    for (const auto role :
         {Role::front_end, Role::standard_edition, Role::director, Role::mediation, Role::sba,
          Role::trusted_application})
        CHECK(subject(role, kDefault, "Pool.contoso.com") == Verdict::pass);
    CHECK(subject(Role::mediation, CertificateUse::other, "pool.contoso.com") == Verdict::pass);
    auto other = shown(Role::front_end, kDefault, "old.contoso.com", {"pool.contoso.com"});
    const auto finding = other.ask("subject-name");
    CHECK(
        text_of(finding) ==
        "01 fail: the common name is old.contoso.com; Microsoft's tables ask for the pool's FQDN, "
        "pool.contoso.com {wanted=[pool.contoso.com], common_name=[old.contoso.com], position=0}"
    );
    CHECK(finding.message.find("pool.contoso.com") != std::string::npos);
    CHECK(list_of(finding.evidence, "wanted") == Names{"pool.contoso.com"});
    CHECK(list_of(finding.evidence, "common_name") == Names{"old.contoso.com"});
}

TEST_CASE("subject-name: another name of the same server is a warning, Persistent Chat apart") {
    CHECK(subject(Role::front_end, kDefault, "fe01.contoso.com") == Verdict::warn);
    CHECK(subject(Role::front_end, kDefault, "sip.contoso.com") == Verdict::warn);
    CHECK(subject(Role::front_end, kDefault, "") == Verdict::warn);
    CHECK(subject(Role::front_end, kDefault, "sipx.contoso.com") == Verdict::fail);
    CHECK(subject(Role::persistent_chat, kDefault, "fe01.contoso.com") == Verdict::pass);
}

TEST_CASE("subject-name: inside, an Edge Server is called like its pool or itself") {
    CHECK(subject(Role::edge, kInternal, "pool.contoso.com") == Verdict::pass);
    CHECK(subject(Role::edge, kInternal, "fe01.contoso.com") == Verdict::pass);
    CHECK(subject(Role::edge, kInternal, "fe02.contoso.com") == Verdict::fail);
    CHECK(subject(Role::edge, kInternal, "sip.contoso.com") == Verdict::fail);
    // A list without `server:` names the machine by the host.
    auto listed = shown(Role::edge, kInternal, "fe01.contoso.com", {"fe01.contoso.com"});
    listed.target.server.clear();
    listed.target.names = {"fe01.contoso.com"};
    CHECK(text_of(listed.ask("subject-name")) == "01 pass");
}

TEST_CASE("subject-name: outside it is a recommendation") {
    const Names dns{"access.contoso.com", "sip.contoso.com", "webconf.contoso.com"};
    const auto access = [&](std::string name) {
        auto bench = shown(Role::edge, kAccess, std::move(name), dns);
        bench.target.host = "access.contoso.com";
        bench.target.names = {"sip.contoso.com"};
        return bench;
    };
    CHECK(text_of(access("access.contoso.com").ask("subject-name")) == "01 pass");
    CHECK(text_of(access("sip.fabrikam.com").ask("subject-name")) == "01 pass");
    CHECK(
        text_of(access("webconf.contoso.com").ask("subject-name")) ==
        "01 warn: the common name is webconf.contoso.com; Microsoft's tables ask for the Access "
        "Edge FQDN, sip.contoso.com {wanted=[sip.contoso.com; access.contoso.com], "
        "common_name=[webconf.contoso.com], position=0}"
    );
    // subject-in-san's, and once is enough
    CHECK(text_of(access("old.contoso.com").ask("subject-name")) == "01 pass");
    CHECK(
        text_of(access("old.contoso.com").ask("subject-in-san")) ==
        "01 fail: old.contoso.com is in the common name only, where no client looks for it: TLS "
        "ignores the common name beside a subject alternative name {common_name=[old.contoso.com], "
        "position=0}"
    );
    auto xmpp = access("webconf.contoso.com");
    xmpp.target.probe = Probe::xmpp;
    CHECK(
        text_of(xmpp.ask("subject-name")) ==
        "01 not_applicable: no common name is asked for here, or it is not known which"
    );
}

TEST_CASE("subject-name: Exchange UM has its own FQDN") {
    const auto use = CertificateUse::other;
    const Names dns{"fe01.contoso.com", "mail.contoso.com"};
    CHECK(subject(Role::exchange_um, use, "fe01.contoso.com", dns) == Verdict::pass);
    CHECK(subject(Role::exchange_um, use, "mail.contoso.com", dns) == Verdict::warn);
}

TEST_CASE("subject-name: a wildcard is supported for no role") {
    const Names dns{"*.contoso.com", "pool.contoso.com"};
    for (const auto use : {kDefault, kInternal, kAccess, kWeb, CertificateUse::data_edge_external})
        CHECK(subject(Role::other, use, "*.contoso.com", dns) == Verdict::fail);
    CHECK(
        subject(Role::reverse_proxy, CertificateUse::web_services_external, "*.contoso.com", dns) ==
        Verdict::warn
    );
    // Without a SAN host-name fails already, where it knows a name.
    auto bare = shown(Role::front_end, kDefault, "*.contoso.com", {});
    CHECK(
        text_of(bare.ask("subject-name")) ==
        "01 not_applicable: host-name says that a wildcard in the common name does not count"
    );
    CHECK(
        text_of(bare.ask("host-name")) ==
        "01 fail: pool.contoso.com, fe01.contoso.com is covered only by a wildcard in the common "
        "name, which is not supported {names=[pool.contoso.com; fe01.contoso.com], "
        "only_by_wildcard=[pool.contoso.com; fe01.contoso.com], common_name=[*.contoso.com], "
        "position=0}"
    );
    bare.target.names.clear();
    bare.target.host = "192.0.2.7"; // then no name is expected
    CHECK(
        text_of(bare.ask("subject-name")) ==
        "01 fail: the common name is a wildcard, which Microsoft supports for no role "
        "{wanted=[pool.contoso.com], common_name=[*.contoso.com], position=0}"
    );
}

TEST_CASE("subject-name: a certificate without the wanted name is host-name's") {
    for (const Names& dns : {Names{"old.contoso.com"}, Names{}}) {
        auto foreign = shown(Role::front_end, kDefault, "old.contoso.com", dns);
        CHECK(
            text_of(foreign.ask("subject-name")) ==
            "01 not_applicable: host-name says that the wanted name is missing"
        );
        CHECK(foreign.ask("host-name").verdict == Verdict::fail);
    }
}

TEST_CASE("subject-name: an address is no name to ask for") {
    auto edge = shown(Role::edge, kAccess, "access.contoso.com", {"access.contoso.com"});
    edge.target.names.clear();
    edge.target.host = "192.0.2.7";
    CHECK(
        text_of(edge.ask("subject-name")) ==
        "01 not_applicable: no common name is asked for here, or it is not known which"
    );
}

TEST_CASE("subject-name: what no table asks for is not judged") {
    CHECK(subject(Role::front_end, kWeb, "any.contoso.com") == Verdict::not_applicable);
    CHECK(subject(Role::other, CertificateUse::other, "*.contoso.com") == Verdict::not_applicable);
    CHECK(
        subject(Role::gateway, CertificateUse::other, "any.contoso.com") == Verdict::not_applicable
    );
    auto no_pool = shown(Role::front_end, kDefault, "any.contoso.com", {"any.contoso.com"});
    no_pool.target.pool.clear();
    CHECK(
        text_of(no_pool.ask("subject-name")) ==
        "01 not_applicable: no common name is asked for here, or it is not known which"
    );
    no_pool.target.pool = "the first pool"; // a label
    CHECK(
        text_of(no_pool.ask("subject-name")) ==
        "01 not_applicable: no common name is asked for here, or it is not known which"
    );
    auto own = shown(Role::front_end, kDefault, "any.contoso.com", {"any.contoso.com"});
    own.context.own_identity = true;
    CHECK(
        text_of(own.ask("subject-name")) ==
        "01 not_applicable: our own certificate serves under no name"
    );
}

TEST_CASE("subject-in-san: the common name is among the names") {
    const auto ask = [](CertificateUse use, std::string name, Names dns) {
        return shown(Role::other, use, std::move(name), std::move(dns)).ask("subject-in-san");
    };
    CHECK(text_of(ask(kWeb, "fe01.contoso.com", {"FE01.contoso.com"})) == "01 pass");
    CHECK(text_of(ask(kWeb, "old.contoso.com", {"*.contoso.com"})) == "01 pass");
    CHECK(
        text_of(ask(kWeb, "old.contoso.com", {"web.contoso.com"})) ==
        "01 warn: old.contoso.com is in the common name only, where no client looks for it: TLS "
        "ignores the common name beside a subject alternative name {common_name=[old.contoso.com], "
        "position=0}"
    );
    const auto edge = ask(kAccess, "old.contoso.com", {"*.contoso.com"});
    CHECK(
        text_of(edge) == "01 fail: old.contoso.com is in the common name only, where no client "
                         "looks for it: TLS ignores the common name beside a subject alternative "
                         "name {common_name=[old.contoso.com], position=0}"
    );
    CHECK(list_of(edge.evidence, "common_name") == Names{"old.contoso.com"});
    // A name for people, a wildcard, nothing: no host name that could be missed.
    for (const std::string name : {"Lync Edge", "*.contoso.com", "EDGE01", ""})
        CHECK(text_of(ask(kAccess, name, {"a.contoso.com"})) == "01 pass");
    CHECK(
        text_of(ask(kAccess, "old.contoso.com", {})) ==
        "01 not_applicable: no subject alternative name: the common name counts"
    );
}

TEST_CASE("subject-in-san: what another rule says is not said again") {
    // host-name: an expected name is missing, and the common name has it.
    auto expected = shown(Role::edge, kAccess, "pool.contoso.com", {"fe01.contoso.com"});
    CHECK(
        text_of(expected.ask("subject-in-san")) ==
        "01 not_applicable: host-name or subject-name judges this common name"
    );
    CHECK(
        text_of(expected.ask("host-name")) ==
        "01 fail: the certificate does not cover pool.contoso.com; the common name has it, but "
        "does not count beside a subject alternative name {names=[pool.contoso.com; "
        "fe01.contoso.com], missing=[pool.contoso.com], only_in_common_name=[pool.contoso.com], "
        "san_dns=[fe01.contoso.com], common_name=[pool.contoso.com], position=0}"
    );
    // subject-name: the name has no business on this server.
    auto foreign = shown(Role::front_end, kDefault, "old.contoso.com", {"pool.contoso.com"});
    CHECK(
        text_of(foreign.ask("subject-in-san")) ==
        "01 not_applicable: host-name or subject-name judges this common name"
    );
    auto pool = shown(Role::front_end, kDefault, "pool.contoso.com", {"fe01.contoso.com"});
    pool.target.names = {"fe01.contoso.com"};
    CHECK(
        text_of(pool.ask("subject-in-san")) ==
        "01 warn: pool.contoso.com is in the common name only, where no client looks for it: TLS "
        "ignores the common name beside a subject alternative name "
        "{common_name=[pool.contoso.com], position=0}"
    );
}

TEST_CASE("name-characters: letters, digits, hyphens and at least two labels") {
    // U+FFFD at the end of the list: what the certificate's reader makes of a byte that is no
    // UTF-8.
    const auto ask = [](Names dns) {
        return shown(Role::front_end, kDefault, "pool.contoso.com", std::move(dns))
            .ask("name-characters");
    };
    CHECK(text_of(ask({"fe-01.contoso.com", "*.contoso.com", "10.contoso.com"})) == "01 pass");
    for (const std::string bad :
         {"fe_01.contoso.com", "m\xc3\xbcnchen.contoso.com", "XN--mnchen-3ya.contoso.com",
          "a.xn--mnchen-3ya.com", "FE01", "a b.contoso.com", "", "s\xef\xbf\xbdp.contoso.com"}) {
        const auto finding = ask({"pool.contoso.com", bad});
        CHECK_MESSAGE(finding.verdict == Verdict::warn, bad);
        CHECK(list_of(finding.evidence, "san_dns") == Names{bad});
    }
    CHECK(text_of(ask({"axn--b.contoso.com"})) == "01 pass");
    CHECK(text_of(ask({})) == "01 not_applicable: no DNS name is in a subject alternative name");
    const auto many = ask(Names(4096, "FE01"));
    CHECK(list_of(many.evidence, "san_dns").size() == 50);
    CHECK(number_of(many.evidence, "san_dns_count") == 4096);
}

TEST_CASE("name-characters: a reverse proxy may serve others, too") {
    auto proxy = shown(
        Role::reverse_proxy, CertificateUse::web_services_external, "a.contoso.com", {"a_b.example"}
    );
    CHECK(
        text_of(proxy.ask("name-characters")) ==
        "01 not_applicable: a reverse proxy publishes other things than Lync, too"
    );
}

TEST_CASE("names: a SAN that cannot be decoded fails with the error") {
    auto bench = shown(Role::front_end, kDefault, "pool.contoso.com", {"pool.contoso.com"});
    auto certificate = *bench.chain.presented.front();
    certificate.undecodable = {"2.5.29.17"};
    bench.chain.presented.front() = std::make_shared<const Certificate>(certificate);
    for (const auto* rule : {"subject-in-san", "name-characters"})
        CHECK(!bench.ask(rule).evidence.text("error").empty());
}

TEST_CASE("names: where they have nothing to say these rules give no finding") {
    const auto count = [](Bench bench) {
        std::size_t found = 0;
        for (const auto& finding : bench.ask_all())
            for (const auto* rule : {"subject-name", "subject-in-san", "name-characters"})
                found += finding.rule == rule ? 1 : 0;
        return found;
    };
    CHECK(count(Bench({server(), intermediate()})) == 0);
    auto lync = Bench({server(), intermediate()});
    lync.target.use = kWeb;
    CHECK(count(lync) == 2); // of the server certificate alone; any common name will do
    lync.chain.presented.clear();
    lync.chain.unreadable = {0};
    CHECK(count(lync) == 0);
}

TEST_CASE("subject-in-san: names beyond the limit are not absent") {
    auto bench = shown(Role::other, kWeb, "old.contoso.com", {"web.contoso.com"});
    auto certificate = *bench.chain.presented.front();
    certificate.san->beyond = 2;
    bench.chain.presented.front() = std::make_shared<const Certificate>(certificate);
    CHECK(
        with_fix(bench.ask("subject-in-san")) ==
        "01 inconclusive: old.contoso.com is not among the first 1 names of the certificate, and 2 "
        "more were not read {position=0} -> see whether the certificate has it: certutil -dump "
        "FILE lists all names"
    );
}
