// SPDX-License-Identifier: MIT
// The inside of the demonstration: a Front End pool of three behind a load balancer for its web
// services, and a Director pool of two.
#include "lab/demo_builder.h"

#include <utility>

namespace lyncprobe::lab {

namespace {

// What a UCMA server application calls itself, unlike RtcSrv.
constexpr const char* kMediationServer = "RTCC/5.0.0.0 MediationServer";

Machine front_end(std::string address, std::string host) {
    return {
        std::move(address), std::move(host), "pool.contoso.example", Role::front_end,
        Side::internal};
}

Machine director(std::string address, std::string host) {
    return {
        std::move(address), std::move(host), "dirpool.contoso.example", Role::director,
        Side::internal};
}

} // namespace

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
    const Machine fe = front_end("127.77.0.11", "fe01.contoso.example");
    const Presented sip = pki_.internal(front_end_spec(fe));
    const Presented web = pki_.internal(web_spec(fe));
    add("fe01 registrar", fe, 5061, kRegistrar, sip).target.names = {
        fe.host, fe.pool, "sip.contoso.example"};
    add("fe01 IM conferencing", fe, 5062, kSipBetweenServers, sip);
    add("fe01 A/V conferencing", fe, 5063, kSipBetweenServers, sip);
    add("fe01 application sharing", fe, 5065, kSipBetweenServers, sip).server.max_version = 0x0303;
    add("fe01 Mediation", fe, 5070, kSipBetweenServers, sip).server.sip.server = kMediationServer;
    add("fe01 Response Group", fe, 5071, kSipBetweenServers, sip).server.send_ca_names = false;
    add("fe01 Call Park", fe, 5075, kSipBetweenServers, sip);
    add("fe01 bandwidth policy", fe, 5080, kSipBetweenServers, sip);
    add("fe01 mobility", fe, 5086, kSipBetweenServers, sip);
    add("fe01 web conferencing", fe, 8057, kWebConferencing, sip);
    add("fe01 conference control", fe, 444, kWebBetweenServers, sip);
    auto& internal = add("fe01 internal web site", fe, 443, kWebInternal, web);
    internal.target.names = {fe.host, "webint.contoso.example"};
    // For /CertProv alone a certificate is wanted, and only once that is asked for.
    internal.server.late_client_certificate = true;
    internal.server.client_ca_pem = {demo_.root_pem, demo_.public_root_pem};
    add("fe01 external web site", fe, 4443, kWebExternal, web).target.names = {
        "lyncweb.contoso.example"};
    auto& plain = add("fe01 external web site, HTTP", fe, 8080, kAutodiscoverExternal, {});
    plain.server.plain = plain.target.plain = true;
}

void Builder::front_end_2() {
    const Machine fe = front_end("127.77.0.12", "fe02.contoso.example");
    const Presented sip = pki_.internal(front_end_spec(fe));
    const Presented web = pki_.internal(web_spec(fe));
    add("fe02 registrar", fe, 5061, kRegistrar, sip).target.names = {
        fe.host, fe.pool, "sip.contoso.example"};
    add("fe02 IM conferencing", fe, 5062, kSipBetweenServers, sip);
    add("fe02 application sharing", fe, 5065, kSipBetweenServers, sip).server.max_version = 0x0303;
    add("fe02 Mediation", fe, 5070, kSipBetweenServers, sip).server.sip.server = kMediationServer;
    add("fe02 internal web site", fe, 443, kWebInternal, web);

    CertificateSpec client_only = front_end_spec(fe);
    client_only.eku = Names{kClientAuth};
    plant(
        add("fe02 A/V conferencing", fe, 5063, kSipBetweenServers, pki_.internal(client_only)),
        "the certificate was made from a client template: its EKU lacks server authentication",
        {"outcome=ok", "server-eku=fail"}
    );
    auto& anonymous = add("fe02 Response Group", fe, 5071, kSipBetweenServers, sip);
    anonymous.target.mutual = Mutual::none;
    plant(
        anonymous, "demands a client certificate, and this target is set to offer none",
        {"outcome=client_certificate_required"}
    );
    Presented leaf_only = sip;
    leaf_only.chain.resize(1);
    plant(
        add("fe02 conference control", fe, 444, kWebBetweenServers, leaf_only),
        "the intermediate CA certificate is not sent", {"outcome=ok", "chain-complete=fail"}
    );
    const Presented shuffled{
        {web.chain[0], pki_.root().self().certificate_pem, web.chain[1]}, web.key};
    auto& unordered = add("fe02 external web site", fe, 4443, kWebExternal, shuffled);
    plant(
        unordered, "the chain is sent in the wrong order: root before intermediate",
        {"outcome=ok", "chain-order=warn"}
    );
    auto& stopped = add("fe02 web conferencing", fe, 8057, kWebConferencing, sip);
    stopped.server.faults.refuse = true;
    plant(
        stopped, "the service is stopped: connections are refused",
        {"outcome=refused", "endpoint-reachable=fail"}
    );
}

