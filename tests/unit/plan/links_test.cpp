// SPDX-License-Identifier: MIT
#include "plan/links.h"

#include <set>

#include <doctest/doctest.h>

using namespace lyncprobe;
using namespace lyncprobe::plan;

TEST_CASE("links: each is a service that asks whoever connects for a certificate, and stands once"
) {
    std::set<std::string_view> seen;
    for (const auto& link : server_links()) {
        CAPTURE(std::string(link.service));
        const auto* service = find_service(link.service);
        REQUIRE(service);
        CHECK(service->listener.probe);
        CHECK(service->listener.peer != PeerCertificate::none);
        CHECK(link.from != 0);
        CHECK(seen.insert(link.service).second);
        CHECK(link_to(link.service) == &link);
    }
    CHECK(link_to("web-internal") == nullptr);
}

TEST_CASE("links: every service that demands a certificate has its peers, but for the known few") {
    const std::set<std::string_view> unknown{
        "logging", "edge-logging",          // whoever asks for the logs
        "federation",                       // partners are no servers of the deployment
        "um-mailbox", "persistent-chat-wcf" // the pages do not say
    };
    for (const auto& service : services()) {
        if (service.listener.peer != PeerCertificate::required) continue;
        CAPTURE(std::string(service.id));
        CHECK((link_to(service.id) != nullptr) != unknown.contains(service.id));
    }
}

TEST_CASE("links: which certificate is shown outwards") {
    CHECK(outward_use(Role::front_end, *find_service("registrar")) == CertificateUse::default_);
    CHECK(outward_use(Role::edge, *find_service("registrar")) == CertificateUse::internal);
    CHECK(outward_use(Role::gateway, *find_service("mediation-gateway")) == CertificateUse::other);
}
