// SPDX-License-Identifier: MIT
#include "deployment/deployment.h"

#include <initializer_list>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

using lab::CertificateSpec;
using lab::ClientCertificates;
using lab::Names;
using lab::WebBehaviour;

// Talk is how a port behaves; the comments name the table of ports in Microsoft's documentation.
enum class Talk {
    registrar,   // clients by TLS, servers by MTLS
    sip,         // between servers
    mtls,        // between servers, not looked into
    mixed,       // clients by TLS, servers by MTLS, not looked into
    psom,        // web conferencing, clients
    psom_mtls,   // web conferencing, servers
    control,     // C3P
    replication, // of the central management store
    web,         // the web services
    office,      // Office Web Apps
    access,      // an Edge's clients outside
    federation,  //
    xmpp,        //
    turn,
    turn_udp // A/V Edge
};

struct Port {
    const char* service;
    std::uint16_t number;
    Talk talk;
};

// "Ports and protocols for internal servers"; ports below 1024 are 10,000 higher.
constexpr Port kFrontEnd[] = {
    {"registrar", 5061, Talk::registrar},
    {"conference-control", 10444, Talk::control},
    {"storage", 5077, Talk::mtls},
    {"web-client-internal", 8060, Talk::mtls},
    {"web-client-external", 8061, Talk::mtls},
    {"mobility-internal", 5086, Talk::sip},
    {"mobility-external", 5087, Talk::sip},
    {"ucwa-internal", 5088, Talk::sip},
    {"ucwa-external", 5089, Talk::sip},
    {"web-conferencing", 8057, Talk::psom},
    {"im-conferencing", 5062, Talk::sip},
    {"av-conferencing", 5063, Talk::sip},
    {"application-sharing", 5065, Talk::sip},
};
constexpr Port kAudioTest{"audio-test", 5076, Talk::sip};
constexpr Port kMediation[] = {
    {"mediation-internal", 5070, Talk::sip}, {"mediation-gateway", 5067, Talk::sip}};
constexpr Port kResponseGroup[] = {
    {"response-group-sip", 5071, Talk::sip}, {"response-group-wcf", 8404, Talk::mtls}};
constexpr Port kDirector[] = {
    {"registrar", 5061, Talk::registrar},
    {"conference-control", 10444, Talk::control},
    {"logging 50001", 50001, Talk::mtls},
    {"logging 50002", 50002, Talk::mtls},
    {"logging 50003", 50003, Talk::mtls}};
constexpr Port kWebInternal{"web-internal", 10443, Talk::web};
constexpr Port kWebExternal{"web-external", 4443, Talk::web};
constexpr Port kChat[] = {
    {"persistent-chat-sip", 5041, Talk::sip}, {"persistent-chat-wcf", 10881, Talk::mixed}};
constexpr Port kBranch[] = {
    {"registrar", 5061, Talk::registrar},
    {"conference-control", 10444, Talk::control},
    {"mediation-internal", 5070, Talk::sip},
    {"sba-mediation-gateway", 5082, Talk::sip}};
constexpr Port kApplication[] = {
    {"application 6001", 6001, Talk::sip}, {"application 6002", 6002, Talk::sip}};
constexpr Port kUm{"um", 5061, Talk::sip};
constexpr Port kOffice{"office-web-apps", 10443, Talk::office};
constexpr Port kPublished{"published-web", 10443, Talk::web};
// "Port summary - Single consolidated edge with private IP addresses using NAT", the inside.
constexpr Port kEdgeInside[] = {
    {"access-edge-internal", 5061, Talk::sip},
    {"web-conferencing-edge-internal", 8057, Talk::psom_mtls},
    {"av-authentication", 5062, Talk::sip},
    {"replication", 4443, Talk::replication}};
constexpr Port kEdgeXmppInside{"xmpp-edge-internal", 23456, Talk::mtls};

constexpr const char* kSipDomains[] = {"contoso.example", "fabrikam.example"};
constexpr const char* kEdgeOutside = "sip.contoso.example";
constexpr std::uint16_t kSip = 5061, kPublishedPort = 10443;

// Pool is what its servers have in common.
struct Pool {
    int number; // third part of the addresses
    std::string fqdn;
    std::string internal_web = {}, external_web = {};
};

struct Server {
    std::string fqdn, address;
    std::string name = {}; // by which it is asked for outside; empty = its own
};

class Builder {
  public:
    explicit Builder(std::string net) : net_(std::move(net)) {}
    std::vector<Listener> build();

  private:
    std::string address(const Pool& pool, int number) const;
    std::vector<Server> servers(const Pool&, const char* name, int first, int count) const;
    Listener& add(
        const Server&, const Port&, const char* use, const CertificateSpec&, Issuer = Issuer::inside
    );
    template <class Ports>
    void add_all(const Server&, const Ports&, const char* use, const CertificateSpec&);

