// SPDX-License-Identifier: MIT
// The demonstration: a small Lync Server 2013 deployment of contoso.example on loopback, about a
// third of it broken, at least once for every rule. Names ending in .example cannot exist (RFC
// 2606).
#include "lab/demo_builder.h"

#include <utility>

namespace lyncprobe::lab {

namespace {

constexpr std::uint16_t kPortOffset = 10'000;
constexpr const char* kSipDomain = "contoso.example";

bool speaks_http(Probe probe) {
    return probe == Probe::https || probe == Probe::autodiscover || probe == Probe::replication;
}

// Contoso has said what it runs; of others it does not know.
Product product_of(Role role) {
    const bool lync = is_lync_internal(role) || role == Role::edge;
    return lync ? Product::lync_2013 : Product::unknown;
}

} // namespace

Demo make_demo(bool lync_ports) {
    // In threads of their own, meanwhile: RSA keys take most of the time of a start.
    prepare_demo_keys();
    return Builder(lync_ports ? 0 : kPortOffset).build();
}

Demo Builder::build() {
    demo_.root_pem = pki_.root().self().certificate_pem;
    demo_.public_root_pem = pki_.public_root().self().certificate_pem;
    demo_.identity = pki_.identity(Names{kServerAuth, kClientAuth});
    demo_.renewed = pki_.identity(Names{kServerAuth});
    demo_.identity_chain_pem = {pki_.issuing().self().certificate_pem};
    oauth_ = pki_.oauth(oauth_spec());
    front_end_1();
    front_end_2();
    front_end_3();
    pool_web();
    directors();
    edge_internal();
    edge_external();
    edge_external_3();
    av_edge();
    reverse_proxy();
    autodiscover();
    partner();
    office_web_apps();
    persistent_chat();
    mediation();
    gateways();
    trusted_application();
    branches();
    name_server();
    files();
    return std::move(demo_);
}

void plant(DemoServer& server, std::string planted, Names expect) {
    server.planted = std::move(planted);
    server.expect = std::move(expect);
}

DemoServer& Builder::add(
    std::string name, const Machine& machine, std::uint16_t port, const Service& service,
    Presented presented
) {
    DemoServer& added = demo_.servers.emplace_back();
    const auto real_port = static_cast<std::uint16_t>(port + offset_);
    ServerSpec& server = added.server;
    server.name = name;
    server.address = machine.address;
    server.port = real_port;
    server.chain_pem = std::move(presented.chain);
    server.key_pem = std::move(presented.key);
    server.client_certificates = service.client_certificates;
    if (service.client_certificates != ClientCertificates::not_asked)
        server.client_ca_pem = {demo_.root_pem, demo_.public_root_pem};
    server.speaks_sip = service.probe == Probe::sip || service.probe == Probe::federation;
    server.speaks_http = speaks_http(service.probe);
    // Only where clients sign in is anybody challenged; there no certificate is demanded.
    if (service.probe == Probe::sip && service.client_certificates != ClientCertificates::required)
        server.sip.fqdn = machine.host;
    if (service.probe == Probe::federation || machine.role == Role::gateway)
        server.sip.options_status = 200;
    if (service.probe == Probe::xmpp) {
        server.xmpp = Xmpp::starttls_offered;
        server.xmpp_domain = kSipDomain;
    }
    server.web = web_of(machine, service);

    Target& target = added.target;
    target.name = std::move(name);
    target.host = machine.host;
    target.addresses = {parse_address(machine.address).value()};
    target.port = real_port;
    target.probe = service.probe;
    target.role = machine.role;
    target.role_given = true;
    target.use = service.use;
    target.side = machine.side;
    target.pool = machine.pool;
    target.server = machine.host;
    target.site = machine.site;
    target.product = product_of(machine.role);
    if (service.probe == Probe::federation || service.probe == Probe::xmpp ||
        service.probe == Probe::autodiscover)
        target.sip_domain = kSipDomain;
    // Until a fault is planted.
    added.expect = {"outcome=ok", "fail=none"};
    return added;
}

WebBehaviour Builder::web_of(const Machine& machine, const Service& service) const {
    const auto real = [this](int port) { return static_cast<std::uint16_t>(port + offset_); };
    WebBehaviour web;
    web.site = service.site;
    // Whoever publishes the pool passes the headers of its Front Ends on.
    const bool published = machine.role == Role::reverse_proxy;
    if (service.site == Site::lync)
        web.server_fqdn = published ? "fe01.contoso.example" : machine.host;
    web.internal_web = "webint.contoso.example";
    web.external_web = service.site == Site::office ? machine.host : "lyncweb.contoso.example";
    web.internal_sip = "pool.contoso.example";
    web.external_sip = "sip.contoso.example";
    if (service.site == Site::lync) web.oauth_certificate = oauth_;
    // Autodiscover names ports: where they are moved, it has to name the moved ones.
    web.internal_sip_port = real(5061);
    web.federation_port = real(5061);
    web.access_port = real(443);
    web.external = published || service.use == CertificateUse::web_services_external;
    return web;
}

} // namespace lyncprobe::lab
