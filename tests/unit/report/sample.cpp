// SPDX-License-Identifier: MIT
#include "unit/report/sample.h"

#include "rules/verdicts/importance.h"
#include "rules/verdicts/summary.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace lyncprobe::sample {

using namespace std::string_literals;

const std::string kNasty = "\x1b[2J\x1b]0;owned\x07 \xe2\x80\xae"
                           "evil\xe2\x81\xa6\xe2\x80\x8b \xc2\x9b"
                           "31m \x7f \"quoted\" 'n' \\ <script>alert(1)</script> =1+1\r\n\tsecond "
                           "line\0nul \xef\xbf\xbd\xef\xbf\xbd "
                           "caf\xc3\xa9 \xe6\xbc\xa2\xe5\xad\x97"s;

namespace {

constexpr std::string_view kSeed =
    "Certificate infrastructure requirements for Lync Server 2013, common requirements";

Time at(const char* text) { return *parse_time(text); }

ChainPtr chain(std::vector<CertificatePtr> presented) {
    Chain it;
    it.presented = std::move(presented);
    it.complete = true;
    it.path.trust = TrustPath::Trust::trusted;
    it.path.anchors_configured = true;
    it.path.path = it.presented;
    it.path.path.push_back(certificate("Contoso Root CA", 99));
    return std::make_shared<const Chain>(std::move(it));
}

std::unique_ptr<TlsFacts> tls12() {
    auto tls = std::make_unique<TlsFacts>();
    tls->handshake_done = true;
    tls->version = TlsVersion::tls1_2;
    tls->cipher = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    tls->group = "secp256r1";
    tls->signature_scheme = "rsa_pkcs1_sha256";
    tls->secure_renegotiation = true;
    tls->extended_master_secret = true;
    tls->session_ticket = false;
    tls->messages = {{false, 1, 245}, {true, 2, 81}, {true, 11, 3012}, {true, 12, 329},
                     {true, 13, 400}, {true, 14, 0}, {false, 11, 3},   {false, 16, 66},
                     {false, 20, 12}, {true, 20, 12}};
    tls->server_extensions = {65281, 11, 23};
    tls->certificate_bytes = 3012;
    return tls;
}

std::unique_ptr<ClientCertificateFacts> asked(
    std::optional<bool> required, std::optional<bool> accepted
) {
    auto facts = std::make_unique<ClientCertificateFacts>();
    facts->requested = true;
    facts->required = required;
    facts->accepted = accepted;
    if (accepted) facts->presented = std::string(64, 'a');
    facts->ca_names = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{
        "CN=Contoso Root CA, DC=contoso", "CN=" + kNasty});
    facts->ca_names_count = 2;
    facts->ca_names_bytes = 210;
    facts->certificate_types = {"rsa_sign", "ecdsa_sign"};
    facts->signature_algorithms = {"rsa_pkcs1_sha256", "rsa_pkcs1_sha1"};
    return facts;
}

Finding finding(
    std::string_view rule, Verdict verdict, std::string message,
    const CertificatePtr& about = nullptr
) {
    Finding it;
    it.rule = rule;
    it.verdict = verdict;
    it.message = std::move(message);
    if (about) it.certificate = about->sha256;
    if (badness(verdict) > badness(Verdict::pass)) {
        it.source = kSeed;
        it.fix = "reissue the certificate from a template that meets this requirement, with every "
                 "name of the service in "
                 "it, and assign it with the deployment wizard";
    }
    return it;
}