    void front_ends();
    void directors();
    void redmond_edges();
    void dublin_edges();
    void edge_inside(const std::vector<Server>&, const CertificateSpec&);
    void av_edge(const Server&, const std::string& service);
    void web_sites(const Pool&, const Server&);
    void neighbours();
    void reverse_proxies();

    std::string net_;
    std::vector<Listener> listeners_;
};

std::string in_contoso(const std::string& host) { return host + ".contoso.example"; }

Names with_domains(Names names, const std::string& before) {
    for (const auto* domain : kSipDomains)
        names.push_back(before + domain);
    return names;
}

WebBehaviour web_services(const Server& server, const Pool& pool, bool external) {
    WebBehaviour web;
    web.site = WebBehaviour::Site::lync;
    web.server_fqdn = server.fqdn;
    web.internal_web = pool.internal_web + ":10443";
    web.external_web = pool.external_web + ":10443";
    web.internal_sip = pool.fqdn;
    web.external_sip = kEdgeOutside;
    web.internal_sip_port = web.federation_port = kSip;
    web.access_port = kPublishedPort;
    web.external = external;
    // One for all: its CA need not be that of the servers.
    static const std::string oauth = lab::DemoPki().oauth(lab::oauth_spec());
    web.oauth_certificate = oauth;
    return web;
}

void set_talk(lab::ServerSpec& lab, Talk talk, const std::string& server) {
    using enum ClientCertificates;
    const bool clients_too = talk == Talk::registrar || talk == Talk::mixed || talk == Talk::xmpp;
    const bool clients_only = talk == Talk::psom || talk == Talk::web || talk == Talk::office ||
                              talk == Talk::access || talk == Talk::turn || talk == Talk::turn_udp;
    lab.client_certificates = clients_too ? optional : clients_only ? not_asked : required;
    lab.speaks_sip = talk == Talk::registrar || talk == Talk::sip || talk == Talk::access ||
                     talk == Talk::federation;
    lab.speaks_http = talk == Talk::control || talk == Talk::replication || talk == Talk::web ||
                      talk == Talk::office;
    if (talk == Talk::registrar) lab.sip.fqdn = server;
    if (talk == Talk::access) lab.sip.fqdn = in_contoso("pool01");
    if (talk == Talk::federation) lab.sip.options_status = 200;
    if (talk == Talk::xmpp) lab.xmpp = lab::Xmpp::starttls_offered;
    if (talk == Talk::control) lab.web.site = WebBehaviour::Site::conference_control;
    if (talk == Talk::replication) lab.web.site = WebBehaviour::Site::replication;
    if (talk == Talk::office) lab.web.site = WebBehaviour::Site::office;
    lab.speaks_turn = talk == Talk::turn;
    lab.speaks_turn_udp = talk == Talk::turn_udp;
}

std::string Builder::address(const Pool& pool, int number) const {
    return fmt::format("{}.{}.{}", net_, pool.number, number);
}

std::vector<Server> Builder::servers(const Pool& pool, const char* name, int first, int count)
    const {
    std::vector<Server> out;
    for (int n = 1; n <= count; ++n)
        out.push_back({in_contoso(fmt::format("{}{:02}", name, first + n - 1)), address(pool, n)});
    return out;
}

Listener& Builder::add(
    const Server& server, const Port& port, const char* use, const CertificateSpec& certificate,
    Issuer issuer
) {
    auto& listener = listeners_.emplace_back();
    listener.server = server.fqdn;
    listener.service = port.service;
    listener.use = use;
    listener.endpoints = {
        {fmt::format("{} {}", server.fqdn, port.service),
         server.name.empty() ? server.fqdn : server.name}};
    listener.certificate = certificate;
    listener.issuer = issuer;
    listener.lab.name = listener.endpoints.front().name;
    listener.lab.address = server.address;
    listener.lab.port = port.number;
    set_talk(listener.lab, port.talk, server.fqdn);
    return listener;
}

template <class Ports>
void Builder::add_all(
    const Server& server, const Ports& ports, const char* use, const CertificateSpec& certificate
) {
    for (const Port& port : ports)
        add(server, port, use, certificate);
}

std::vector<Listener> Builder::build() {
    front_ends();
    directors();
    redmond_edges();
    dublin_edges();
    neighbours();
    reverse_proxies();
    return std::move(listeners_);
}

