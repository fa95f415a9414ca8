// SPDX-License-Identifier: MIT
// The table of services: sane as a whole, and a few rows as the documentation has them.
#include "plan/services.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::plan;

namespace {

const Service& row(std::string_view id) {
    const auto* service = find_service(id);
    if (service == nullptr) FAIL("no service is called " << id);
    return *service;
}

} // namespace

TEST_CASE("services: every row is whole, cites its source and has its own id") {
    std::set<std::string_view> ids;
    for (const auto& service : services()) {
        CAPTURE(service.id);
        CHECK(ids.insert(service.id).second);
        CHECK_FALSE(service.group.empty());
        CHECK_FALSE(service.source.empty());
        CHECK_FALSE(service.listener.protocol.empty());
        CHECK(service.roles != 0);
        CHECK((service.usual & ~service.roles) == 0);
        CHECK((service.last == 0 || service.last > service.port));
        CHECK((service.port != 0 || service.id == "application"));
        if (!service.listener.probe) CHECK(service.usual == 0); // there is nothing to probe
        if (service.listener.transport == Transport::udp && service.listener.probe)
            CHECK(service.listener.probe == Probe::av_edge);
        CHECK(
            service.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
            std::string_view::npos
        );
    }
}

TEST_CASE("services: a word of `services:` means either one service or one group of a role") {
    for (const auto& word : words<Role>()) {
        std::map<std::string_view, int> members;
        for (const auto& service : services())
            if (has(service.roles, word.value) && service.listener.probe) ++members[service.group];
        for (const auto& [group, count] : members) {
            CAPTURE(group);
            if (const auto* same = find_service(group); same != nullptr && count > 1)
                CHECK_FALSE(has(same->roles, word.value));
        }
    }
}

TEST_CASE("services: rows as the documentation has them") {
    CHECK(row("registrar").port == 5061);
    CHECK(row("registrar").listener.peer == PeerCertificate::optional);
    CHECK(row("conference-control").port == 444);
    CHECK(row("conference-control").listener.peer == PeerCertificate::required);
    CHECK(row("web-internal").listener.use == CertificateUse::web_services_internal);
    CHECK(row("web-external").port == 4443);
    CHECK(row("web-conferencing").port == 8057);
    CHECK(row("application-sharing").port == 5065);
    CHECK(row("application-sharing").listener.probe == Probe::sip);
    CHECK(row("mediation-gateway").port == 5067);
    CHECK(row("mediation-internal").port == 5070);
    CHECK(row("persistent-chat-sip").port == 5041);
    CHECK(row("access-edge-clients").listener.use == CertificateUse::access_edge_external);
    CHECK(row("federation").listener.peer == PeerCertificate::required);
    CHECK(row("web-conferencing-edge-clients").listener.use == CertificateUse::data_edge_external);
    CHECK(row("av-authentication").port == 5062);
    CHECK(row("replication").port == 4443);
    CHECK(row("xmpp-edge").port == 5269);
    CHECK(row("xmpp-edge-internal").port == 23456);
    const auto& turn = row("av-edge-clients");
    CHECK(turn.port == 443);
    CHECK(turn.listener.probe == Probe::av_edge);
    CHECK(turn.listener.names == Names::none);
    CHECK(turn.listener.transport == Transport::tcp);
    CHECK(row("av-edge-clients-udp").port == 3478);
    CHECK(row("av-edge-clients-udp").listener.transport == Transport::udp);
    CHECK(row("logging").last == 50003);
    CHECK_FALSE(row("registrar-tcp").listener.probe.has_value());
}

TEST_CASE("services: a target finds its row by its id, else by what is said of it") {
    Target named;
    named.service = "um";
    CHECK(service_of(named)->port == 5061);
    named.service = "nonsense";
    CHECK(service_of(named) == nullptr);
    const auto said = [](Role role, std::uint16_t port, Probe probe) {
        Target target;
        target.role = role;
        target.port = port;
        target.probe = probe;
        return target;
    };
    CHECK(service_of(said(Role::front_end, 5063, Probe::sip))->id == "av-conferencing");
    CHECK(service_of(said(Role::mediation, 50002, Probe::tls))->id == "logging");
    CHECK(service_of(said(Role::front_end, 1, Probe::tls)) == nullptr);
    CHECK(service_of(said(Role::partner, 5061, Probe::sip)) == nullptr);
    auto edge = said(Role::edge, 443, Probe::sip);
    edge.side = Side::external;
    CHECK(service_of(edge)->id == "access-edge-clients");
    // Without a side the certificate tells that this is not the inside.
    edge = said(Role::edge, 5061, Probe::sip);
    CHECK(service_of(edge)->id == "access-edge-internal");
    edge.use = CertificateUse::access_edge_external;
    CHECK(service_of(edge) == nullptr);
}

TEST_CASE("services: the ports that Lync's servers keep for each other") {
    for (const int port :
         {5062, 5063, 5064, 5065, 5066, 5067, 5068, 5070, 5071, 5072, 5073, 5075, 5076,
          5077, 5080, 5081, 5082, 5086, 5087, 5088, 5089, 5095, 5096, 5098, 444,  50001})
        CHECK_MESSAGE(is_port_between_servers(static_cast<std::uint16_t>(port)), port);
    for (const int port : {5061, 443, 4443, 15061})
        CHECK_MESSAGE(!is_port_between_servers(static_cast<std::uint16_t>(port)), port);
}

TEST_CASE("services: the document has a line for each row") {
    const auto text = services_markdown();
    for (const auto& service : services())
        CHECK(text.find("| `" + std::string(service.id) + "` |") != std::string::npos);
}