std::vector<const Finding*> edge_findings(
    FindingPool& pool, const CertificatePtr& leaf, const CertificatePtr& issuer
) {
    auto eku = finding(
        "server-eku", Verdict::fail, "the extended key usage names client authentication only", leaf
    );
    eku.evidence.set("eku", std::vector<std::string>{"1.3.6.1.5.5.7.3.2"});
    auto length = finding("key-length", Verdict::pass, "", leaf);
    length.evidence.set("bits", std::int64_t{2048});
    auto expires = finding("validity", Verdict::warn, "expires on 2026-12-01, in 9 days", leaf);
    expires.waived = "replaced with the move to the new site";
    return {
        pool.keep(std::move(eku)),
        pool.keep(std::move(length)),
        pool.keep(finding("sha1-deprecated", Verdict::warn, "signed with SHA-1", leaf)),
        pool.keep(std::move(expires)),
        pool.keep(finding(
            "auto-enrollment", Verdict::inconclusive, "say in the target list how it was requested",
            leaf
        )),
        pool.keep(finding("server-eku", Verdict::not_applicable, "a CA certificate", issuer)),
        pool.keep(finding("sha1-deprecated", Verdict::warn, "signed with SHA-1", issuer))};
}

Target target(std::string host, std::uint16_t port, Probe probe, std::string server) {
    Target it;
    it.host = std::move(host);
    it.port = port;
    it.probe = probe;
    it.server = std::move(server);
    return it;
}

void add_edge_pool(ScanResult& run) {
    const auto leaf = certificate("sip.contoso.com", 1),
               issuer = certificate("Contoso Issuing CA 1", 2);
    const auto shown = chain({leaf, issuer});
    auto access = target("sip.contoso.com", 5061, Probe::sip, "edge01.contoso.local");
    access.name = "access edge, servers";
    access.also = {"federation"};
    access.role = Role::edge;
    access.use = CertificateUse::access_edge_external;
    access.side = Side::external;
    access.pool = "edge.contoso.local";
    access.site = "Redmond";
    access.identity = "edge";
    run.targets.push_back(access);
    for (const char* address : {"192.0.2.7", "192.0.2.8", "2001:db8::7"}) {
        auto one =
            row("sip.contoso.com:5061/sip@" + std::string(address), Outcome::ok, Stage::done);
        one.address = parse_address(address);
        one.addresses_skipped = 3;
        if (one.address->v6) {
            one.main.outcome = Outcome::skipped;
            one.main.stage = Stage::connect;
            one.main.detail = "no route to any IPv6 address from here";
            run.endpoints.push_back(std::move(one));
            continue;
        }
        one.attempts = 1;
        one.main.timings = {1.5, 0.25, 12.34567, 3, 17.1};
        one.main.tls = tls12();
        one.main.client_certificate = asked(std::nullopt, true);
        one.main.chain = shown;
        one.main.detail = "answers NEGOTIATE with 200 " + kNasty;
        one.main.answer.set("status", std::int64_t{200});
        one.main.answer.set("server", kNasty);
        one.main.answer.set("allow", std::vector<std::string>{"INVITE", "OPTIONS"});
        one.main.answer.set("keep_alive", true);
        one.main.given = {{certificate("oauth.contoso.com", 9), "GET /metadata/json/1"}};
        one.findings = edge_findings(*run.findings, leaf, issuer);
        run.endpoints.push_back(std::move(one));
    }
}

