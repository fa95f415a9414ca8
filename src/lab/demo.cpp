// SPDX-License-Identifier: MIT
// The demonstration: a small Lync Server 2013 deployment of contoso.example on loopback, about a
// third of it broken, at least once for every rule. Names ending in .example are nobody's (RFC
// 2606).
#include "lab/keys.h"
#include "lab/lab.h"

#include <utility>

namespace lyncprobe::lab {

namespace {

constexpr const char* kServerAuth = "1.3.6.1.5.5.7.3.1";
constexpr const char* kClientAuth = "1.3.6.1.5.5.7.3.2";
constexpr const char* kSmartCardLogon = "1.3.6.1.4.1.311.20.2.2";
constexpr const char* kTemplateOfForest = "1.3.6.1.4.1.311.21.8.7654321.1234567.13.77";
constexpr const char* kLdapCrl =
    "ldap:///CN=Contoso%20Issuing%20CA%201,CN=CDP,CN=Public%20Key%20Services,CN=Services,"
    "CN=Configuration,DC=contoso,DC=example?certificateRevocationList?base";
constexpr std::uint16_t kPortOffset = 10'000;

// Each CA's key is called like the CA; two more keys are shared by those who have no reason for one
// of their own.
constexpr const char* kRoot = "Contoso Root CA";
constexpr const char* kIssuing = "Contoso Issuing CA 1";
constexpr const char* kSmartCard = "Contoso Smart Card CA";
constexpr const char* kPublicRoot = "Example Trust Root";
constexpr const char* kPublicIssuing = "Example Trust TLS CA 7";
constexpr const char* kIdentityKey = "identity";
constexpr const char* kPublicKey = "published servers";

using Names = std::vector<std::string>;

// Machine is one server or interface of the deployment; it has an address of its own.
struct Machine {
    std::string address, host, pool;
    Role role;
    Side side;
    std::string site = "Redmond";
};

// Service is how a port behaves when nothing is broken.
struct Service {
    CertificateUse use;
    ClientCertificates client_certificates;
    bool sip;
};

// Presented is a chain as a server sends it, with the key of its first certificate.
struct Presented {
    std::vector<std::string> chain;
    std::string key;
};

constexpr Service kRegistrar{CertificateUse::default_, ClientCertificates::optional, true};
constexpr Service kSipBetweenServers{CertificateUse::default_, ClientCertificates::required, true};
constexpr Service kWebBetweenServers{CertificateUse::default_, ClientCertificates::required, false};
constexpr Service kWebInternal{
    CertificateUse::web_services_internal, ClientCertificates::not_asked, false};
constexpr Service kWebExternal{
    CertificateUse::web_services_external, ClientCertificates::not_asked, false};
constexpr Service kWebConferencing{CertificateUse::default_, ClientCertificates::not_asked, false};
constexpr Service kEdgeInternalSip{CertificateUse::internal, ClientCertificates::required, true};
constexpr Service kEdgeInternalOther{CertificateUse::internal, ClientCertificates::required, false};
constexpr Service kAccessClients{
    CertificateUse::access_edge_external, ClientCertificates::not_asked, true};
constexpr Service kFederation{
    CertificateUse::access_edge_external, ClientCertificates::required, true};
constexpr Service kDataEdge{
    CertificateUse::data_edge_external, ClientCertificates::not_asked, false};
constexpr Service kPublished{CertificateUse::other, ClientCertificates::not_asked, false};

CertificateSpec ca_spec(std::string name, std::string organization, std::optional<Names> crls);
CertificateSpec internal_spec(std::string name, Names names);
CertificateSpec public_spec(std::string name, Names names);

// Builder makes the PKI, then adds server after server.
class Builder {
  public:
    explicit Builder(bool lync_ports) : offset_(lync_ports ? 0 : kPortOffset) {}
    Demo build();

  private:
    void front_end_1();
    void front_end_2();
    void director();
    void edge_internal();
    void edge_external();
    void reverse_proxy();
    void neighbours();