// The newcomer to the pool, whose certificates were copied from its elders.
void Builder::front_end_3() {
    const Machine fe = front_end("127.77.0.13", "fe03.contoso.example");
    const Presented sip = pki_.internal(front_end_spec(fe));
    Machine as_pool = fe;
    as_pool.host = fe.pool;
    CertificateSpec copied = front_end_spec(fe);
    copied.dns = {fe.pool, "fe02.contoso.example", "sip.contoso.example"};
    auto& registrar = add("fe03 registrar", as_pool, 5061, kRegistrar, pki_.internal(copied));
    registrar.target.names = {fe.pool, "sip.contoso.example"};
    registrar.target.server = registrar.server.sip.fqdn = fe.host;
    plant(
        registrar,
        "the certificate of another machine: it lacks the name that this registrar signs in under",
        {"outcome=ok", "revealed-name=fail"}
    );
    add("fe03 A/V conferencing", fe, 5063, kSipBetweenServers, sip);
    add("fe03 application sharing", fe, 5065, kSipBetweenServers, sip);
    auto& behind = add("fe03 Response Group", fe, 5071, kSipBetweenServers, sip);
    behind.server.faults.close_after_handshake = true;
    behind.server.max_version = 0x0303;
    plant(
        behind, "TLS is up and nothing is behind it: hangs up before it answers",
        {"outcome=closed", "conversation-finished=fail"}
    );
    add("fe03 web conferencing", fe, 8057, kWebConferencing, sip);
    add("fe03 conference control", fe, 444, kWebBetweenServers, sip);

    auto& closed = add("fe03 IM conferencing", fe, 5062, kSipBetweenServers, sip);
    closed.server.sip.refuse_status = 403;
    closed.server.sip.diagnostics = "1017;reason=\"Cannot route From and To domains in this "
                                    "combination\";source=\"fe03.contoso.example\"";
    plant(
        closed, "refuses whatever is asked of it, with 403 and ms-diagnostics 1017",
        {"outcome=ok", "not-refused=warn"}
    );
    Machine as_web = fe;
    as_web.host = "webint.contoso.example";
    CertificateSpec copied_web = web_spec(fe);
    copied_web.dns.front() = "fe02.contoso.example";
    auto& web = add("fe03 internal web site", as_web, 443, kWebInternal, pki_.internal(copied_web));
    web.target.server = web.server.web.server_fqdn = fe.host;
    plant(
        web,
        "the certificate lacks the name that this web site gives in X-MS-Server-Fqdn, which stands "
        "in its common name only",
        {"outcome=ok", "revealed-name=fail", "subject-in-san=warn"}
    );
    auto& fast = add("fe03 external web site", fe, 4443, kWebExternal, pki_.internal(web_spec(fe)));
    fast.server.web.clock_offset = 3 * 60;
    plant(fast, "its clock is 3 minutes ahead", {"outcome=ok", "clock-skew=warn"});
}

