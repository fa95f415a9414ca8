// SPDX-License-Identifier: MIT
// Seeds keep to ports of their own, so that each is seen by itself; where two share a port (there
// are only two reverse proxies), each says something else of it.
#include "deployment/seeds.h"

#include "model/glob.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace lyncprobe::test {

namespace {

using lab::KeySpec;
using lab::Names;

constexpr const char* kTemplateOfForest = "1.3.6.1.4.1.311.21.8.7654321.1234567.13.77";
constexpr int kEightMinutes = 8 * 60;

Said fails(std::string rule) { return {std::move(rule), "fail"}; }
Said warns(std::string rule) { return {std::move(rule), "warn"}; }
Said ends(std::string outcome) { return {"outcome", std::move(outcome)}; }
// Of a rule over the whole run, in one finding; nowhere else = wherever the fault is.
Said together(std::string rule, std::string verdict, std::vector<std::string> at = {}) {
    return {std::move(rule), std::move(verdict), std::move(at), true};
}

void without(Listener& listener, const std::string& name) {
    std::erase(listener.certificate.dns, name);
}

Names with_domains(Names names, const std::vector<std::string>& before) {
    for (const auto& label : before)
        for (const auto* domain : {"contoso.example", "fabrikam.example"})
            names.push_back(label + domain);
    return names;
}

// Names of 91 bytes, so that they come near the 16,384 at which Schannel cuts the list.
void add_many_roots(std::vector<std::string>& roots) {
    for (int n = 0; n < 174; ++n) {
        auto spec = lab::ca_spec(fmt::format("{:060}", n), "Contoso", std::nullopt);
        spec.key_name = "many roots";
        roots.push_back(lab::Authority(spec).self().certificate_pem);
    }
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
     {{"host-name",
       "fail",
       {"edge03.* access-edge-clients", "edge03.* federation",
        "edge03.* web-conferencing-edge-clients"}},
      {"subject-in-san", "fail", {"edge03.* web-conferencing-edge-clients", "edge03.* xmpp-edge"}},
      together(
          "autodiscover-names", "fail", {"rp02.* autodiscover", "edge03.* access-edge-clients"}
      ),
      together("autodiscover-names", "fail", {"rp02.* autodiscover", "edge03.* federation"}),
      together("pool-certificate", "fail", {"edge03.* web-conferencing-edge-clients"})},
     [](Listener& it) {
         it.certificate.dns = {
             "*.contoso.example", "*.fabrikam.example", "contoso.example", "fabrikam.example"};
     }},
    {"the certificate for XMPP lacks the bare second domain",
     {"edge04.*", "xmpp-edge"},
     {fails("host-name"),
      {"xmpp-domain", "fail", {"edge04.* fabrikam.example xmpp-edge"}},
      together(
          "pool-certificate", "fail",
          {"edge03.* access-edge-clients", "edge03.* federation", "edge03.* xmpp-edge",
           "edge04.* xmpp-edge"}
      )},
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
     {fails("no-rsassa-pss"), fails("signature-algorithm"),
      together("schannel-compatibility", "inconclusive", {"chat03.* persistent-chat-sip"})},
     [](Listener& it) { it.certificate.pss_signature = true; }},
    {"CRL locations in Active Directory only, on Office Web Apps",
     {"owa0?.*", "Other"},
     {warns("crl-reachable-scheme")},
     [](Listener& it) { it.certificate.crl_urls = Names{lab::kLdapCrl}; }},
    {"the self-signed certificate that Exchange makes for itself",
     {"um01.*", "Other"},
     {fails("chain-trusted"), fails("mutual-trust"),
      together(
          "mutual-trust", "fail",
          {"fe01.* registrar", "fe02.* registrar", "fe03.* registrar", "fe05.* registrar",
           "fe06.* registrar", "fe07.* registrar", "fe08.* registrar", "fe2?.* registrar",
           "dir01.* registrar", "sba01.* registrar"}
      ),
      together("mutual-trust", "fail", {"dir02.* registrar"}),
      together("mutual-trust", "fail", {"fe04.* registrar"})},
     [](Listener& it) {
         it.certificate.self_signed = true;
         it.certificate.template_v1.clear();
     },
     [](lab::ServerSpec& lab, const lab::DemoPki&) { lab.chain_pem.resize(1); }},
    {"a key on secp256k1, which no client offers",
     {"app01.*", "Default"},
     {fails("key-algorithm"), ends("tls_alert"), warns("endpoint-reachable")},
     [](Listener& it) {
         it.certificate.key = {KeySpec::Kind::ec, 256, "secp256k1"};
     }},
    {"an RSA key of 3072 bits, which no tool of Lync offers",
     {"fe07.*", "WebServicesInternal"},
     {warns("key-length")},
     [](Listener& it) { it.certificate.key.bits = 3072; }},
    {"the web certificate of tomorrow is in use today",
     {"fe22.*", "WebServicesExternal"},
     {fails("validity")},
     [](Listener& it) { it.certificate.not_before_days = 1; }},
    {"no extended key usage at all",
     {"app03.*", "application 6002"},
     {warns("server-eku")},
     [](Listener& it) { it.certificate.eku.reset(); }},
    {"SHA-512 on a Windows Server 2008 R2 that speaks no TLS 1.2",
     {"sba01.*", "sba-mediation-gateway"},
     {warns("os-signature-support"),
      warns("tls12-available"),
      {"legacy-protocols", "warn", {}, false, Extent::with_matrices}},
     [](Listener& it) {
         it.certificate.digest = "SHA512";
         it.lab.min_version = 0x0301;
         it.lab.max_version = 0x0302;
     }},
    {"no CRL distribution point",
     {"app03.*", "application 6001"},
     {fails("crl-distribution-point")},
     [](Listener& it) { it.certificate.crl_urls.reset(); }},
};

