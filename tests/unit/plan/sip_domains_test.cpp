// SPDX-License-Identifier: MIT
#include "plan/sip_domains.h"

#include <doctest/doctest.h>

using namespace lyncprobe;

namespace {

Target target(Probe probe, std::string host, Role role = Role::other, std::uint16_t port = 5061) {
    Target made;
    made.probe = probe;
    made.host = std::move(host);
    made.role = role;
    made.port = port;
    return made;
}

std::string filled(Target made, const std::vector<std::string>& own) {
    std::vector<Target> targets{std::move(made)};
    plan::fill_in_sip_domains(targets, own);
    return targets.front().sip_domain;
}

} // namespace

TEST_CASE("sip domains: a registrar is asked about the domain it stands in, else about our first") {
    const std::vector<std::string> own{"contoso.com", "eu.contoso.com"};
    CHECK(filled(target(Probe::sip, "fe01.contoso.local", Role::front_end), own) == "contoso.com");
    CHECK(
        filled(target(Probe::sip, "sip.eu.contoso.com", Role::director), own) == "eu.contoso.com"
    );
    auto named = target(Probe::sip, "192.0.2.1", Role::standard_edition);
    named.names = {"sip.eu.contoso.com"};
    CHECK(filled(named, own) == "eu.contoso.com");
    CHECK(filled(target(Probe::sip, "notcontoso.com", Role::front_end), own) == "contoso.com");
}

TEST_CASE("sip domains: nobody is registered at a foreign domain or on a port between servers") {
    const std::vector<std::string> own{"contoso.com"};
    CHECK(filled(target(Probe::sip, "sip.contoso.com", Role::front_end), {}).empty());
    CHECK(filled(target(Probe::sip, "fe01.contoso.com", Role::front_end, 5062), own).empty());
    CHECK(filled(target(Probe::sip, "sip.fabrikam.com", Role::partner), own).empty());
    CHECK(filled(target(Probe::sip, "sip.contoso.com"), own).empty()); // nobody said what it is
    CHECK(filled(target(Probe::tls, "fe01.contoso.com", Role::front_end), own).empty());

    auto edge = target(Probe::sip, "edge01.contoso.com", Role::edge);
    CHECK(filled(edge, own).empty()); // the internal interface
    edge.use = CertificateUse::access_edge_external;
    CHECK(filled(edge, own) == "contoso.com");
}

TEST_CASE("sip domains: a partner's is read off its host, and what was said stays") {
    const std::vector<std::string> own{"contoso.com"};
    CHECK(filled(target(Probe::federation, "sip.fabrikam.com"), own) == "fabrikam.com");
    CHECK(filled(target(Probe::xmpp, "fabrikam.com"), own) == "fabrikam.com");
    CHECK(filled(target(Probe::xmpp, "xmpp.contoso.com"), own) == "contoso.com");
    CHECK(filled(target(Probe::autodiscover, "lyncdiscover.contoso.com"), {}) == "contoso.com");
    CHECK(filled(target(Probe::federation, "192.0.2.1"), own).empty());
    auto said = target(Probe::federation, "edge.hoster.net");
    said.sip_domain = "fabrikam.com";
    CHECK(filled(said, own) == "fabrikam.com");
}
