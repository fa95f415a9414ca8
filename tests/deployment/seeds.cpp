// SPDX-License-Identifier: MIT
// No two seeds meet on a port, so that each is seen by itself.
#include "deployment/seeds.h"

#include "model/glob.h"

#include <algorithm>
#include <utility>

namespace lyncprobe::test {

namespace {

using lab::KeySpec;
using lab::Names;

constexpr const char* kTemplateOfForest = "1.3.6.1.4.1.311.21.8.7654321.1234567.13.77";
constexpr int kEightMinutes = 8 * 60;

Said fails(std::string rule) { return {std::move(rule), "fail"}; }
Said warns(std::string rule) { return {std::move(rule), "warn"}; }
Said ends(std::string outcome) { return {"outcome", std::move(outcome)}; }

void without(Listener& listener, const std::string& name) {
    std::erase(listener.certificate.dns, name);
}

// --- certificates ---

const std::vector<Seed> kCertificates{
    {"a Front End's certificate expired three days ago",
     {"fe03.*", "Default"},
     {fails("validity")},
     [](Listener& it) {
         it.certificate.not_before_days = -400;
         it.certificate.not_after_days = -3;
     }},
    {"a web certificate expires in ten days",
     {"fe04.*", "WebServicesInternal"},
     {warns("validity")},
     [](Listener& it) { it.certificate.not_after_days = 10; }},
    {"the external web certificate has no lyncdiscover name of the second SIP domain",
     {"fe05.*", "WebServicesExternal"},
     {fails("host-name")},
     [](Listener& it) { without(it, "lyncdiscover.fabrikam.example"); }},
    {"the certificate of the neighbour",
     {"fe25.*", "Default"},
     {fails("host-name"), {"revealed-name", "fail", {"fe25.* registrar"}}},
     [](Listener& it) {
         without(it, it.server);
         it.certificate.dns.push_back("fe24.contoso.example");
     }},
    {"a Director's web certificate with an RSA key of 1024 bits",
     {"dir01.*", "WebServicesInternal"},
     {warns("key-length-recommended")},
     [](Listener& it) { it.certificate.key.bits = 1024; }},
    {"a Director's web certificate signed with SHA-1",
     {"dir01.*", "WebServicesExternal"},
     {warns("sha1-deprecated"), {"windows-2003-ca", "inconclusive"}},
     [](Listener& it) { it.certificate.digest = "SHA1"; }},
    {"the Access Edge certificate of Dublin has no sip name of the second SIP domain",
     {"edge2?.*", "*EdgeExternal"},
     {{"host-name", "fail", {"edge2?.* access-edge-clients"}}, {"auto-enrollment", "inconclusive"}},
     [](Listener& it) { without(it, "sip.fabrikam.example"); }},
    {"Dublin's Edge Servers have a certificate from a version 2 template inside, as "
     "auto-enrollment makes it, and nobody says how the two were requested",
     {"edge2?.*", "Internal"},
     {warns("auto-enrollment")},
     [](Listener& it) {
         it.certificate.template_v1.clear();
         it.certificate.template_v2 = kTemplateOfForest;
     }},
    {"one Edge Server of four has a wildcard certificate outside, without the sip names",
     {"edge03.*", "*EdgeExternal"},
     {{"host-name", "fail", {"edge03.* access-edge-clients", "edge03.* federation"}},
      {"autodiscover-names", "fail", {"rp0?.* autodiscover", "edge03.* access-edge-clients"}, true},
      {"autodiscover-names", "fail", {"rp0?.* autodiscover", "edge03.* federation"}, true}},
     [](Listener& it) {
         it.certificate.dns = {
             "*.contoso.example", "*.fabrikam.example", "contoso.example", "fabrikam.example"};
     }},
    {"the certificate for XMPP lacks the bare second domain",
     {"edge04.*", "xmpp-edge"},
     {fails("host-name"), {"xmpp-domain", "fail", {"edge04.* fabrikam.example xmpp-edge"}}},
     [](Listener& it) { without(it, "fabrikam.example"); }},
    {"a Director that clients find as sip.<SIP domain> lacks the second of these names",
     {"dir01.*", "Default"},
     {fails("host-name")},
     [](Listener& it) { without(it, "sip.fabrikam.example"); }},
    {"the internal web certificate lacks the name of the control panel",
     {"fe21.*", "WebServicesInternal"},
     {fails("host-name")},
     [](Listener& it) { without(it, "admin.contoso.example"); }},
    {"the internal web certificate lacks lyncdiscoverinternal",
     {"dir02.*", "WebServicesInternal"},
     {fails("host-name")},
     [](Listener& it) { without(it, "lyncdiscoverinternal.contoso.example"); }},
    {"the reverse proxies' certificate lacks the meeting address of the second SIP domain",
     {"rp0?.*"},
     {{"host-name", "fail", {"rp0?.* meet.fabrikam.example published-web"}}},
     [](Listener& it) { without(it, "meet.fabrikam.example"); }},
    {"the pool's name is missing on a Mediation Server",
     {"med01.*", "Default"},
     {fails("host-name")},
     [](Listener& it) { without(it, "med.contoso.example"); }},
    {"made from a client template: no server authentication",
     {"med02.*", "Default"},
     {fails("server-eku")},
     [](Listener& it) { it.certificate.eku = Names{lab::kClientAuth}; }},
    {"signed with RSASSA-PSS (AlternateSignatureAlgorithm=1)",
     {"chat03.*", "Default"},
     {fails("no-rsassa-pss"), fails("signature-algorithm")},
     [](Listener& it) { it.certificate.pss_signature = true; }},
    {"CRL locations in Active Directory only, on Office Web Apps",
     {"owa0?.*", "Other"},
     {warns("crl-reachable-scheme")},
     [](Listener& it) { it.certificate.crl_urls = Names{lab::kLdapCrl}; }},
    {"the self-signed certificate that Exchange makes for itself",
     {"um01.*", "Other"},
     {fails("chain-trusted")},
     [](Listener& it) {
         it.certificate.self_signed = true;
         it.certificate.template_v1.clear();
     },
     [](lab::ServerSpec& lab, const lab::DemoPki&) { lab.chain_pem.resize(1); }},
    {"a key on secp256k1, which no client offers",
     {"app01.*", "Default"},
     {fails("key-algorithm"), ends("tls_alert")},
     [](Listener& it) {
         it.certificate.key = {KeySpec::Kind::ec, 256, "secp256k1"};
     }},
    {"no CRL distribution point",
     {"app03.*", "application 6001"},
     {fails("crl-distribution-point")},
     [](Listener& it) { it.certificate.crl_urls.reset(); }},
};

// --- what a server sends and how it behaves ---

const std::vector<Seed> kServers{
    {"the intermediate CA certificate is not sent",
     {"dir02.*", "Default"},
     {fails("chain-complete"), fails("chain-trusted")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki&) { lab.chain_pem.resize(1); }},
    {"root before intermediate",
     {"fe02.*", "web-external"},
     {warns("chain-order")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         lab.chain_pem.insert(lab.chain_pem.begin() + 1, pki.root().self().certificate_pem);
     }},
    {"does not trust the CA of its own deployment, and refuses its peers",
     {"fe21.*", "im-conferencing"},
     {ends("client_certificate_rejected"), warns("client-ca-names")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         lab.client_ca_pem = {pki.public_root().self().certificate_pem};
     }},
    {"the ports of its UCWA service ask nobody for a certificate",
     {"fe24.*", "ucwa-*"},
     {{"client-certificate-demanded", "fail", {}, true}},
     [](Listener& it) { it.lab.client_certificates = lab::ClientCertificates::not_asked; }},
    {"the service is stopped: connections are refused",
     {"fe07.*", "audio-test"},
     {ends("refused")},
     [](Listener& it) { it.lab.faults.refuse = true; }},
    {"accepts connections and says nothing",
     {"um02.*", "um"},
     {ends("timeout")},
     [](Listener& it) { it.lab.faults.silent = true; }},
    {"plain HTTP on the port of HTTPS",
     {"fe06.*", "web-internal"},
     {ends("not_tls")},
     [](Listener& it) { it.lab.faults.plain_http = true; }},
    {"hangs up in the handshake",
     {"fe08.*", "web-client-external"},
     {ends("reset")},
     [](Listener& it) { it.lab.faults.reset_after_hello = true; }},
    {"ends every handshake with an alert (80, internal error)",
     {"fe22.*", "response-group-wcf"},
     {ends("tls_alert")},
     [](Listener& it) { it.lab.faults.alert = 80; }},
    {"speaks TLS 1.0 only",
     {"med03.*", "mediation-gateway"},
     {warns("tls12-available"), {"legacy-protocols", "warn", {}, false, Extent::with_matrices}},
     [](Listener& it) { it.lab.min_version = it.lab.max_version = 0x0301; }},
    {"its clock is eight minutes ahead",
     {"fe23.*", "web-internal"},
     {fails("clock-skew")},
     [](Listener& it) { it.lab.web.clock_offset = kEightMinutes; }},
    {"its clock is two minutes behind",
     {"fe01.*", "registrar"},
     {warns("clock-skew")},
     [](Listener& it) { it.lab.sip.clock_offset = -120; }},
    {"still Lync Server 2010",
     {"fe26.*", "registrar"},
     {warns("product-version")},
     [](Listener& it) { it.lab.sip.server = "RTC/4.0"; }},
    {"turns away whatever is asked, with 403",
     {"chat04.*", "persistent-chat-sip"},
     {warns("not-refused")},
     [](Listener& it) { it.lab.sip.refuse_status = 403; }},
    {"the A/V Edge sends clients to its private address",
     {"edge04.*", "av-edge-clients*"},
     {warns("av-edge-address")},
     [](Listener& it) { it.lab.turn_address = "10.9.0.4"; }},
    {"autodiscover sends clients to a pool that is gone",
     {"rp02.*", "published-web"},
     {{"autodiscover-names", "inconclusive", {"rp02.* autodiscover"}, true}},
     [](Listener& it) { it.lab.web.internal_sip = "pool00.contoso.example"; }},
};

std::vector<Seed> all_seeds() {
    auto all = kCertificates;
    all.insert(all.end(), kServers.begin(), kServers.end());
    return all;
}

} // namespace

std::span<const Seed> seeds() {
    static const auto all = all_seeds();
    return all;
}

bool is_at(const Place& place, const Listener& listener) {
    return glob_matches(place.server, listener.server) &&
           (glob_matches(place.what, listener.service) || glob_matches(place.what, listener.use));
}

} // namespace lyncprobe::test
