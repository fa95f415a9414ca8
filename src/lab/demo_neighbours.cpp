// SPDX-License-Identifier: MIT
// Around the demonstration's pool: Office Web Apps, Persistent Chat, Mediation Server, an
// application, branch offices.
#include "lab/demo_builder.h"

namespace lyncprobe::lab {

namespace {

constexpr Service kOfficeWebApps{
    CertificateUse::other, ClientCertificates::not_asked, Probe::https, Site::office};

} // namespace

void Builder::office_web_apps() {
    const Machine wac{
        "127.77.0.71", "wac.contoso.example", "", Role::office_web_apps, Side::internal};
    CertificateSpec weak = internal_spec(wac.host, {wac.host});
    weak.key.bits = 1536;
    weak.crl_urls.reset();
    plant(
        add("Office Web Apps", wac, 443, kOfficeWebApps, pki_.internal(weak)),
        "an RSA key of 1536 bits, and no CRL distribution point",
        {"outcome=ok", "key-length=fail", "key-length-recommended=warn",
         "crl-distribution-point=fail"}
    );
}

void Builder::persistent_chat() {
    const Machine chat{
        "127.77.0.72", "pchat01.contoso.example", "", Role::persistent_chat, Side::internal};
    CertificateSpec own = internal_spec(chat.host, {chat.host});
    own.self_signed = true;
    own.template_v1.clear();
    Presented self_signed = pki_.internal(own);
    self_signed.chain.resize(1);
    plant(
        add("Persistent Chat", chat, 5041, kSipBetweenServers, self_signed),
        "a self-signed certificate", {"outcome=ok", "chain-trusted=fail"}
    );
    CertificateSpec card_spec = ca_spec(kSmartCardCa, "Contoso", std::nullopt);
    card_spec.eku = Names{kClientAuth, kSmartCardLogon};
    const Authority smart_card(card_spec, pki_.root());
    const Issued misissued = smart_card.issue(internal_spec(chat.host, {chat.host}));
    const Presented by_smart_card{
        {misissued.certificate_pem, smart_card.self().certificate_pem}, misissued.key_pem};
    plant(
        add("Persistent Chat file transfer", chat, 443, kPublished, by_smart_card),
        "issued by a CA for smart cards: the CA certificate is not for server authentication, and "
        "says nowhere where its CRL is",
        {"outcome=ok", "chain-eku=fail", "chain-crl-distribution-point=warn"}
    );
}

void Builder::mediation() {
    const Machine mediation{
        "127.77.0.73", "med01.contoso.example", "medpool.contoso.example", Role::mediation,
        Side::internal};
    const CertificateSpec med = internal_spec(mediation.pool, {mediation.pool, mediation.host});
    add("Mediation, gateway side", mediation, 5067, kSipBetweenServers, pki_.internal(med))
        .server.sip.server = "RTCC/5.0.0.0 MediationServer";
    CertificateSpec modern = med;
    modern.key.kind = KeySpec::Kind::ed25519;
    plant(
        add("Mediation, Front End side", mediation, 5070, kSipBetweenServers,
            pki_.internal(modern)),
        "an Ed25519 key: neither RSA nor one of the three supported curves",
        {"outcome=ok", "key-algorithm=fail"}
    );
}

// A gateway on OpenSSL, unlike Lync, looks at the purpose of whoever connects.
void Builder::gateways() {
    const Machine gateway{"127.77.0.76", "gw01.contoso.example", "", Role::gateway, Side::internal};
    const Machine dry_machine{
        "127.77.0.78", "gw03.contoso.example", "", Role::gateway, Side::internal};
    const Machine balanced{
        "127.77.0.79", "gw04.contoso.example", "", Role::gateway, Side::internal};
    const Machine renewed{"127.77.0.77", "gw02.contoso.example", "", Role::gateway, Side::internal};
    add("gateway", gateway, 5067, kSipBetweenServers,
        pki_.internal(internal_spec(gateway.host, {gateway.host})));
    auto& dry =
        add("gateway without trunks", dry_machine, 5067, kSipBetweenServers,
            pki_.internal(internal_spec(dry_machine.host, {dry_machine.host})));
    dry.server.sip.options_status = 503;
    plant(
        dry, "answers a Mediation Server's OPTIONS with 503: its trunk is down",
        {"outcome=ok", "not-refused=warn"}
    );
    auto& picky =
        add("gateway behind a load balancer", balanced, 5067, kSipBetweenServers,
            pki_.internal(internal_spec(balanced.host, {balanced.host})));
    picky.server.faults.demands_its_name = true;
    plant(
        picky, "ends each handshake that does not name it, so that older peers cannot connect",
        {"outcome=ok", "sni-certificate=warn"}
    );
    auto& strict =
        add("gateway, renewed certificate", renewed, 5067, kSipBetweenServers,
            pki_.internal(internal_spec(renewed.host, {renewed.host})));
    strict.target.identity = kRenewed;
    strict.server.wants_client_purpose = true;
    plant(
        strict, "our certificate was renewed without client authentication, and is refused",
        {"outcome=client_certificate_rejected", "client-certificate-accepted=fail"}
    );
    // What a guide to hardening leaves is too new for the Mediation Server that connects.
    const Machine hardened{
        "127.77.0.89", "gw05.contoso.example", "", Role::gateway, Side::internal};
    auto& modern =
        add("gateway, hardened", hardened, 5067, kSipBetweenServers,
            pki_.internal(internal_spec(hardened.host, {hardened.host})));
    modern.server.max_version = 0x0303;
    modern.server.ciphers = "ECDHE+AESGCM";
    modern.target.peer_os = OperatingSystem::windows_server_2012_r2;
    plant(
        modern, "has suites with ECDHE and AES-GCM alone, which Server 2012 R2 lacks",
        {"outcome=ok", "schannel-compatibility=fail"}
    );
}

void Builder::trusted_application() {
    const Machine application{
        "127.77.0.74", "bot01.contoso.example", "botpool.contoso.example",
        Role::trusted_application, Side::internal};
    CertificateSpec elliptic =
        internal_spec(application.pool, {application.pool, application.host});
    elliptic.key = {KeySpec::Kind::ec, 256, "P-256"};
    elliptic.not_after_days = 3000; // the CAs have 2000 days left
    auto& bot =
        add("trusted application", application, 8100, kSipBetweenServers, pki_.internal(elliptic));
    bot.server.sip.server = "RTCC/5.0.0.0 bot";
    plant(
        bot, "a certificate that is valid for longer than the CA that issued it",
        {"outcome=ok", "leaf-outlives-issuer=warn"}
    );
}

void Builder::branches() {
    const Machine branch{"::1", "sba01.contoso.example", "", Role::sba, Side::internal, "Branch"};
    const Presented sba =
        pki_.internal(internal_spec(branch.host, {branch.host, "sip.contoso.example"}));
    add("branch appliance registrar (IPv6)", branch, 5061, kRegistrar, sba);
    add("branch appliance conference control (IPv6)", branch, 444, kWebBetweenServers, sba);

    const Machine branch2{"127.77.0.75", "sba02.contoso.example", "",
                          Role::sba,     Side::internal,          "Branch 2"};
    const Presented sba2 =
        pki_.internal(internal_spec(branch2.host, {branch2.host, "sip.contoso.example"}));
    auto& old = add("branch appliance 2 registrar", branch2, 5061, kRegistrar, sba2);
    old.server.sip.server = "RTC/4.0";
    plant(
        old, "still runs Lync Server 2010, though the list says Lync Server 2013",
        {"outcome=ok", "product-version=warn"}
    );
    add("branch appliance 2 conference control", branch2, 444, kWebBetweenServers, sba2);
}

// What DNS says outside of Contoso's SIP domain, and of one that it took over.
void Builder::name_server() {
    auto& dns = demo_.name_server;
    dns.name = "name server";
    dns.address = "127.77.0.90";
    dns.port = static_cast<std::uint16_t>(53 + offset_);
    const auto host = [&](std::string name, std::string address) {
        dns.zone.push_back({std::move(name), std::move(address)});
    };
    const auto service = [&](std::string name, std::string at, std::uint16_t port, int priority) {
        dns.zone.push_back(
            {std::move(name), std::move(at), port, static_cast<std::uint16_t>(priority)}
        );
    };
    // RFC 5737: addresses of examples, which are public.
    host("lyncdiscover.contoso.example", "192.0.2.63");
    host("sip.contoso.example", "192.0.2.41");
    service("_sip._tls.contoso.example", "sip.contoso.example", 443, 0);
    service("_sipfederationtls._tcp.contoso.example", "sip.contoso.example", 5061, 0);
    demo_.domains.push_back({"contoso.example", {}, {"fail=none"}});

    host("lyncdiscover.wingtip.example", "192.0.2.68");
    host("sip.wingtip.example", "10.77.0.41");
    host("edge2.wingtip.example", "192.0.2.42");
    service("_sip._tls.wingtip.example", "edge2.wingtip.example", 443, 0);
    service("_sipfederationtls._tcp.wingtip.example", "sip.wingtip.example", 5061, 0);
    service("_sipfederationtls._tcp.wingtip.example", "edge2.wingtip.example", 5061, 10);
    demo_.domains.push_back(
        {"wingtip.example",
         "the federation record has a second host for fail-over, and the first a private address",
         {"dns-srv-address=fail", "dns-srv-failover=warn"}}
    );
}

// What waits for its import on a new Front End.
void Builder::files() {
    const Machine fe{
        "", "fe04.contoso.example", "pool.contoso.example", Role::front_end, Side::internal};
    const Presented made = pki_.internal(front_end_spec(fe));
    const auto file = [&](std::string name, std::string planted, Names expect, std::string bytes) {
        demo_.files.push_back(
            {std::move(name), std::move(planted), std::move(expect), std::move(bytes)}
        );
    };
    file(
        "fe04.pfx", {}, {"fail=none", "private-key=pass", "key-provider=pass"},
        pfx_of(made, true, "Microsoft RSA SChannel Cryptographic Provider")
    );
    file(
        "fe04-without-key.pfx", "exported without its private key", {"private-key=fail"},
        pfx_of(made, false)
    );
    file(
        "fe04-cng.pfx", "its key was made in a key storage provider of CNG", {"key-provider=warn"},
        pfx_of(made, true, "Microsoft Software Key Storage Provider")
    );
}

} // namespace lyncprobe::lab