// --- names ---

const std::vector<Seed> kNames{
    {"the certificate still has the name of a server that is gone",
     {"fe02.*", "Default"},
     {together("unknown-names", "inconclusive")},
     [](Listener& it) { it.certificate.dns.push_back("lync2010.contoso.example"); }},
    {"an underscore in a name",
     {"chat01.*", "Default"},
     {warns("name-characters"), together("unknown-names", "inconclusive")},
     [](Listener& it) { it.certificate.dns.push_back("chat_01.contoso.example"); }},
    {"the subject is the name of the other pool",
     {"fe23.*", "Default"},
     {fails("subject-name")},
     [](Listener& it) { it.certificate.common_name = "pool01.contoso.example"; }},
    {"the subject is the server's name where the pool's is asked for",
     {"app04.*", "Default"},
     {warns("subject-name")},
     [](Listener& it) { it.certificate.common_name = it.server; }},
    {"the subject of a web certificate stands nowhere else in it",
     {"fe06.*", "WebServicesExternal"},
     {warns("subject-in-san")},
     [](Listener& it) { it.certificate.common_name = "dublinweb.contoso.example"; }},
    {"the Directors were given the external web services FQDN of the pool (contoso.yaml)",
     {"*", "web-external"},
     {together("web-names", "fail", {"fe0?.* web-external", "dir0?.* web-external"})}},
};

// --- what does not fit together ---

const std::vector<Seed> kTogether{
    {"a service was not restarted after the renewal",
     {"fe06.*", "conference-control"},
     {warns("stale-certificate")},
     [](Listener& it) { it.certificate.not_before_days = -300; }},
    {"another was not either, and its old certificate has expired",
     {"fe07.*", "storage"},
     {fails("stale-certificate"), fails("validity")},
     [](Listener& it) {
         it.certificate.not_before_days = -400;
         it.certificate.not_after_days = -3;
     }},
    {"of the one certificate for both web sites only the internal one was renewed",
     {"fe08.*", "WebServices*"},
     {{"web-sites-agree", "warn", {"fe08.* web-external"}}},
     [](Listener& it) {
         const bool external = it.service == "web-external";
         auto names = with_domains(
             {it.server, "pool01.contoso.example", "pool01web.contoso.example",
              "web.contoso.example", "dialin.contoso.example", "admin.contoso.example"},
             {"meet.", "lyncdiscover.", "lyncdiscoverinternal."}
         );
         it.certificate.dns = std::move(names);
         if (external) it.certificate.not_before_days = -300;
     }},
    {"one of two reverse proxies still has the certificate before the last renewal",
     {"rp02.*"},
     {together("same-name-same-chain", "warn")},
     [](Listener& it) { it.certificate.not_before_days = -300; }},
    {"inside, one Edge Server of four has a certificate of the public CA",
     {"edge02.*", "Internal"},
     {together("one-internal-pki", "fail"), together("pool-certificate", "warn")},
     [](Listener& it) { it.issuer = Issuer::public_ca; }},
    {"Dublin's Access Edge has a certificate of the CA of the internal servers",
     {"edge2?.*", "*EdgeExternal"},
     {together("sip-web-issuers", "warn", {"edge2?.* access-edge-clients"})},
     [](Listener& it) { it.issuer = Issuer::inside; }},
    {"an internal web site has a certificate of the public CA",
     {"fe24.*", "WebServicesInternal"},
     {together("sip-web-issuers", "warn")},
     [](Listener& it) { it.issuer = Issuer::public_ca; }},
};

// --- what a server sends and how it behaves ---