void Builder::front_ends() {
    const Pool redmond{1, in_contoso("pool01"), in_contoso("pool01web"), in_contoso("web")};
    const Pool dublin{8, in_contoso("pool02"), in_contoso("pool02web"), in_contoso("dublinweb")};
    for (const auto& server : servers(redmond, "fe", 1, 8)) {
        const auto certificate = lab::internal_spec(redmond.fqdn, {redmond.fqdn, server.fqdn});
        add_all(server, kFrontEnd, "Default", certificate);
        add(server, kAudioTest, "Default", certificate);
        for (const auto& port : kMediation)
            add(server, port, "Default", certificate).lab.sip.server =
                "RTCC/5.0.0.0 MediationServer";
        web_sites(redmond, server);
    }
    // The last one has an interface of its own towards its gateways.
    for (auto& listener : listeners_)
        if (listener.server == in_contoso("fe08") && listener.service == "mediation-gateway")
            listener.lab.address = address(redmond, 108);
    for (const auto& server : servers(dublin, "fe", 21, 6)) {
        const auto certificate = lab::internal_spec(dublin.fqdn, {dublin.fqdn, server.fqdn});
        add_all(server, kFrontEnd, "Default", certificate);
        add_all(server, kResponseGroup, "Default", certificate);
        web_sites(dublin, server);
    }
}

// "Certificate requirements for internal servers", "Certificate requirements for mobility".
void Builder::web_sites(const Pool& pool, const Server& server) {
    const Names simple_urls{
        "meet.contoso.example", "meet.fabrikam.example", "dialin.contoso.example",
        "admin.contoso.example"};
    Names inside{server.fqdn, pool.internal_web, pool.fqdn};
    inside.insert(inside.end(), simple_urls.begin(), simple_urls.end());
    inside = with_domains(with_domains(inside, "lyncdiscoverinternal."), "lyncdiscover.");
    Names outside{server.fqdn, pool.external_web};
    outside.insert(outside.end(), simple_urls.begin(), simple_urls.end());
    outside = with_domains(outside, "lyncdiscover.");
    add(server, kWebInternal, "WebServicesInternal", lab::internal_spec(server.fqdn, inside))
        .lab.web = web_services(server, pool, false);
    add(server, kWebExternal, "WebServicesExternal", lab::internal_spec(server.fqdn, outside))
        .lab.web = web_services(server, pool, true);
}

// Clients look for it as sip.<SIP domain>.
void Builder::directors() {
    const Pool pool{2, in_contoso("dirpool"), in_contoso("dirpoolweb"), in_contoso("web")};
    for (const auto& server : servers(pool, "dir", 1, 2)) {
        add_all(
            server, kDirector, "Default",
            lab::internal_spec(pool.fqdn, with_domains({pool.fqdn, server.fqdn}, "sip."))
        );
        web_sites(pool, server);
    }
}

// "Certificate requirements for external user access": one certificate outside and one inside for
// the whole pool.
void Builder::redmond_edges() {
    const Pool pool{3, in_contoso("edgepool")};
    const auto edges = servers(pool, "edge", 1, 4);
    const auto inside = lab::internal_spec(pool.fqdn, {pool.fqdn});
    edge_inside(edges, inside);
    const auto outside = lab::public_spec(
        kEdgeOutside,
        with_domains({kEdgeOutside, in_contoso("webconf"), "sip.fabrikam.example"}, "")
    );
    int number = 0;
    for (const auto& edge : edges) {
        ++number;
        add(edge, kEdgeXmppInside, "Internal", inside);
        const Server access{edge.fqdn, address(pool, 50 + number), kEdgeOutside};
        const Server data{edge.fqdn, address(pool, 100 + number), in_contoso("webconf")};
        add(access, {"access-edge-clients", 10443, Talk::access}, "AccessEdgeExternal", outside,
            Issuer::public_ca);
        add(access, {"federation", kSip, Talk::federation}, "AccessEdgeExternal", outside,
            Issuer::public_ca);
        auto& xmpp =
            add(access, {"xmpp-edge", 5269, Talk::xmpp}, "AccessEdgeExternal", outside,
                Issuer::public_ca);
        xmpp.endpoints.clear();
        for (const auto* domain : kSipDomains)
            xmpp.endpoints.push_back(
                {fmt::format("{} {} xmpp-edge", edge.fqdn, domain), kEdgeOutside}
            );
        add(data, {"web-conferencing-edge-clients", 10443, Talk::psom}, "DataEdgeExternal", outside,
            Issuer::public_ca);
        av_edge({edge.fqdn, address(pool, 150 + number), in_contoso("av")}, "av-edge-clients");
    }
}

// One address and one name outside for everything.
void Builder::dublin_edges() {
    const Pool pool{9, in_contoso("edge2")};
    const auto edges = servers(pool, "edge", 21, 2);
    edge_inside(edges, lab::internal_spec(pool.fqdn, {pool.fqdn}));
    const auto name = in_contoso("access2");
    const auto outside = lab::public_spec(name, with_domains({name}, "sip."));
    int number = 0;
    for (const auto& edge : edges) {
        ++number;
        const Server access{edge.fqdn, address(pool, 50 + number), name};
        add(access, {"access-edge-clients", kSip, Talk::access}, "AccessEdgeExternal", outside,
            Issuer::public_ca);
        add(access, {"web-conferencing-edge-clients", 10444, Talk::psom}, "DataEdgeExternal",
            outside, Issuer::public_ca);
        av_edge(access, "av-edge-clients");
    }
}