    // A server without a fault; what it returns may then be broken.
    DemoServer& add(
        std::string name, const Machine&, std::uint16_t port, const Service&, Presented
    );
    Presented internal(const CertificateSpec&) const;
    Presented from_public_ca(const CertificateSpec&) const;
    Issued identity() const;

    Authority root_{ca_spec(kRoot, "Contoso", std::nullopt)};
    Authority issuing_{
        ca_spec(kIssuing, "Contoso", Names{"http://crl.contoso.example/root.crl"}), root_};
    Authority public_root_{ca_spec(kPublicRoot, "Example Trust", std::nullopt)};
    Authority public_issuing_{
        ca_spec(
            "Example Trust TLS CA 7", "Example Trust", Names{"http://crl.trust.example/root.crl"}
        ),
        public_root_};
    std::uint16_t offset_;
    Demo demo_;
};

// Says what is wrong with the server and what a scan must report about it.
void plant(DemoServer& server, std::string planted, Names expect) {
    server.planted = std::move(planted);
    server.expect = std::move(expect);
}

} // namespace

Demo make_demo(bool lync_ports) {
    // All at once: keys are nearly all that a start costs.
    for (const auto* name :
         {kRoot, kIssuing, kSmartCard, kPublicRoot, kPublicIssuing, kIdentityKey, kPublicKey, ""})
        prepare_key({}, name);
    return Builder(lync_ports).build();
}

namespace {

Demo Builder::build() {
    demo_.root_pem = root_.self().certificate_pem;
    demo_.public_root_pem = public_root_.self().certificate_pem;
    demo_.identity = identity();
    demo_.identity_chain_pem = {issuing_.self().certificate_pem};
    front_end_1();
    front_end_2();
    director();
    edge_internal();
    edge_external();
    reverse_proxy();
    neighbours();
    return std::move(demo_);
}

CertificateSpec front_end_spec(const Machine& machine) {
    return internal_spec(machine.pool, {machine.pool, machine.host, "sip.contoso.example"});
}

CertificateSpec web_spec(const Machine& machine) {
    return internal_spec(
        machine.host,
        {machine.host, machine.pool, "webint.contoso.example", "lyncweb.contoso.example",
         "meet.contoso.example", "dialin.contoso.example", "admin.contoso.example"}
    );
}

void Builder::front_end_1() {
    const Machine fe{
        "127.77.0.11", "fe01.contoso.example", "pool.contoso.example", Role::front_end,
        Side::internal};
    const Presented sip = internal(front_end_spec(fe));
    const Presented web = internal(web_spec(fe));
    add("fe01 registrar", fe, 5061, kRegistrar, sip).target.names = {
        fe.host, fe.pool, "sip.contoso.example"};
    add("fe01 IM conferencing", fe, 5062, kSipBetweenServers, sip);
    add("fe01 A/V conferencing", fe, 5063, kSipBetweenServers, sip);
    add("fe01 application sharing", fe, 5065, kSipBetweenServers, sip).server.max_version = 0x0303;
    add("fe01 Mediation", fe, 5070, kSipBetweenServers, sip);
    add("fe01 Response Group", fe, 5071, kSipBetweenServers, sip).server.send_ca_names = false;
    add("fe01 web conferencing", fe, 8057, kWebConferencing, sip);
    add("fe01 conference control", fe, 444, kWebBetweenServers, sip);
    add("fe01 internal web site", fe, 443, kWebInternal, web).target.names = {
        fe.host, "webint.contoso.example"};
    add("fe01 external web site", fe, 4443, kWebExternal, web).target.names = {
        "lyncweb.contoso.example"};
}

void Builder::front_end_2() {
    const Machine fe{
        "127.77.0.12", "fe02.contoso.example", "pool.contoso.example", Role::front_end,
        Side::internal};
    const Presented sip = internal(front_end_spec(fe));
    const Presented web = internal(web_spec(fe));
    add("fe02 registrar", fe, 5061, kRegistrar, sip).target.names = {
        fe.host, fe.pool, "sip.contoso.example"};
    add("fe02 IM conferencing", fe, 5062, kSipBetweenServers, sip);
    add("fe02 application sharing", fe, 5065, kSipBetweenServers, sip).server.max_version = 0x0303;
    add("fe02 Mediation", fe, 5070, kSipBetweenServers, sip);
    add("fe02 internal web site", fe, 443, kWebInternal, web);

    CertificateSpec client_only = front_end_spec(fe);
    client_only.eku = Names{kClientAuth};
    plant(
        add("fe02 A/V conferencing", fe, 5063, kSipBetweenServers, internal(client_only)),
        "the certificate was made from a client template: its EKU lacks server authentication",
        {"outcome=ok", "server-eku=fail"}
    );
    auto& anonymous = add("fe02 Response Group", fe, 5071, kSipBetweenServers, sip);
    anonymous.target.mutual = Mutual::none;
    plant(
        anonymous, "demands a client certificate, and this target is told to offer none",
        {"outcome=client_certificate_required"}
    );
    Presented leaf_only = sip;
    leaf_only.chain.resize(1);
    plant(
        add("fe02 conference control", fe, 444, kWebBetweenServers, leaf_only),
        "the intermediate CA certificate is not sent", {"outcome=ok", "chain-complete=fail"}
    );
    const Presented shuffled{{web.chain[0], root_.self().certificate_pem, web.chain[1]}, web.key};
    auto& unordered = add("fe02 external web site", fe, 4443, kWebExternal, shuffled);
    plant(
        unordered, "the chain is sent in the wrong order: root before intermediate",
        {"outcome=ok", "chain-order=warn"}
    );
    auto& stopped = add("fe02 web conferencing", fe, 8057, kWebConferencing, sip);
    stopped.server.faults.refuse = true;
    plant(stopped, "the service is stopped: connections are refused", {"outcome=refused"});
}

void Builder::director() {
    const Machine dir{
        "127.77.0.21", "dir01.contoso.example", "dirpool.contoso.example", Role::director,
        Side::internal};
    const Presented sip = internal(front_end_spec(dir));
    add("dir01 registrar", dir, 5061, kRegistrar, sip).target.names = {dir.host, dir.pool};
    add("dir01 conference control", dir, 444, kWebBetweenServers, sip);

    CertificateSpec legacy = web_spec(dir);
    legacy.key.bits = 1024;
    legacy.digest = "SHA1";
    auto& old = add("dir01 internal web site", dir, 443, kWebInternal, internal(legacy));
    old.server.min_version = 0x0301;
    old.server.max_version = 0x0303;
    old.target.enrollment = {
        EnrollmentMethod::web, OperatingSystem::windows_server_2003,
        OperatingSystem::windows_server_2008_r2, true};
    plant(
        old,
        "an old certificate: SHA-1, RSA 1024, requested through the web pages of a Windows Server "
        "2003 CA from a "
        "Windows Server 2008 R2 machine",
        {"outcome=ok", "windows-2003-ca=fail", "sha1-deprecated=warn",
         "key-length-recommended=warn"}
    );
    CertificateSpec pss = web_spec(dir);
    pss.pss_signature = true;
    plant(
        add("dir01 external web site", dir, 4443, kWebExternal, internal(pss)),
        "the CA signs with RSASSA-PSS (AlternateSignatureAlgorithm=1)",
        {"outcome=ok", "no-rsassa-pss=fail", "signature-algorithm=fail"}
    );
}

void Builder::edge_internal() {
    const std::string pool = "edgepool.contoso.example";
    const Machine edge1{"127.77.0.31", "edge01.contoso.example", pool, Role::edge, Side::internal};
    const Machine edge2{"127.77.0.32", "edge02.contoso.example", pool, Role::edge, Side::internal};
    // One certificate for the whole pool, exported with its key.
    const CertificateSpec spec = internal_spec(pool, {pool, edge1.host, edge2.host});
    const Presented chain = internal(spec);
    const auto add_offline = [&](std::string name, const Machine& edge, std::uint16_t port,
                                 const Service& service) {
        auto& server = add(std::move(name), edge, port, service, chain);
        server.target.enrollment.method = EnrollmentMethod::offline;
        return &server;
    };
    add_offline("edge01 internal SIP", edge1, 5061, kEdgeInternalSip);
    add_offline("edge01 A/V authentication", edge1, 5062, kEdgeInternalSip);
    add_offline("edge01 internal web conferencing", edge1, 8057, kEdgeInternalOther);
    add_offline("edge01 replication", edge1, 4443, kEdgeInternalOther);
    add_offline("edge02 internal SIP", edge2, 5061, kEdgeInternalSip);
    add_offline("edge02 replication", edge2, 4443, kEdgeInternalOther);

    CertificateSpec enrolled = spec;
    enrolled.template_v1.clear();
    enrolled.template_v2 = kTemplateOfForest;
    enrolled.crl_urls = Names{kLdapCrl};
    auto& automatic =
        add("edge02 A/V authentication", edge2, 5062, kEdgeInternalSip, internal(enrolled));
    automatic.target.enrollment.method = EnrollmentMethod::automatic;
    plant(
        automatic, "auto-enrolled on an Edge Server, and its CRL can be fetched only by LDAP",
        {"outcome=ok", "auto-enrollment=fail", "crl-reachable-scheme=warn"}
    );
    auto& silent =
        *add_offline("edge02 internal web conferencing", edge2, 8057, kEdgeInternalOther);
    silent.server.faults.silent = true;
    silent.target.timeout = Milliseconds{2000};
    plant(silent, "accepts connections and never says a word", {"outcome=timeout"});
}

void Builder::edge_external() {
    const std::string pool = "edgepool.contoso.example";
    const Machine access1{
        "127.77.0.41", "access01.contoso.example", pool, Role::edge, Side::external};
    const Machine data1{
        "127.77.0.42", "webconf01.contoso.example", pool, Role::edge, Side::external};
    const Machine access2{
        "127.77.0.51", "access02.contoso.example", pool, Role::edge, Side::external};
    const Machine data2{
        "127.77.0.52", "webconf02.contoso.example", pool, Role::edge, Side::external};
    const CertificateSpec spec = public_spec(
        "sip.contoso.example",
        {"sip.contoso.example", access1.host, access2.host, data1.host, data2.host}
    );
    const Presented chain = from_public_ca(spec);
    const auto first = demo_.servers.size();
    add("edge01 Access Edge, clients", access1, 443, kAccessClients, chain).target.names = {
        "sip.contoso.example"};
    add("edge01 Access Edge, federation", access1, 5061, kFederation, chain).target.names = {
        "sip.contoso.example"};
    add("edge01 Web Conferencing Edge", data1, 443, kDataEdge, chain);

    CertificateSpec old = spec;
    old.not_before_days = -400;
    old.not_after_days = -20;
    plant(
        add("edge02 Access Edge, clients", access2, 443, kAccessClients, from_public_ca(old)),
        "the certificate expired 20 days ago", {"outcome=ok", "validity=fail"}
    );
    auto& strict = add("edge02 Access Edge, federation", access2, 5061, kFederation, chain);
    strict.server.client_ca_pem = {public_root_.self().certificate_pem};
    plant(
        strict, "trusts another CA than the one of our client certificate, and refuses it",
        {"outcome=client_certificate_rejected"}
    );
    CertificateSpec narrow = spec;
    narrow.dns = {"sip.contoso.example", access1.host, access2.host, data1.host};
    plant(
        add("edge02 Web Conferencing Edge", data2, 443, kDataEdge, from_public_ca(narrow)),
        "the certificate does not cover the name of this Web Conferencing Edge",
        {"outcome=ok", "host-name=fail"}
    );
    for (auto at = first; at < demo_.servers.size(); ++at)
        demo_.servers[at].target.enrollment = {
            EnrollmentMethod::offline, OperatingSystem::public_ca};
}

void Builder::reverse_proxy() {
    const std::string pool = "proxy.contoso.example";
    const Machine web{
        "127.77.0.61", "lyncweb.contoso.example", pool, Role::reverse_proxy, Side::external};
    const Machine meet{
        "127.77.0.62", "meet.contoso.example", pool, Role::reverse_proxy, Side::external};
    const Machine discover{
        "127.77.0.63", "lyncdiscover.contoso.example", pool, Role::reverse_proxy, Side::external};
    const Presented chain = from_public_ca(public_spec(
        web.host,
        {web.host, meet.host, "dialin.contoso.example", discover.host, "wac.contoso.example"}
    ));
    const Presented wildcard =
        from_public_ca(public_spec(web.host, {web.host, "*.contoso.example"}));
    add("reverse proxy, web services", web, 443, kPublished, chain);
    add("reverse proxy, meetings", meet, 443, kPublished, wildcard);
    auto& plain = add("reverse proxy, autodiscover", discover, 443, kPublished, chain);
    plain.server.faults.plain_http = true;
    plant(plain, "speaks plain HTTP on its TLS port", {"outcome=not_tls"});
}

void Builder::neighbours() {
    const Machine wac{
        "127.77.0.71", "wac.contoso.example", "", Role::office_web_apps, Side::internal};
    CertificateSpec weak = internal_spec(wac.host, {wac.host});
    weak.key.bits = 1536;
    weak.crl_urls.reset();
    plant(
        add("Office Web Apps", wac, 443, kPublished, internal(weak)),
        "an RSA key of 1536 bits, and no CRL distribution point",
        {"outcome=ok", "key-length=fail", "key-length-recommended=warn",
         "crl-distribution-point=fail"}
    );

    const Machine chat{
        "127.77.0.72", "pchat01.contoso.example", "", Role::persistent_chat, Side::internal};
    CertificateSpec own = internal_spec(chat.host, {chat.host});
    own.self_signed = true;
    own.template_v1.clear();
    Presented self_signed = internal(own);
    self_signed.chain.resize(1);
    plant(
        add("Persistent Chat", chat, 5041, kSipBetweenServers, self_signed),
        "a self-signed certificate", {"outcome=ok", "chain-trusted=fail"}
    );
    CertificateSpec card_spec = ca_spec(kSmartCard, "Contoso", std::nullopt);
    card_spec.eku = Names{kClientAuth, kSmartCardLogon};
    const Authority smart_card(card_spec, root_);
    const Issued misissued = smart_card.issue(internal_spec(chat.host, {chat.host}));
    const Presented by_smart_card{
        {misissued.certificate_pem, smart_card.self().certificate_pem}, misissued.key_pem};
    plant(
        add("Persistent Chat file transfer", chat, 443, kPublished, by_smart_card),
        "issued by a CA for smart cards: the CA certificate is not for server authentication, and "
        "says nowhere where "
        "its CRL is",
        {"outcome=ok", "chain-eku=fail", "chain-crl-distribution-point=warn"}
    );

    const Machine mediation{
        "127.77.0.73", "med01.contoso.example", "medpool.contoso.example", Role::mediation,
        Side::internal};
    const CertificateSpec med = internal_spec(mediation.pool, {mediation.pool, mediation.host});
    add("Mediation, gateway side", mediation, 5067, kSipBetweenServers, internal(med));
    CertificateSpec modern = med;
    modern.key.kind = KeySpec::Kind::ed25519;
    plant(
        add("Mediation, Front End side", mediation, 5070, kSipBetweenServers, internal(modern)),
        "an Ed25519 key: neither RSA nor one of the three supported curves",
        {"outcome=ok", "key-algorithm=fail"}
    );

    const Machine application{
        "127.77.0.74", "bot01.contoso.example", "botpool.contoso.example",
        Role::trusted_application, Side::internal};
    CertificateSpec elliptic =
        internal_spec(application.pool, {application.pool, application.host});
    elliptic.key = {KeySpec::Kind::ec, 256, "P-256"};
    add("trusted application", application, 8100, kSipBetweenServers, internal(elliptic));

    const Machine branch{"::1", "sba01.contoso.example", "", Role::sba, Side::internal, "Branch"};
    const Presented sba =
        internal(internal_spec(branch.host, {branch.host, "sip.contoso.example"}));
    add("branch appliance registrar (IPv6)", branch, 5061, kRegistrar, sba);
    add("branch appliance conference control (IPv6)", branch, 444, kWebBetweenServers, sba);
}

DemoServer& Builder::add(
    std::string name, const Machine& machine, std::uint16_t port, const Service& service,
    Presented presented
) {
    DemoServer& added = demo_.servers.emplace_back();
    const auto real_port = static_cast<std::uint16_t>(port + offset_);
    added.server.name = name;
    added.server.address = machine.address;
    added.server.port = real_port;
    added.server.chain_pem = std::move(presented.chain);
    added.server.key_pem = std::move(presented.key);
    added.server.client_certificates = service.client_certificates;
    added.server.speaks_sip = service.sip;
    added.server.speaks_http = !service.sip;
    if (service.client_certificates != ClientCertificates::not_asked)
        added.server.client_ca_pem = {demo_.root_pem, demo_.public_root_pem};

    added.target.name = std::move(name);
    added.target.host = machine.host;
    added.target.addresses = {parse_address(machine.address).value()};
    added.target.port = real_port;
    added.target.probe = service.sip ? Probe::sip : Probe::tls;
    added.target.role = machine.role;
    added.target.role_given = true;
    added.target.use = service.use;
    added.target.side = machine.side;
    added.target.pool = machine.pool;
    added.target.server = machine.host;
    added.target.site = machine.site;
    added.expect = {"outcome=ok", "fail=none"};
    return added;
}

Presented Builder::internal(const CertificateSpec& spec) const {
    const Issued issued = issuing_.issue(spec);
    return {{issued.certificate_pem, issuing_.self().certificate_pem}, issued.key_pem};
}

Presented Builder::from_public_ca(const CertificateSpec& spec) const {
    const Issued issued = public_issuing_.issue(spec);
    return {{issued.certificate_pem, public_issuing_.self().certificate_pem}, issued.key_pem};
}

// The certificate with which the scan shows up: a server certificate, as Lync servers show each
// other.
Issued Builder::identity() const {
    CertificateSpec spec = internal_spec("probe.contoso.example", {"probe.contoso.example"});
    spec.eku = Names{kServerAuth, kClientAuth};
    spec.key_name = kIdentityKey;
    return issuing_.issue(spec);
}

CertificateSpec ca_spec(std::string name, std::string organization, std::optional<Names> crls) {
    CertificateSpec spec;
    spec.key_name = name;
    spec.common_name = std::move(name);
    spec.organization = std::move(organization);
    spec.ca = true;
    spec.eku.reset();
    spec.crl_urls = std::move(crls);
    spec.ca_issuer_urls.clear();
    spec.not_before_days = -1000;
    spec.not_after_days = 2000;
    return spec;
}

CertificateSpec internal_spec(std::string name, Names names) {
    CertificateSpec spec;
    spec.common_name = std::move(name);
    spec.dns = std::move(names);
    spec.crl_urls = Names{"http://crl.contoso.example/issuing1.crl", kLdapCrl};
    spec.ca_issuer_urls = {"http://crl.contoso.example/issuing1.crt"};
    spec.template_v1 = "WebServer";
    return spec;
}

CertificateSpec public_spec(std::string name, Names names) {
    CertificateSpec spec;
    spec.common_name = std::move(name);
    spec.dns = std::move(names);
    spec.crl_urls = Names{"http://crl.trust.example/tls7.crl"};
    spec.ca_issuer_urls = {"http://crl.trust.example/tls7.crt"};
    spec.key_name = kPublicKey;
    return spec;
}

} // namespace

} // namespace lyncprobe::lab