// The load balancer in front of the pool's web services; Front Ends answer behind it.
void Builder::pool_web() {
    const Machine discover = front_end("127.77.0.10", "lyncdiscoverinternal.contoso.example");
    CertificateSpec spec = web_spec(front_end("127.77.0.10", "fe01.contoso.example"));
    spec.dns.push_back(discover.host);
    auto& root =
        add("pool autodiscover, internal", discover, 443, kAutodiscoverInternal,
            pki_.internal(spec));
    root.server.web.server_fqdn = "fe01.contoso.example";
    auto& plain = add("pool autodiscover, internal, HTTP", discover, 80, kAutodiscoverInternal, {});
    plain.server.web.server_fqdn = "fe01.contoso.example";
    plain.server.plain = plain.target.plain = true;
}

void Builder::directors() {
    const Machine dir = director("127.77.0.21", "dir01.contoso.example");
    const Presented sip = pki_.internal(front_end_spec(dir));
    add("dir01 registrar", dir, 5061, kRegistrar, sip).target.names = {dir.host, dir.pool};
    add("dir01 conference control", dir, 444, kWebBetweenServers, sip);

    CertificateSpec legacy = web_spec(dir);
    legacy.key.bits = 1024;
    legacy.digest = "SHA1";
    auto& old = add("dir01 internal web site", dir, 443, kWebInternal, pki_.internal(legacy));
    old.server.min_version = 0x0301;
    old.server.max_version = 0x0303;
    old.target.enrollment = {
        EnrollmentMethod::web, OperatingSystem::windows_server_2003,
        OperatingSystem::windows_server_2008_r2, true};
    CertificateSpec short_oauth = oauth_spec();
    short_oauth.key.bits = 1024;
    old.server.web.oauth_certificate = pki_.oauth(short_oauth);
    plant(
        old,
        "an old certificate: SHA-1, RSA 1024, requested through the web pages of a Windows Server "
        "2003 CA from a Windows Server 2008 R2 machine; and an OAuth certificate of RSA 1024",
        {"outcome=ok", "windows-2003-ca=fail", "sha1-deprecated=warn",
         "key-length-recommended=warn", "oauth-certificate=warn"}
    );
    CertificateSpec pss = web_spec(dir);
    pss.pss_signature = true;
    plant(
        add("dir01 external web site", dir, 4443, kWebExternal, pki_.internal(pss)),
        "the CA signs with RSASSA-PSS (AlternateSignatureAlgorithm=1)",
        {"outcome=ok", "no-rsassa-pss=fail", "signature-algorithm=fail"}
    );

    const Machine dir2 = director("127.77.0.22", "dir02.contoso.example");
    const Presented sip2 = pki_.internal(front_end_spec(dir2));
    const Presented web2 = pki_.internal(web_spec(dir2));
    auto& slow = add("dir02 registrar", dir2, 5061, kRegistrar, sip2);
    slow.target.names = {dir2.host, dir2.pool};
    slow.server.sip.clock_offset = -8 * 60;
    plant(
        slow, "its clock is 8 minutes behind: more than Kerberos lets pass",
        {"outcome=ok", "clock-skew=fail"}
    );
    CertificateSpec renamed = front_end_spec(dir2);
    renamed.common_name = "oldpool.contoso.example";
    renamed.dns.insert(renamed.dns.end(), {renamed.common_name, "DIR02"});
    plant(
        add("dir02 conference control", dir2, 444, kWebBetweenServers, pki_.internal(renamed)),
        "the subject is the name that the pool once had, and a short name is among the names",
        {"outcome=ok", "subject-name=fail", "name-characters=warn"}
    );
    CertificateSpec old_oauth = oauth_spec();
    old_oauth.not_before_days = -400;
    old_oauth.not_after_days = -3;
    auto& stale = add("dir02 internal web site", dir2, 443, kWebInternal, web2);
    stale.server.web.oauth_certificate = pki_.oauth(old_oauth);
    plant(
        stale,
        "replication does not reach it: it has the former OAuth certificate, which has run out",
        {"outcome=ok", "oauth-certificate=fail"}
    );
    add("dir02 external web site", dir2, 4443, kWebExternal, web2);
}

} // namespace lyncprobe::lab
