// SPDX-License-Identifier: MIT
// The edge of the demonstration: three Edge Servers, the reverse proxy, autodiscover from outside,
// and a federation partner.
#include "lab/demo_builder.h"

#include <utility>

namespace lyncprobe::lab {

namespace {

constexpr const char* kTemplateOfForest = "1.3.6.1.4.1.311.21.8.7654321.1234567.13.77";

constexpr Service kInternalSip{CertificateUse::internal, ClientCertificates::required, Probe::sip};
constexpr Service kInternalConferencing{
    CertificateUse::internal, ClientCertificates::required, Probe::web_conferencing};
constexpr Service kReplication{
    CertificateUse::internal, ClientCertificates::required, Probe::replication, Site::replication};
constexpr Service kInternalXmpp{CertificateUse::internal, ClientCertificates::required, Probe::tls};
constexpr Service kAccessClients{
    CertificateUse::access_edge_external, ClientCertificates::not_asked, Probe::sip};
constexpr Service kFederation{
    CertificateUse::access_edge_external, ClientCertificates::required, Probe::federation};
constexpr Service kXmppProxy{
    CertificateUse::access_edge_external, ClientCertificates::optional, Probe::xmpp};
constexpr Service kAvEdge{
    CertificateUse::audio_video_authentication, ClientCertificates::not_asked, Probe::av_edge};
constexpr Service kDataEdge{
    CertificateUse::data_edge_external, ClientCertificates::not_asked, Probe::web_conferencing};

Machine inner_edge(std::string address, std::string host) {
    return {
        std::move(address), std::move(host), "edgepool.contoso.example", Role::edge,
        Side::internal};
}

Machine outer_edge(std::string address, std::string host) {
    return {
        std::move(address), std::move(host), "edgepool.contoso.example", Role::edge,
        Side::external};
}

Machine proxy(std::string address, std::string host) {
    return {
        std::move(address), std::move(host), "proxy.contoso.example", Role::reverse_proxy,
        Side::external};
}

// One certificate on the outside of all three; XMPP wants the bare domain in it.
CertificateSpec outer_edge_spec() {
    return public_spec(
        "sip.contoso.example",
        {"sip.contoso.example", "access01.contoso.example", "access02.contoso.example",
         "access03.contoso.example", "webconf01.contoso.example", "webconf02.contoso.example",
         "webconf03.contoso.example", "contoso.example"}
    );
}

// Says of the servers from number `first` on how their certificates were requested.
void from_public_ca(Demo& demo, std::size_t first) {
    for (auto at = first; at < demo.servers.size(); ++at)
        demo.servers[at].target.enrollment = {
            EnrollmentMethod::offline, OperatingSystem::public_ca};
}

} // namespace

void Builder::edge_internal() {
    const Machine edge1 = inner_edge("127.77.0.31", "edge01.contoso.example");
    const Machine edge2 = inner_edge("127.77.0.32", "edge02.contoso.example");
    const Machine edge3 = inner_edge("127.77.0.33", "edge03.contoso.example");
    const std::string& pool = edge1.pool;
    // One certificate for the whole pool, exported with its key.
    const CertificateSpec spec = internal_spec(pool, {pool, edge1.host, edge2.host, edge3.host});
    const Presented chain = pki_.internal(spec);
    const auto add_offline = [&](std::string name, const Machine& edge, std::uint16_t port,
                                 const Service& service) {
        auto& server = add(std::move(name), edge, port, service, chain);
        server.target.enrollment.method = EnrollmentMethod::offline;
        return &server;
    };
    add_offline("edge01 internal SIP", edge1, 5061, kInternalSip);
    add_offline("edge01 A/V authentication", edge1, 5062, kInternalSip);
    add_offline("edge01 internal web conferencing", edge1, 8057, kInternalConferencing);
    add_offline("edge01 replication", edge1, 4443, kReplication);
    add_offline("edge01 XMPP to the pool", edge1, 23456, kInternalXmpp);
    add_offline("edge02 internal SIP", edge2, 5061, kInternalSip);
    add_offline("edge02 replication", edge2, 4443, kReplication);
    add_offline("edge03 internal SIP", edge3, 5061, kInternalSip);
    add_offline("edge03 A/V authentication", edge3, 5062, kInternalSip);
    add_offline("edge03 internal web conferencing", edge3, 8057, kInternalConferencing);

    CertificateSpec enrolled = spec;
    enrolled.template_v1.clear();
    enrolled.template_v2 = kTemplateOfForest;
    enrolled.crl_urls = Names{kLdapCrl};
    auto& automatic =
        add("edge02 A/V authentication", edge2, 5062, kInternalSip, pki_.internal(enrolled));
    automatic.target.enrollment.method = EnrollmentMethod::automatic;
    plant(
        automatic, "auto-enrolled on an Edge Server, and its CRL can be fetched only by LDAP",
        {"outcome=ok", "auto-enrollment=fail", "crl-reachable-scheme=warn"}
    );
    auto& silent =
        *add_offline("edge02 internal web conferencing", edge2, 8057, kInternalConferencing);
    silent.server.faults.silent = true;
    silent.target.timeout = Milliseconds{2000};
    plant(
        silent, "accepts connections and never says a word",
        {"outcome=timeout", "endpoint-reachable=fail"}
    );
    // Shakes hands with anybody, and answers 403 to who shows no certificate, as it should.
    auto& wary = *add_offline("edge03 replication", edge3, 4443, kReplication);
    wary.server.client_certificates = ClientCertificates::optional;
    wary.target.mutual = Mutual::none;
}

void Builder::edge_external() {
    const Machine access1 = outer_edge("127.77.0.41", "access01.contoso.example");
    const Machine data1 = outer_edge("127.77.0.42", "webconf01.contoso.example");
    const Machine access2 = outer_edge("127.77.0.51", "access02.contoso.example");
    const Machine data2 = outer_edge("127.77.0.52", "webconf02.contoso.example");
    const CertificateSpec spec = outer_edge_spec();
    const Presented chain = outer_edge_ = pki_.from_public_ca(spec);
    const auto first = demo_.servers.size();
    add("edge01 Access Edge, clients", access1, 443, kAccessClients, chain).target.names = {
        "sip.contoso.example"};
    add("edge01 Access Edge, federation", access1, 5061, kFederation, chain).target.names = {
        "sip.contoso.example"};
    add("edge01 XMPP proxy", access1, 5269, kXmppProxy, chain);
    add("edge01 Web Conferencing Edge", data1, 443, kDataEdge, chain);

    CertificateSpec old = spec;
    old.not_before_days = -400;
    old.not_after_days = -20;
    plant(
        add("edge02 Access Edge, clients", access2, 443, kAccessClients, pki_.from_public_ca(old)),
        "the certificate expired 20 days ago", {"outcome=ok", "validity=fail"}
    );
    auto& strict = add("edge02 Access Edge, federation", access2, 5061, kFederation, chain);
    strict.server.client_ca_pem = {pki_.public_root().self().certificate_pem};
    plant(
        strict, "trusts another CA than the one of our client certificate, and refuses it",
        {"outcome=client_certificate_rejected", "client-certificate-accepted=fail"}
    );
    CertificateSpec bare = spec;
    std::erase(bare.dns, "contoso.example");
    plant(
        add("edge02 XMPP proxy", access2, 5269, kXmppProxy, pki_.from_public_ca(bare)),
        "the certificate lacks the bare XMPP domain, contoso.example",
        {"outcome=ok", "xmpp-domain=fail"}
    );
    CertificateSpec narrow = spec;
    std::erase(narrow.dns, data2.host);
    plant(
        add("edge02 Web Conferencing Edge", data2, 443, kDataEdge, pki_.from_public_ca(narrow)),
        "the certificate does not cover the name of this Web Conferencing Edge",
        {"outcome=ok", "host-name=fail"}
    );
    from_public_ca(demo_, first);
}

// The third Edge Server turns away what the first two take.
void Builder::edge_external_3() {
    const Machine access = outer_edge("127.77.0.55", "access03.contoso.example");
    const Machine data = outer_edge("127.77.0.56", "webconf03.contoso.example");
    const Presented& chain = outer_edge_;
    const auto first = demo_.servers.size();
    add("edge03 Access Edge, clients", access, 443, kAccessClients, chain);
    add("edge03 Web Conferencing Edge", data, 443, kDataEdge, chain);
    auto& federation = add("edge03 Access Edge, federation", access, 5061, kFederation, chain);
    federation.server.sip.options_status = 504;
    plant(
        federation, "answers a partner's OPTIONS with 504 and no reason",
        {"outcome=ok", "not-refused=warn"}
    );
    // Lync has a setting for each partner whether TLS is spoken: none is a fact, no fault.
    add("edge03 XMPP proxy", access, 5269, kXmppProxy, chain).server.xmpp = Xmpp::no_tls;
    from_public_ca(demo_, first);
}

// The A/V Edges show no certificate: MS-TURN behind pseudo-TLS on TCP, bare on UDP.
void Builder::av_edge() {
    const auto both = [this](const std::string& name, const Machine& machine) -> DemoServer& {
        add(name, machine, 443, kAvEdge, {}).server.speaks_turn = true;
        auto& udp = add(name + ", UDP", machine, 3478, kAvEdge, {});
        udp.server.speaks_turn_udp = true;
        udp.target.transport = Transport::udp;
        return udp;
    };
    both("edge01 A/V Edge", outer_edge("127.77.0.43", "av01.contoso.example"));
    both("edge02 A/V Edge", outer_edge("127.77.0.53", "av02.contoso.example"));
    auto& inside = both("edge03 A/V Edge", outer_edge("127.77.0.57", "av03.contoso.example"));
    inside.server.turn_address = "10.77.0.57";
    plant(
        inside, "its NAT-enabled address is not set: it sends clients to its private one",
        {"outcome=ok", "av-edge-address=warn"}
    );
    both("edge01 A/V Edge, internal", inner_edge("127.77.0.31", "edge01.contoso.example"));
}

void Builder::reverse_proxy() {
    const Machine web = proxy("127.77.0.61", "lyncweb.contoso.example");
    const Machine meet = proxy("127.77.0.62", "meet.contoso.example");
    const Machine discover = proxy("127.77.0.63", "lyncdiscover.contoso.example");
    const Machine discover2 = proxy("127.77.0.64", "lyncdiscover.contoso.example");
    const Presented& chain = proxy_ = pki_.from_public_ca(public_spec(
        web.host,
        {web.host, meet.host, "dialin.contoso.example", discover.host, "wac.contoso.example"}
    ));
    const Presented wildcard =
        pki_.from_public_ca(public_spec(web.host, {web.host, "*.contoso.example"}));
    add("reverse proxy, web services", web, 443, kPublishedLync, chain);
    add("reverse proxy, meetings", meet, 443, kPublishedLync, wildcard);
    auto& plain = add("reverse proxy, autodiscover", discover, 443, kPublishedAutodiscover, chain);
    plain.server.faults.plain_http = true;
    plant(
        plain, "speaks plain HTTP on its TLS port", {"outcome=not_tls", "endpoint-reachable=fail"}
    );
    auto& http =
        add("reverse proxy, autodiscover over HTTP", discover, 80, kPublishedAutodiscover, {});
    http.server.plain = http.target.plain = true;
    add("reverse proxy 2, autodiscover", discover2, 443, kPublishedAutodiscover, chain);
}

// A proxy that leads to the wrong web site, and three SIP domains that Contoso took over, whose
// autodiscover it did not get right.
void Builder::autodiscover() {
    const Machine tailspin = proxy("127.77.0.65", "lyncdiscover.tailspin.example");
    const Machine adatum = proxy("127.77.0.66", "lyncdiscover.adatum.example");
    const Machine inward = proxy("127.77.0.67", "lyncdiscover.contoso.example");
    const Machine wingtip = proxy("127.77.0.68", "lyncdiscover.wingtip.example");
    const Presented chain =
        pki_.from_public_ca(public_spec(tailspin.host, {tailspin.host, adatum.host, wingtip.host}));
    auto& away = add("autodiscover of Tailspin", tailspin, 443, kPublishedAutodiscover, chain);
    away.target.sip_domain = "tailspin.example";
    away.server.web.redirect = "https://lyncdiscover.contoso.example/";
    plant(
        away, "redirects to another domain with 302, which Lync clients do not follow",
        {"outcome=ok", "autodiscover-answer=fail"}
    );
    auto& empty = add("autodiscover of Adatum", adatum, 443, kPublishedAutodiscover, chain);
    empty.target.sip_domain = "adatum.example";
    empty.server.web.site = Site::start_page;
    plant(
        empty, "the start page of IIS answers where the autodiscover document should be",
        {"outcome=ok", "autodiscover-answer=fail"}
    );
    auto& astray =
        add("reverse proxy 3, autodiscover", inward, 443, kPublishedAutodiscover, proxy_);
    astray.server.web.external = false;
    plant(
        astray, "leads to port 443 of the pool, its internal web site, and not to 4443",
        {"outcome=ok", "autodiscover-location=fail"}
    );
    auto& elsewhere = add("autodiscover of Wingtip", wingtip, 443, kPublishedAutodiscover, chain);
    elsewhere.target.sip_domain = "wingtip.example";
    plant(
        elsewhere, "sends its users to servers of contoso.example, which clients ask about",
        {"outcome=ok", "autodiscover-domain=warn"}
    );
}

// Somebody else's Access Edge, which does not know us.
void Builder::partner() {
    const Machine edge{"127.77.0.81", "sip.fabrikam.example", "",
                       Role::partner, Side::external,         "Fabrikam"};
    const Presented chain =
        pki_.from_public_ca(public_spec(edge.host, {edge.host, "fabrikam.example"}));
    auto& xmpp = add("partner Fabrikam, XMPP", edge, 5269, kXmppProxy, chain);
    xmpp.server.xmpp_domain.clear();
    xmpp.server.xmpp = Xmpp::starttls_refused;
    xmpp.target.sip_domain = "fabrikam.example";
    plant(
        xmpp, "offers STARTTLS and refuses it when it is asked for",
        {"outcome=starttls_refused", "endpoint-reachable=fail"}
    );
    auto& federation = add("partner Fabrikam, federation", edge, 5061, kFederation, chain);
    federation.target.sip_domain = "fabrikam.example";
    federation.server.sip.options_status = 403;
    federation.server.sip.diagnostics = "1027;reason=\"Cannot route this type of SIP request to or "
                                        "from federated partners\";source=\"sip.fabrikam.example\"";
    plant(
        federation, "does not know us as a partner: 403 with ms-diagnostics 1027",
        {"outcome=ok", "not-refused=warn"}
    );
}

} // namespace lyncprobe::lab