const std::vector<Seed> kServers{
    {"the intermediate CA certificate is not sent",
     {"dir02.*", "Default"},
     {fails("chain-complete"), fails("chain-trusted"), together("chain-elsewhere", "warn"),
      together(
          "mutual-trust", "inconclusive",
          {"* registrar", "* conference-control", "* access-edge-internal", "* application 600?"}
      )},
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
     {ends("client_certificate_rejected"), warns("client-certificate-accepted"),
      warns("client-ca-names"), fails("mutual-trust")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         lab.client_ca_pem = {pki.public_root().self().certificate_pem};
     }},
    {"a Front End lacks the root of the public CA, from which edge02 has its inner certificate",
     {"fe04.*", "Default"},
     {together("mutual-trust", "fail", {"fe04.* registrar"}),
      together(
          "mutual-trust", "fail",
          {"edge02.* access-edge-internal", "edge02.* web-conferencing-edge-internal",
           "edge02.* av-authentication", "edge02.* replication", "edge02.* xmpp-edge-internal",
           "um01.* um"}
      )},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         lab.client_ca_pem = {pki.root().self().certificate_pem};
     }},
    {"an intermediate CA certificate in the Trusted Root store",
     {"chat02.*", "persistent-chat-sip"},
     {together("ca-names-intermediate", "warn")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         lab.client_ca_pem.push_back(pki.issuing().self().certificate_pem);
     }},
    {"so many roots that Windows cuts the list of them",
     {"app02.*", "application 6001"},
     {together("ca-names-cut", "warn")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki&) { add_many_roots(lab.client_ca_pem); }},
    {"the XMPP proxy offers STARTTLS and refuses it",
     {"edge01.*", "xmpp-edge"},
     {ends("starttls_refused"), fails("endpoint-reachable")},
     [](Listener& it) { it.lab.xmpp = lab::Xmpp::starttls_refused; }},
    {"autodiscover sends clients to another domain",
     {"rp01.*", "published-web"},
     {{"autodiscover-answer", "fail", {"rp01.* autodiscover"}}},
     [](Listener& it) { it.lab.web.redirect = "https://lyncdiscover.northwind.example:10443/"; }},
    {"the ports of its UCWA service ask nobody for a certificate",
     {"fe24.*", "ucwa-*"},
     {together("client-certificate-demanded", "fail")},
     [](Listener& it) { it.lab.client_certificates = lab::ClientCertificates::not_asked; }},
    {"the service is stopped: connections are refused",
     {"fe07.*", "audio-test"},
     {ends("refused"), fails("endpoint-reachable")},
     [](Listener& it) { it.lab.faults.refuse = true; }},
    {"accepts connections and says nothing",
     {"um02.*", "um"},
     {ends("timeout"), fails("endpoint-reachable")},
     [](Listener& it) { it.lab.faults.silent = true; }},
    {"plain HTTP on the port of HTTPS",
     {"fe06.*", "web-internal"},
     {ends("not_tls"), fails("endpoint-reachable")},
     [](Listener& it) { it.lab.faults.plain_http = true; }},
    {"hangs up in the handshake",
     {"fe08.*", "web-client-external"},
     {ends("reset"), fails("endpoint-reachable")},
     [](Listener& it) { it.lab.faults.reset_after_hello = true; }},
    {"ends every handshake with an alert (80, internal error)",
     {"fe22.*", "response-group-wcf"},
     {ends("tls_alert"), fails("endpoint-reachable")},
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
     {together("autodiscover-names", "inconclusive", {"rp02.* autodiscover"})},
     [](Listener& it) { it.lab.web.internal_sip = "pool00.contoso.example"; }},
};

// --- the certificate of the OAuth tokens, which every Front End gives away ---

// Those that do not give the same as the others, in one finding.
Said other_oauth() {
    return together(
        "oauth-certificate", "fail",
        {"fe03.* web-internal", "fe04.* web-internal", "fe05.* web-internal"}
    );
}

const std::vector<Seed> kOAuth{
    {"a Front End gives another OAuth certificate than the rest",
     {"fe03.*", "web-internal"},
     {other_oauth()},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         auto spec = lab::oauth_spec();
         spec.not_after_days = 500;
         lab.web.oauth_certificate = pki.oauth(spec);
     }},
    {"a second one gives one of RSA 1024, which was put in by hand",
     {"fe04.*", "web-internal"},
     {other_oauth(), together("oauth-certificate", "warn")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         auto spec = lab::oauth_spec();
         spec.key.bits = 1024;
         lab.web.oauth_certificate = pki.oauth(spec);
     }},
    {"a third one gives the former one, which has run out",
     {"fe05.*", "web-internal"},
     {other_oauth(), together("oauth-certificate", "fail")},
     nullptr,
     [](lab::ServerSpec& lab, const lab::DemoPki& pki) {
         auto spec = lab::oauth_spec();
         spec.not_before_days = -400;
         spec.not_after_days = -3;
         lab.web.oauth_certificate = pki.oauth(spec);
     }},
};

std::vector<Seed> all_seeds() {
    std::vector<Seed> all;
    for (const auto* part : {&kCertificates, &kNames, &kTogether, &kServers, &kOAuth})
        all.insert(all.end(), part->begin(), part->end());
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