void Builder::edge_inside(const std::vector<Server>& edges, const CertificateSpec& certificate) {
    for (const auto& edge : edges) {
        add_all(edge, kEdgeInside, "Internal", certificate);
        av_edge(edge, "av-edge-internal");
    }
}

// No certificate by design, and two ways in.
void Builder::av_edge(const Server& edge, const std::string& service) {
    const std::string udp = service + "-udp";
    add(edge, {service.c_str(), 10443, Talk::turn}, "AudioVideoAuthentication", {});
    add(edge, {udp.c_str(), 3478, Talk::turn_udp}, "AudioVideoAuthentication", {});
}

void Builder::neighbours() {
    const Pool mediation{4, in_contoso("med")}, chat{5, in_contoso("chat")};
    const Pool office{7, in_contoso("owa")}, um{10, in_contoso("um")};
    const Pool branch{11, in_contoso("sba01")}, application{12, in_contoso("app")};
    for (const auto& server : servers(mediation, "med", 1, 3))
        for (const auto& port : kMediation)
            add(server, port, "Default",
                lab::internal_spec(mediation.fqdn, {mediation.fqdn, server.fqdn}))
                .lab.sip.server = "RTCC/5.0.0.0 MediationServer";
    for (const auto& server : servers(chat, "chat", 1, 4))
        add_all(server, kChat, "Default", lab::internal_spec(chat.fqdn, {chat.fqdn, server.fqdn}));
    for (const auto& server : servers(office, "owa", 1, 2))
        add(server, kOffice, "Other", lab::internal_spec(office.fqdn, {office.fqdn}))
            .lab.web.external_web = office.fqdn;
    for (const auto& server : servers(um, "um", 1, 2))
        add(server, kUm, "Other", lab::internal_spec(server.fqdn, {server.fqdn}));
    for (const auto& server : servers(branch, "sba", 1, 1))
        add_all(
            server, kBranch, "Default",
            lab::internal_spec(server.fqdn, with_domains({server.fqdn}, "sip."))
        );
    for (const auto& server : servers(application, "app", 1, 4))
        for (const auto& port : kApplication)
            add(server, port, "Default",
                lab::internal_spec(application.fqdn, {application.fqdn, server.fqdn}))
                .lab.sip.server = "RTCC/5.0.0.0 bot";
}

// "Certificate summary - Reverse proxy". Each is asked under every name that it publishes.
void Builder::reverse_proxies() {
    const Pool pool{6, in_contoso("rp")};
    const Pool published{0, in_contoso("pool01"), in_contoso("pool01web"), in_contoso("web")};
    const Names web{
        in_contoso("web"), in_contoso("dublinweb"), in_contoso("meet"), "meet.fabrikam.example",
        in_contoso("dialin")};
    const auto certificate = lab::public_spec(web.front(), with_domains(web, "lyncdiscover."));
    for (const auto& server : servers(pool, "rp", 1, 2)) {
        auto& listener =
            add(server, kPublished, "WebServicesExternal", certificate, Issuer::public_ca);
        listener.lab.web = web_services({in_contoso("fe01"), {}}, published, true);
        listener.endpoints.clear();
        for (const auto& name : web)
            listener.endpoints.push_back(
                {fmt::format("{} {} published-web", server.fqdn, name), name}
            );
        for (const auto& name : with_domains({}, "lyncdiscover."))
            listener.endpoints.push_back(
                {fmt::format("{} {} autodiscover", server.fqdn, name), name}
            );
    }
}

} // namespace

std::vector<Listener> healthy_deployment(const std::string& net) { return Builder(net).build(); }

void present(std::vector<Listener>& listeners, const lab::DemoPki& pki) {
    std::map<std::pair<CertificateSpec, Issuer>, lab::Presented> issued;
    const std::vector<std::string> accepted{
        pki.root().self().certificate_pem, pki.public_root().self().certificate_pem};
    for (auto& listener : listeners) {
        auto& lab = listener.lab;
        lab.client_ca_pem = accepted;
        if (listener.certificate.common_name.empty()) continue;
        auto [at, is_new] = issued.try_emplace({listener.certificate, listener.issuer});
        if (is_new)
            at->second = listener.issuer == Issuer::inside
                             ? pki.internal(listener.certificate)
                             : pki.from_public_ca(listener.certificate);
        lab.chain_pem = at->second.chain;
        lab.key_pem = at->second.key;
    }
}

} // namespace lyncprobe::test