void add_nasty_server(ScanResult& run) {
    const auto evil = certificate(kNasty, 3), endless = certificate(std::string(100'000, 'x'), 4);
    auto it = target("web.contoso.com", 443, Probe::https, "");
    it.name = kNasty;
    run.targets.push_back(it);
    auto one =
        row("web.contoso.com:443/https", Outcome::client_certificate_required, Stage::client_auth);
    one.target = run.targets.size() - 1;
    one.address = parse_address("192.0.2.20");
    one.attempts = 2;
    one.main.detail =
        "web.contoso.com:443 (192.0.2.20): refused for want of a client certificate: " + kNasty;
    auto tls = tls12();
    tls->version = TlsVersion::tls1_3;
    tls->alerts = {{false, false, 0}, {false, true, 50}, {true, true, 116}};
    tls->ocsp_staple_bytes = 471;
    one.main.tls = std::move(tls);
    auto facts = asked(true, std::nullopt);
    facts->refusal = "received fatal certificate_required(116) after our Finished";
    one.main.client_certificate = std::move(facts);
    one.main.chain = chain({evil, endless});
    AttemptRow variant;
    variant.label = "without-client-certificate";
    variant.role = AttemptRole::without_identity;
    variant.outcome = Outcome::tls_alert;
    variant.stage = Stage::handshake;
    variant.detail = "alert";
    variant.tls = std::make_unique<TlsFacts>();
    one.variants.push_back(std::move(variant));
    auto name = finding(
        "host-name", Verdict::fail, "no name of the certificate covers web.contoso.com: " + kNasty,
        evil
    );
    name.evidence.set("names", std::vector<std::string>{kNasty, "b.example, DNS:c.example"});
    name.evidence.set("error", false);
    auto longest =
        finding("validity", Verdict::warn, std::string(500, 'y') + " " + kNasty, endless);
    one.findings = {run.findings->keep(std::move(name)), run.findings->keep(std::move(longest))};
    run.endpoints.push_back(std::move(one));
}

void add_plain_row(
    ScanResult& run, Target its_target, Outcome outcome, Stage stage, std::string detail
) {
    auto one =
        row(host_and_port(its_target.host, its_target.port) + "/" +
                std::string(to_text(its_target.probe)),
            outcome, stage);
    run.targets.push_back(std::move(its_target));
    one.target = run.targets.size() - 1;
    one.attempts = 1;
    one.main.detail = std::move(detail);
    one.main.pseudo_tls = outcome == Outcome::ok;
    run.endpoints.push_back(std::move(one));
}

void add_run(ScanResult& run) {
    run.started_at = run.judged_at = at("2026-11-22T21:08:49Z");
    run.finished_at = at("2026-11-22T21:09:03Z");
}

void add_trust(ScanResult& run) {
    run.trust.servers = {
        {"edge01.contoso.local", "edge.contoso.local", Role::edge},
        {"fe01.contoso.local", "pool.contoso.local", Role::front_end},
        {"fe02 " + kNasty, "pool.contoso.local", Role::front_end}};
    TrustLink link;
    link.service = "access-edge-internal";
    link.verdict = LinkVerdict::cannot_work;
    link.reason = LinkReason::issuer_not_listed;
    link.from = {2};
    link.to = {0};
    link.endpoints = {0, 1};
    link.issuers = {"CN=" + kNasty};
    run.trust.links.push_back(link);
    link = {};
    link.service = "registrar";
    link.reason = LinkReason::no_list;
    link.from = {0};
    link.to = {1, 2};
    link.endpoints = {2};
    run.trust.links.push_back(std::move(link));
}

void asked(DomainDiscovery& domain) {
    for (auto& row : domain.rows)
        row.answer.question = {row.name, row.type};
    for (auto& [name, answer] : domain.hosts)
        answer.question.name = name;
}

Finding dns_finding(std::string_view check, Verdict verdict, std::string message) {
    Finding out;
    out.rule = check;
    out.verdict = verdict;
    out.message = std::move(message);
    if (verdict != Verdict::pass) out.fix = "mend it", out.source = "RFC 2782";
    out.evidence.set("record", std::string("_sip._tls"));
    return out;
}

GoLiveReason reason(
    std::string_view code, Weight weight, const std::string& message, std::optional<std::size_t> at
) {
    GoLiveReason out;
    out.code = code;
    out.weight = weight;
    out.side = Party::theirs;
    out.message = message;
    out.fix = "mend " + message;
    out.source = "RFC 2782";
    out.endpoint = at;
    return out;
}

FederationRow domain(const std::string& name, GoLive verdict) {
    FederationRow out;
    out.domain = name;
    out.verdict = verdict;
    out.our_domain = "contoso.com";
    out.records.domain = name;
    DiscoveryRow record;
    record.record = "_sipfederationtls._tcp";
    record.type = RecordType::srv;
    record.answer.status = DnsStatus::found;
    record.answer.targets = {{"sip." + name, 5061, 0, 0}};
    out.records.rows = {record};
    asked(out.records);
    return out;
}

} // namespace

ScanResult deployment() {
    ScanResult run;
    add_run(run);
    run.vantage = "internal";
    run.inputs = {"targets.yaml", kNasty};
    add_edge_pool(run);
    add_nasty_server(run);
    add_plain_row(
        run, target("av.contoso.com", 443, Probe::av_edge, "edge01.contoso.local"), Outcome::ok,
        Stage::done, ""
    );
    const auto silent = "connected, then nothing for 10 s";
    add_plain_row(
        run, target("fe01.contoso.local", 5061, Probe::sip, "fe01.contoso.local"), Outcome::timeout,
        Stage::handshake, silent
    );
    add_plain_row(
        run, target("fe02.contoso.local", 5061, Probe::sip, "fe02.contoso.local"), Outcome::timeout,
        Stage::handshake, silent
    );
    add_plain_row(
        run,
        target(
            "a-server-with-quite-a-long-name.in-a-long-domain.contoso.local", 5061,
            Probe::federation, ""
        ),
        Outcome::not_tls, Stage::handshake, "answered with " + kNasty + " instead of TLS"
    );
    add_plain_row(
        run, target("2001:db8::25", 4443, Probe::replication, ""), Outcome::refused, Stage::connect,
        "[2001:db8::25]:4443: connection refused"
    );
    const auto own = certificate("edge.contoso.local", 5);
    run.identities.push_back(
        {"edge",
         chain({own}),
         {run.findings->keep(finding(
             "crl-distribution-point", Verdict::warn, "no CRL distribution point with a location",
             own
         ))}}
    );
    run.identities.push_back({"unused " + kNasty, nullptr, {}});
    Finding together;
    together.rule = "autodiscover-names";
    together.verdict = Verdict::fail;
    together.message = "autodiscover sends clients to " + kNasty;
    together.evidence.set("endpoint", "sip://" + kNasty);
    run.topology.push_back({run.findings->keep(std::move(together)), {0, 1}});
    add_trust(run);
    rules::rate(run);
    run.summary = rules::summarise(run, Verdict::fail);
    return run;
}

ScanResult files() {
    ScanResult run;
    run.kind = ResultKind::check;
    add_run(run);
    const auto leaf = certificate("sip.contoso.com", 1),
               issuer = certificate("Contoso Issuing CA 1", 2);
    run.files.push_back(
        {"pki/edge.pem", "", chain({leaf, issuer}), edge_findings(*run.findings, leaf, issuer)}
    );
    run.files.back().notes = {"the file also holds a private key, which was not read"};
    run.files.push_back({"pki/" + kNasty + ".pem", "no certificate in it: " + kNasty, nullptr, {}});
    const auto evil = certificate(kNasty, 3);
    run.files.push_back(
        {"-",
         "",
         chain({evil}),
         {run.findings->keep(finding("server-eku", Verdict::fail, kNasty, evil))}}
    );
    run.files.back().key = KeyInFile{KeyInFile::State::another, kNasty};
    rules::rate(run);
    run.summary = rules::summarise(run, Verdict::fail);
    return run;
}

ScanResult discovery() {
    DomainDiscovery domain;
    domain.domain = "contoso.com";
    DiscoveryRow discover;
    discover.record = "lyncdiscover";
    discover.purpose = "autodiscover outside";
    discover.name = "lyncdiscover.contoso.com";
    discover.usual_port = 443;
    discover.answer.status = DnsStatus::found;
    discover.answer.aliases = {"web.contoso.com"};
    discover.answer.addresses = {*parse_address("192.0.2.1"), *parse_address("2001:db8::1")};
    discover.answer.addresses_skipped = 3;
    discover.answer.ttl = 300;
    DiscoveryRow sip;
    sip.record = "_sip._tls";
    sip.purpose = "sign-in outside";
    sip.name = "_sip._tls.contoso.com";
    sip.type = RecordType::srv;
    sip.usual_port = 443;
    sip.answer.status = DnsStatus::found;
    sip.answer.targets = {{"sip.contoso.com", 443, 0, 0}, {"gone.contoso.com", 5061, 10, 5}};
    DiscoveryRow meet;
    meet.record = "meet";
    meet.purpose = "meetings";
    meet.name = "meet.contoso.com";
    meet.answer.status = DnsStatus::server_failure;
    meet.answer.detail = "the name server could not answer (SERVFAIL)";
    domain.rows = {discover, sip, meet};
    domain.clients = {{"lync-2013", "Lync 2013", {0, 1}}, {"browsers", "Browsers", {2}}};
    auto& host = domain.hosts["sip.contoso.com"];
    host.status = DnsStatus::found;
    host.addresses = {*parse_address("192.0.2.2")};
    domain.hosts["gone.contoso.com"].status = DnsStatus::no_such_name;
    domain.findings = {
        dns_finding("dns-records", Verdict::pass, "Lync 2013: lyncdiscover"),
        dns_finding(
            "dns-srv-host", Verdict::fail, "_sip._tls names gone.contoso.com: no such name"
        ),
        dns_finding("dns-srv-port", Verdict::warn, "an odd port"),
        dns_finding("dns-answer", Verdict::inconclusive, "meet: server failure")};
    for (auto& one : domain.findings)
        rules::weigh(one, rules::impact_of_record(one));
    asked(domain);
    ScanResult out;
    out.kind = ResultKind::discovery;
    add_run(out);
    out.vantage = "internal";
    out.resolvers = {"192.0.2.53"};
    out.domains.push_back(std::move(domain));
    out.summary = rules::summarise(out, Verdict::fail);
    return out;
}

ScanResult federation(const std::string& text) {
    ScanResult run;
    run.kind = ResultKind::federation;
    add_run(run);
    run.targets.emplace_back().host = "sip.fabrikam.com";
    run.targets.back().port = 5061;
    for (const auto* address : {"192.0.2.1", "192.0.2.2"}) {
        run.endpoints.push_back(row("fabrikam@" + std::string(address), Outcome::ok, Stage::done));
        run.endpoints.back().address = parse_address(address);
        run.endpoints.back().main.detail = text;
    }
    auto bad = domain("fabrikam.com", GoLive::will_fail);
    bad.reasons = {
        reason("host-name", Weight::fails, text, 0), reason("host-name", Weight::fails, text, 1),
        reason("dns-srv-port", Weight::note, "an odd port", {})};
    bad.endpoints = {0, 1};
    run.federation = {bad, domain("litware.com", GoLive::ready)};
    run.summary = rules::summarise(run, Verdict::fail);
    return run;
}

ScanResult large(std::size_t endpoints, std::size_t servers) {
    ScanResult run;
    add_run(run);
    std::vector<ChainPtr> chains;
    for (std::uint8_t i = 0; i < 50; ++i)
        chains.push_back(chain(
            {certificate("pool" + std::to_string(i) + ".contoso.com", i),
             certificate("Contoso Issuing CA 1", 98)}
        ));
    for (std::size_t i = 0; i < endpoints; ++i) {
        const auto server = "fe" + std::to_string(i % servers) + ".contoso.local";
        auto its_target = target(server, 5061, Probe::sip, server);
        its_target.role = Role::front_end;
        run.targets.push_back(std::move(its_target));
        auto one = row(server + ":5061/sip#" + std::to_string(i), Outcome::ok, Stage::done);
        one.target = i;
        one.address = parse_address("192.0.2.9");
        one.attempts = 1;
        one.main.timings = {0.1, 0.2, 3.25, 1.5, 5.125};
        one.main.tls = tls12();
        one.main.client_certificate = asked(std::nullopt, true);
        one.main.chain = chains[i % chains.size()];
        one.main.answer.set("status", std::int64_t{200});
        one.main.answer.set("server", std::string("RTC/5.0"));
        one.main.detail = "answers NEGOTIATE with 200 OK";
        const auto& shown = one.main.chain->presented;
        one.findings = edge_findings(*run.findings, shown[0], shown[1]);
        for (const char* rule :
             {"no-rsassa-pss", "signature-algorithm", "key-algorithm", "chain-order",
              "chain-trusted", "host-name"})
            one.findings.push_back(run.findings->keep(finding(rule, Verdict::pass, "", shown[0])));
        run.endpoints.push_back(std::move(one));
    }
    rules::rate(run);
    run.summary = rules::summarise(run, Verdict::fail);
    return run;
}

CertificatePtr certificate(std::string common_name, std::uint8_t number) {
    Certificate it;
    it.der = "\x30\x82" + std::string(700u + number, static_cast<char>(number));
    it.sha256.fill(number);
    it.sha256[0] = 0xf0;
    it.serial = "61000000" + std::to_string(number);
    it.thumbprint = fmt::format("A1B2{:04X}", number) + std::string(32, 'C');
    it.subject = "CN=" + common_name + ", O=Contoso";
    it.issuer = "CN=Contoso Issuing CA 1, DC=contoso, DC=local";
    it.not_before = at("2024-12-01T00:00:00Z");
    it.not_after = at("2026-12-01T12:00:00Z");
    it.key = {"1.2.840.113549.1.1.1", "RSA", 2048, "", "", false, {}};
    it.signature = it.signature_inner = {
        "1.2.840.113549.1.1.5", "sha1WithRSAEncryption", "SHA1", std::nullopt};
    it.san = SubjectAltName{{common_name, "a.example, DNS:b.example"}, {"192.0.2.7"}, 1};
    it.eku = {"1.3.6.1.5.5.7.3.2"};
    it.key_usage = 0x5;
    it.basic_constraints = Certificate::BasicConstraints{false, std::nullopt};
    it.crl_distribution_points = {
        DistributionPoint{{"http://pki.contoso.com/" + common_name + ".crl"}, false, false}};
    it.template_v1 = "WebServer " + common_name;
    it.template_v2 = TemplateInfo{"1.3.6.1.4.1.311.21.8.1", 100, std::nullopt};
    if (number == 5) { // and what may be missing
        it.san.reset(), it.eku.reset(), it.key_usage.reset(), it.basic_constraints.reset();
        it.crl_distribution_points.reset(), it.template_v1.reset(), it.template_v2.reset(),
            it.not_after.reset();
        it.signature.pss = PssParameters{};
    }
    it.common_names = {std::move(common_name)};
    return std::make_shared<const Certificate>(std::move(it));
}

EndpointRow row(std::string id, Outcome outcome, Stage stage) {
    EndpointRow it;
    it.id = std::move(id);
    it.main.outcome = outcome;
    it.main.stage = stage;
    return it;
}

std::string text_of(const ScanResult& run, const report::TextOptions& options) {
    std::ostringstream out;
    report::write_text(out, run, options);
    return out.str();
}

std::string json_of(const ScanResult& run) {
    std::ostringstream out;
    report::write_json(out, run);
    return out.str();
}

std::string ndjson_of(const ScanResult& run) {
    std::ostringstream out;
    report::write_ndjson(out, run);
    return out.str();
}

std::string html_of(const ScanResult& run) {
    std::ostringstream out;
    report::write_html(out, run);
    return out.str();
}

std::string written(
    decltype(report::Format::write) write, const ScanResult& run, const report::TextOptions& options
) {
    std::ostringstream out;
    write(out, run, options);
    return out.str();
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

std::string golden(std::string_view name, std::string_view actual) {
    const auto path = std::string(LYNCPROBE_SOURCE_DIR "/tests/golden/").append(name);
    if (const char* bless = std::getenv("LYNCPROBE_BLESS"); bless && *bless == '1')
        std::ofstream(path) << actual;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

} // namespace lyncprobe::sample
