// SPDX-License-Identifier: MIT
// Go or no-go by hand-made evidence: one good partner, spoilt in one way at a time.
#include "rules/verdicts/go_live.h"

#include "plan/discovery.h"
#include "plan/discovery_naming.h"
#include "probes/federation.h"
#include "unit/rules/subjects.h"

#include <functional>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace lyncprobe::rules::testing {

namespace {

constexpr const char* kDomain = "fabrikam.com";
constexpr const char* kEdge = "sip.fabrikam.com";

Finding finding_of(std::string_view rule, Verdict verdict, std::string message) {
    Finding out;
    out.rule = rule;
    out.verdict = verdict;
    out.message = std::move(message);
    out.fix = "reissue it";
    return out;
}

// What a row has of TLS may be shared: a copy to change.
TlsFacts& tls_of(AttemptRow& attempt) {
    auto own =
        attempt.tls ? std::make_shared<TlsFacts>(*attempt.tls) : std::make_shared<TlsFacts>();
    attempt.tls = own;
    return *own;
}

// Partner is the evidence of a partner that is ready: one record, one address, TLS 1.2, our
// certificate taken, OPTIONS answered with 200.
struct Partner {
    FindingPool pool;
    FederationRow asked;
    ScanResult run;
    Chain chain;

    Partner() {
        asked.domain = kDomain;
        asked.our_domain = "contoso.com";
        asked.records = plan::discovery_of(kDomain);
        record(kEdge, 5061, 0);
        chain.presented = {std::make_shared<Certificate>(server())};
        chain.complete = true;
        chain.path.trust = TrustPath::Trust::trusted;
        chain.path.anchors_configured = true;
        chain.path.path = {chain.presented.front(), std::make_shared<Certificate>(root())};
        IdentityRow identity;
        identity.id = "command-line";
        auto ours = server(); // sip.contoso.com
        Chain its;
        its.presented = {std::make_shared<Certificate>(ours)};
        identity.chain = std::make_shared<Chain>(its);
        run.identities.push_back(std::move(identity));
        add(kEdge, 5061);
    }

    DnsAnswer& answer() {
        for (auto& row : asked.records.rows)
            if (row.record == "_sipfederationtls._tcp") return row.answer;
        throw std::logic_error("no such row");
    }
    void record(const std::string& host, std::uint16_t port, std::uint16_t priority) {
        answer().status = DnsStatus::found;
        answer().targets.push_back({host, port, priority, 0});
        auto& addresses = asked.records.hosts[host];
        addresses.status = DnsStatus::found;
        addresses.addresses = {*parse_address("192.0.2.1")};
    }
    // Another good endpoint.
    EndpointRow& add(const std::string& host, std::uint16_t port) {
        Target target;
        target.host = host;
        target.port = port;
        target.probe = Probe::federation;
        target.sip_domain = kDomain;
        run.targets.push_back(target);
        EndpointRow row;
        row.id = fmt::format("{}:{}/federation", host, port);
        row.target = run.targets.size() - 1;
        auto& main = row.main;
        main.outcome = Outcome::ok;
        main.stage = Stage::done;
        main.detail = "answers OPTIONS with 200 OK";
        tls_of(main).handshake_done = true;
        tls_of(main).version = TlsVersion::tls1_2;
        ClientCertificateFacts asked_for;
        asked_for.requested = asked_for.identity_offered = true;
        asked_for.presented = "ab";
        asked_for.accepted = true;
        main.client_certificate = std::make_shared<ClientCertificateFacts>(asked_for);
        main.answer.set("status", std::int64_t{200});
        run.endpoints.push_back(std::move(row));
        asked.endpoints.push_back(run.endpoints.size() - 1);
        return run.endpoints.back();
    }
    EndpointRow& row(std::size_t index = 0) { return run.endpoints[index]; }
    AttemptRow& main() { return run.endpoints.front().main; }
    ClientCertificateFacts& client() {
        auto changed = std::make_shared<ClientCertificateFacts>(*main().client_certificate);
        main().client_certificate = changed;
        return *changed;
    }
    void fails(std::string_view rule, Verdict verdict = Verdict::fail) {
        row().findings.push_back(pool.keep(finding_of(rule, verdict, "it is spoilt")));
    }
    // The connection ended before any certificate was seen.
    void ends(Outcome outcome, Stage stage) {
        auto& seen = main();
        seen.outcome = outcome;
        seen.stage = stage;
        seen.tls.reset();
        seen.client_certificate.reset();
        seen.answer = {};
        no_chain = true;
    }
    // As endpoint-reachable says it.
    void no_address(Cause cause) {
        ends(Outcome::dns_failure, Stage::resolve);
        auto finding = finding_of(kEndpointReachable, Verdict::fail, "no address");
        finding.evidence.set("cause", std::string(to_text(cause)));
        run.endpoints[0].findings = {pool.keep(std::move(finding))};
    }
    void alert(std::uint8_t code) { tls_of(main()).alerts.push_back({true, true, code}); }
    void refuses(Outcome outcome, std::uint8_t code) {
        main().outcome = outcome;
        main().stage = Stage::client_auth;
        client().accepted = false;
        main().answer = {};
        alert(code);
    }
    void says(int status, const std::string& refusal) {
        main().answer = {};
        main().answer.set("status", std::int64_t{status});
        if (!refusal.empty()) main().answer.set("refusal", refusal);
    }
    void variant(std::uint16_t offered, TlsVersion version, bool refused) {
        AttemptRow out;
        out.raw_version = offered;
        out.outcome = refused ? Outcome::tls_alert : Outcome::ok;
        tls_of(out).version = version;
        if (refused) tls_of(out).alerts.push_back({true, true, 70});
        row().variants.push_back(std::move(out));
    }

    GoLiveAnswer judge(bool allow_private = false) {
        const auto shared = std::make_shared<Chain>(chain);
        for (std::size_t i = 0; i < run.endpoints.size(); ++i)
            if (run.endpoints[i].main.tls && run.endpoints[i].main.tls->handshake_done &&
                !(i == 0 && no_chain))
                run.endpoints[i].main.chain = shared;
        return go_live(asked, run, {}, allow_private);
    }

    bool no_chain = false; // of the first endpoint
};

// "will-fail: host-name fails theirs, …"
std::string in_short(const GoLiveAnswer& answer) {
    auto out = std::string(to_text(answer.verdict));
    std::string_view separator = ": ";
    for (const auto& reason : answer.reasons) {
        out += fmt::format(
            "{}{} {} {}", separator, reason.code, to_text(reason.weight), to_text(reason.side)
        );
        separator = ", ";
    }
    return out;
}

struct Row {
    const char* what;
    std::function<void(Partner&)> spoil;
    const char* comes_to;
};

void check(const std::vector<Row>& table) {
    for (const auto& [what, spoil, comes_to] : table) {
        CAPTURE(what);
        Partner partner;
        spoil(partner);
        const auto answer = partner.judge();
        CHECK(in_short(answer) == comes_to);
        for (const auto& reason : answer.reasons)
            CHECK_FALSE(reason.message.empty());
    }
}

} // namespace

TEST_CASE(
    "go-live: an SRV target with a private address is theirs to mend, or a note where it is meant"
) {
    Partner partner;
    partner.asked.records.hosts[kEdge].addresses = {*parse_address("10.1.2.3")};
    partner.row().address = *parse_address("10.1.2.3");
    const auto weight_of = [](const GoLiveAnswer& answer) {
        for (const auto& reason : answer.reasons)
            if (reason.code == "dns-srv-address")
                return fmt::format("{} {}", to_text(reason.weight), to_text(reason.side));
        return std::string("none");
    };
    const auto found = partner.judge();
    CHECK(found.verdict == GoLive::will_fail); // although it answered here
    CHECK(weight_of(found) == "fails theirs");
    const auto meant = partner.judge(true);
    CHECK(meant.verdict == GoLive::ready);
    CHECK(weight_of(meant) == "note theirs");
    // A public address beside it, at which the Edge answers, is good enough.
    partner.asked.records.hosts[kEdge].addresses.push_back(*parse_address("192.0.2.1"));
    CHECK(partner.judge().verdict == GoLive::will_fail);
    partner.row().address = *parse_address("192.0.2.1");
    const auto both = partner.judge();
    CHECK(both.verdict == GoLive::ready);
    CHECK(weight_of(both) == "note theirs");
}

TEST_CASE("go-live: records") {
    check({
        {"good", [](Partner&) {}, "ready"},
        {"none",
         [](Partner& p) {
             p.answer() = {};
             p.answer().status = DnsStatus::no_such_name;
             p.asked.endpoints.clear();
         },
         "will-fail: srv-record fails theirs"},
        {"no answer",
         [](Partner& p) {
             p.answer() = {};
             p.answer().status = DnsStatus::server_failure;
             p.asked.endpoints.clear();
         },
         "cannot-tell: srv-record open either"},
        {"an alias into a zone that this server does not know",
         [](Partner& p) {
             p.answer() = {};
             p.answer().status = DnsStatus::no_such_record;
             p.answer().aliases = {"_sipfederationtls._tcp.litware.com"};
             p.answer().recursion = false;
             p.asked.endpoints.clear();
         },
         "cannot-tell: srv-record open either"},
        {"says that there is none",
         [](Partner& p) {
             p.answer().targets = {{".", 0, 0, 0}};
             p.asked.endpoints.clear();
         },
         "will-fail: dns-srv-none fails theirs"},
        {"foreign domain",
         [](Partner& p) {
             p.answer().targets.clear();
             p.record("edge.litware.com", 5061, 0);
             p.run.targets[0].host = "edge.litware.com";
         },
         "will-fail: dns-strict-naming fails theirs"},
        {"subdomain",
         [](Partner& p) {
             p.answer().targets.clear();
             p.record("sip.eu.fabrikam.com", 5061, 0);
             p.run.targets[0].host = "sip.eu.fabrikam.com";
         },
         "will-fail: dns-strict-naming fails theirs"},
        {"hosted",
         [](Partner& p) {
             p.answer().targets.clear();
             p.record("sipfed.online.lync.com", 5061, 0);
             p.run.targets[0].host = "sipfed.online.lync.com";
         },
         "ready"},
        {"no address of its host",
         [](Partner& p) {
             p.asked.records.hosts[kEdge].status = DnsStatus::no_such_name;
             p.asked.endpoints.clear();
         },
         "will-fail: dns-srv-host fails theirs"},
        {"a host without an address behind a good one",
         [](Partner& p) {
             p.record("old.fabrikam.com", 5061, 10);
             p.asked.records.hosts["old.fabrikam.com"].status = DnsStatus::no_such_name;
         },
         "ready: dns-srv-host note theirs, dns-srv-failover note theirs"},
        {"direct, no such name",
         [](Partner& p) {
             p.asked.direct = "edge.litware.com";
             p.asked.records.hosts["edge.litware.com"].status = DnsStatus::no_such_name;
             p.asked.endpoints.clear();
         },
         "will-fail: direct-host fails theirs"},
        {"direct, good, whatever the record says",
         [](Partner& p) {
             p.answer() = {};
             p.asked.direct = kEdge;
         },
         "ready"},
    });
}

TEST_CASE("go-live: reaching the Edge and shaking hands") {
    check({
        {"refused", [](Partner& p) { p.ends(Outcome::refused, Stage::connect); },
         "will-fail: reachable fails theirs"},
        {"time-out", [](Partner& p) { p.ends(Outcome::connect_timeout, Stage::connect); },
         "cannot-tell: reachable open either"},
        {"no such name", [](Partner& p) { p.no_address(Cause::no_such_name); },
         "will-fail: reachable fails theirs"},
        {"a name without an address", [](Partner& p) { p.no_address(Cause::no_such_record); },
         "will-fail: reachable fails theirs"},
        {"the resolver fails", [](Partner& p) { p.no_address(Cause::resolver_failure); },
         "cannot-tell: reachable open either"},
        {"unreachable", [](Partner& p) { p.ends(Outcome::unreachable, Stage::connect); },
         "cannot-tell: reachable open either"},
        {"more than is read", [](Partner& p) { p.ends(Outcome::limit_exceeded, Stage::handshake); },
         "will-fail: tls-handshake fails theirs"},
        {"STARTTLS refused", [](Partner& p) { p.ends(Outcome::starttls_refused, Stage::preamble); },
         "will-fail: tls-handshake fails theirs"},
        {"no TLS", [](Partner& p) { p.ends(Outcome::not_tls, Stage::handshake); },
         "will-fail: tls-handshake fails theirs"},
        {"hung up in the handshake", [](Partner& p) { p.ends(Outcome::reset, Stage::handshake); },
         "cannot-tell: tls-handshake open either"},
        {"an alert",
         [](Partner& p) {
             p.ends(Outcome::tls_alert, Stage::handshake);
             p.alert(40);
         },
         "will-fail: tls-handshake fails theirs"},
        {"none of our versions",
         [](Partner& p) {
             p.ends(Outcome::tls_alert, Stage::handshake);
             p.alert(70);
         },
         "will-fail: tls-version fails theirs"},
        {"SSL 3.0 alone",
         [](Partner& p) {
             p.ends(Outcome::tls_alert, Stage::handshake);
             p.alert(70);
             p.variant(0x0300, TlsVersion::ssl3, false);
         },
         "will-fail: tls-version fails theirs"},
        {"TLS 1.0 alone", [](Partner& p) { tls_of(p.main()).version = TlsVersion::tls1_0; },
         "cannot-tell: tls-version open theirs"},
        {"TLS 1.3 and 1.2",
         [](Partner& p) {
             tls_of(p.main()).version = TlsVersion::tls1_3;
             p.variant(0x0303, TlsVersion::tls1_2, false);
         },
         "ready"},
        {"TLS 1.3 alone",
         [](Partner& p) {
             tls_of(p.main()).version = TlsVersion::tls1_3;
             p.variant(0x0303, TlsVersion::none, true);
         },
         "will-fail: tls-version fails theirs"},
        {"TLS 1.3, and nothing known of 1.2",
         [](Partner& p) { tls_of(p.main()).version = TlsVersion::tls1_3; },
         "cannot-tell: tls-version open theirs"},
        {"cut off", [](Partner& p) { p.ends(Outcome::interrupted, Stage::resolve); },
         "cannot-tell: not-tested open ours"},
        {"nothing tried", [](Partner& p) { p.asked.endpoints.clear(); },
         "cannot-tell: not-tested open ours"},
    });
}

TEST_CASE("go-live: a waived reason is said, does not count, and makes it ready") {
    const auto judged = [](const Waiver& waiver) {
        Partner partner;
        partner.says(403, "refuses OPTIONS with 403");
        return go_live(partner.asked, partner.run, Waivers({waiver}, at("2026-11-30")));
    };
    Waiver waiver;
    waiver.rule = "sip-refusal";
    waiver.reason = "they allow us on Monday";
    CHECK(judged(waiver).verdict == GoLive::ready);
    waiver.target = kDomain;
    const auto answer = judged(waiver);
    CHECK(answer.verdict == GoLive::ready);
    REQUIRE(answer.reasons.size() == 1);
    CHECK(answer.reasons.front().weight == Weight::fails);
    CHECK(answer.reasons.front().waived == "they allow us on Monday");
    waiver.target = "litware.com";
    CHECK(judged(waiver).verdict == GoLive::will_fail);
    waiver.target.clear();
    waiver.until = at("2026-11-29");
    CHECK(judged(waiver).verdict == GoLive::will_fail);
}

TEST_CASE("go-live: several addresses and priorities") {
    check({
        {"one of two is dead",
         [](Partner& p) {
             p.add(kEdge, 5061);
             p.ends(Outcome::refused, Stage::connect);
         },
         "ready: reachable note theirs"},
        {"one of two has a wrong certificate",
         [](Partner& p) {
             p.add(kEdge, 5061);
             p.fails("host-name");
         },
         "will-fail: host-name fails theirs"},
        {"one of two has no route from here",
         [](Partner& p) {
             p.add(kEdge, 5061).target = 0;
             p.ends(Outcome::skipped, Stage::connect);
         },
         "ready"},
        {"the second record is all wrong",
         [](Partner& p) {
             p.record("b.fabrikam.com", 5061, 10);
             p.add("b.fabrikam.com", 5061);
             p.row(1).findings = {p.pool.keep(finding_of("validity", Verdict::fail, "old"))};
         },
         "ready: dns-srv-failover note theirs, validity note theirs"},
        {"the first is dead, the second is good",
         [](Partner& p) {
             p.record("b.fabrikam.com", 5061, 10);
             p.add("b.fabrikam.com", 5061);
             p.ends(Outcome::refused, Stage::connect);
         },
         "cannot-tell: reachable open theirs, dns-srv-failover note theirs"},
        {"both are dead",
         [](Partner& p) {
             p.record("b.fabrikam.com", 5061, 10);
             p.ends(Outcome::refused, Stage::connect);
         },
         "will-fail: reachable fails theirs, dns-srv-failover note theirs"},
    });
}

TEST_CASE("go-live: certificates") {
    const auto untrusted = [](Partner& p) {
        p.chain.path.trust = TrustPath::Trust::untrusted;
        p.chain.path.path = {p.chain.presented.front()};
    };
    check({
        {"host-name", [](Partner& p) { p.fails("host-name"); },
         "will-fail: host-name fails theirs"},
        {"server-eku", [](Partner& p) { p.fails("server-eku"); },
         "will-fail: server-eku fails theirs"},
        {"validity", [](Partner& p) { p.fails("validity"); }, "will-fail: validity fails theirs"},
        {"revoked", [](Partner& p) { p.fails("not-revoked"); },
         "will-fail: not-revoked fails theirs"},
        {"nobody says whether it is revoked",
         [](Partner& p) { p.fails("not-revoked", Verdict::inconclusive); }, "ready"},
        {"soon expired", [](Partner& p) { p.fails("validity", Verdict::warn); },
         "ready: validity note theirs"},
        {"the name in the common name only",
         [](Partner& p) { p.fails("host-name", Verdict::warn); }, "ready: host-name note theirs"},
        {"what RFC 5280 forbids",
         [](Partner& p) {
             p.chain.path.trust = TrustPath::Trust::invalid;
             p.chain.path.flaws = {{PathFlaw::Kind::not_a_ca, 0, "CN=X is no CA"}};
         },
         "will-fail: chain-trusted fails theirs"},
        {"names that cannot be compared",
         [](Partner& p) {
             p.chain.path.flaws = {{PathFlaw::Kind::names_not_compared, 0, "a UPN"}};
         },
         "cannot-tell: chain-trusted open theirs"},
        {"what is no reason for an Edge",
         [](Partner& p) {
             p.fails("crl-distribution-point");
             p.fails("auto-enrollment");
         },
         "ready"},
        {"untrusted root",
         [&](Partner& p) {
             untrusted(p);
             p.chain.presented.push_back(std::make_shared<Certificate>(root()));
         },
         "will-fail: untrusted-root fails ours"},
        {"unknown root",
         [&](Partner& p) {
             untrusted(p);
             p.chain.path.trust = TrustPath::Trust::unknown;
             p.chain.presented.push_back(std::make_shared<Certificate>(root()));
         },
         "cannot-tell: untrusted-root open ours"},
        {"leaf alone",
         [&](Partner& p) {
             untrusted(p);
             p.chain.complete = false;
         },
         "will-fail: missing-intermediate fails theirs"},
        {"leaf alone that says where its issuer is",
         [&](Partner& p) {
             untrusted(p);
             p.chain.complete = false;
             auto leaf = server();
             leaf.ca_issuer_urls = {"ldap:///CN=x", "http://pki.fabrikam.com/ca.crt"};
             p.chain.presented = {std::make_shared<Certificate>(leaf)};
         },
         "cannot-tell: missing-intermediate open theirs"},
        {"intermediate only here", [](Partner& p) { p.chain.path.used_unpresented = true; },
         "will-fail: missing-intermediate fails theirs"},
        {"intermediate only where the certificate says it is",
         [](Partner& p) { p.chain.path.used_unpresented = p.chain.path.used_fetched = true; },
         "cannot-tell: missing-intermediate open theirs"},
    });
}

TEST_CASE("go-live: mutual TLS and our own side") {
    check({
        {"no identity",
         [](Partner& p) {
             p.run.identities.clear();
             p.main().outcome = Outcome::client_certificate_required;
             p.main().stage = Stage::client_auth;
             p.client().identity_offered = false;
             p.client().presented.clear();
             p.client().accepted.reset();
         },
         "cannot-tell: no-identity open ours"},
        {"no identity, and a fault that is certain",
         [](Partner& p) {
             p.run.identities.clear();
             p.client().presented.clear();
             p.fails("host-name");
         },
         "will-fail: host-name fails theirs, no-identity open ours"},
        {"our root is not trusted",
         [](Partner& p) { p.refuses(Outcome::client_certificate_rejected, 48); },
         "will-fail: our-root-untrusted fails theirs"},
        {"ours is expired to them",
         [](Partner& p) { p.refuses(Outcome::client_certificate_rejected, 45); },
         "will-fail: client-certificate-refused fails ours"},
        {"refused, and not said why",
         [](Partner& p) { p.refuses(Outcome::client_certificate_rejected, 42); },
         "will-fail: client-certificate-refused fails either"},
        {"not asked for", [](Partner& p) { p.main().client_certificate.reset(); },
         "cannot-tell: mutual-tls open theirs"},
        {"our issuer is not listed, and yet taken",
         [](Partner& p) {
             p.client().ca_names_count = 3;
             p.client().issuer_in_ca_names = false;
         },
         "cannot-tell: client-ca-names open theirs"},
        {"our issuer is not listed, and refused",
         [](Partner& p) {
             p.client().ca_names_count = 3;
             p.client().issuer_in_ca_names = false;
             p.refuses(Outcome::client_certificate_rejected, 48);
         },
         "will-fail: our-root-untrusted fails theirs"},
        {"our issuer is not listed, and refused without a reason",
         [](Partner& p) {
             p.client().ca_names_count = 3;
             p.client().issuer_in_ca_names = false;
             p.refuses(Outcome::client_certificate_rejected, 42);
         },
         "will-fail: client-certificate-refused fails either, client-ca-names fails theirs"},
        {"ours is expired",
         [](Partner& p) {
             p.run.identities[0].findings = {
                 p.pool.keep(finding_of("validity", Verdict::fail, "expired"))};
         },
         "will-fail: our-certificate fails ours"},
        {"our domain is not known",
         [](Partner& p) {
             p.asked.our_domain.clear();
             p.says(403, "refuses OPTIONS with 403");
         },
         "cannot-tell: our-domain open ours"},
        {"our certificate has no name in our domain, and we were taken",
         [](Partner& p) { p.asked.our_domain = "litware.com"; }, "ready: our-name note ours"},
        {"our certificate has no name in our domain, and we were not",
         [](Partner& p) {
             p.asked.our_domain = "litware.com";
             p.says(504, "refuses OPTIONS with 504");
         },
         "will-fail: sip-refusal fails either, our-name fails ours"},
    });
}

TEST_CASE("go-live: answers in SIP") {
    check({
        {"403", [](Partner& p) { p.says(403, "refuses"); }, "will-fail: sip-refusal fails theirs"},
        {"504", [](Partner& p) { p.says(504, "refuses"); }, "will-fail: sip-refusal fails either"},
        {"503", [](Partner& p) { p.says(503, "refuses"); }, "cannot-tell: sip-refusal open theirs"},
        {"404", [](Partner& p) { p.says(404, ""); }, "cannot-tell: sip-refusal open theirs"},
        {"hung up",
         [](Partner& p) {
             p.main().outcome = Outcome::closed;
             p.main().stage = Stage::conversation;
             p.main().answer = {};
         },
         "will-fail: sip fails theirs"},
        {"silence",
         [](Partner& p) {
             p.main().outcome = Outcome::timeout;
             p.main().stage = Stage::conversation;
             p.main().answer = {};
         },
         "cannot-tell: sip open theirs"},
        {"no SIP",
         [](Partner& p) {
             p.main().outcome = Outcome::protocol_error;
             p.main().stage = Stage::conversation;
         },
         "will-fail: sip fails theirs"},
    });
}

TEST_CASE("a partner with nothing for the Windows of our Edge is not ready") {
    check({
        {"refused", [](Partner& p) { p.fails("schannel-compatibility"); },
         "will-fail: schannel-compatibility fails either"},
        {"not certain",
         [](Partner& p) { p.fails("schannel-compatibility", Verdict::inconclusive); },
         "cannot-tell: schannel-compatibility open either"},
        {"works", [](Partner& p) { p.fails("schannel-compatibility", Verdict::pass); }, "ready"},
    });
}

TEST_CASE("go-live: our own domain as a partner sees it") {
    const auto self = [](Partner& p) {
        p.asked.self = true;
        p.asked.our_domain.clear();
        p.run.identities.clear();
        p.main().outcome = Outcome::client_certificate_required;
        p.main().stage = Stage::client_auth;
        p.client().presented.clear();
        p.client().identity_offered = false;
        p.main().answer = {};
        p.chain.path.system_anchor = true;
    };
    check({
        {"good", self, "ready"},
        {"a root of our own",
         [&](Partner& p) {
             self(p);
             p.chain.path.system_anchor = false;
         },
         "cannot-tell: private-root open ours"},
        {"it wants no certificate",
         [&](Partner& p) {
             self(p);
             p.main().outcome = Outcome::ok;
             p.main().client_certificate.reset();
         },
         "cannot-tell: mutual-tls open ours"},
        {"a stranger is refused in SIP, as he should be",
         [&](Partner& p) {
             self(p);
             p.main().outcome = Outcome::ok;
             p.main().stage = Stage::done;
             p.says(403, "refuses");
         },
         "ready"},
        {"a wrong name",
         [&](Partner& p) {
             self(p);
             p.fails("host-name");
         },
         "will-fail: host-name fails ours"},
        {"no record",
         [&](Partner& p) {
             self(p);
             p.answer() = {};
             p.answer().status = DnsStatus::no_such_record;
             p.asked.endpoints.clear();
         },
         "will-fail: srv-record fails ours"},
    });
}

TEST_CASE("go-live: no ready without an acceptance") {
    check({
        {"299", [](Partner& p) { p.says(299, ""); }, "ready"},
        {"300", [](Partner& p) { p.says(300, ""); }, "cannot-tell: sip-refusal open theirs"},
        {"a redirection", [](Partner& p) { p.says(302, ""); },
         "cannot-tell: sip-refusal open theirs"},
        {"no status in the answer", [](Partner& p) { p.main().answer = {}; },
         "cannot-tell: not-tested open ours"},
        {"asked for, and ours never sent", [](Partner& p) { p.client().presented.clear(); },
         "cannot-tell: not-tested open ours"},
        {"ended before SIP",
         [](Partner& p) {
             p.main().outcome = Outcome::closed;
             p.main().stage = Stage::client_auth;
         },
         "cannot-tell: not-tested open ours"},
        {"a private address alone",
         [](Partner& p) { p.row().address = *parse_address("10.1.2.3"); },
         "cannot-tell: not-tested open ours"},
        {"the address is not known", [](Partner& p) { p.row().address.reset(); }, "ready"},
        {"a private address, named by us",
         [](Partner& p) {
             p.asked.direct = kEdge;
             p.row().address = *parse_address("10.1.2.3");
         },
         "ready"},
        {"accepted by the second record alone",
         [](Partner& p) {
             p.record("b.fabrikam.com", 5061, 10);
             p.add("b.fabrikam.com", 5061);
             p.main().answer = {};
         },
         "cannot-tell: not-tested open ours, dns-srv-failover note theirs"},
        {"every refusal of SIP that may be over in a moment, or is about nobody",
         [](Partner& p) { p.says(480, "refuses"); }, "cannot-tell: sip-refusal open theirs"},
        {"401", [](Partner& p) { p.says(401, "refuses"); }, "will-fail: sip-refusal fails theirs"},
        {"407", [](Partner& p) { p.says(407, "refuses"); }, "will-fail: sip-refusal fails theirs"},
        {"402", [](Partner& p) { p.says(402, "refuses"); }, "will-fail: sip-refusal fails either"},
        {"reset in the conversation",
         [](Partner& p) {
             p.main().outcome = Outcome::reset;
             p.main().stage = Stage::conversation;
             p.main().answer = {};
         },
         "will-fail: sip fails theirs"},
        {"an answer to a stranger is none to us",
         [](Partner& p) {
             p.client().presented.clear();
             p.says(403, "refuses");
         },
         "cannot-tell: not-tested open ours"},
    });
}

TEST_CASE("go-live: a refusal in SIP has the partner's own words and remedy, or the whole answer") {
    Partner partner;
    partner.says(403, "refuses OPTIONS with 403: not allowed");
    partner.main().answer.set("remedy", std::string("on their side: allow us"));
    auto reason = partner.judge().reasons.at(0);
    CHECK(reason.message == "refuses OPTIONS with 403: not allowed");
    CHECK(reason.fix == "on their side: allow us");
    partner.says(404, "");
    partner.main().answer.set("meaning", std::string("nobody of that name"));
    reason = partner.judge().reasons.at(0);
    CHECK(reason.message == "answers OPTIONS with 200 OK: nobody of that name");
}

TEST_CASE("go-live: what counts for acceptance, rule by rule") {
    const std::set<std::string_view> counts{
        "validity",      "host-name",           "server-eku",    "chain-eku", "not-revoked",
        "no-rsassa-pss", "signature-algorithm", "key-algorithm", "key-length"};
    for (const auto* rule : all()) {
        if (rule->id == "schannel-compatibility") continue; // has a weight of its own
        CAPTURE(rule->id);
        Partner partner;
        partner.fails(rule->id);
        CHECK((partner.judge().verdict == GoLive::will_fail) == counts.contains(rule->id));
        Partner warned;
        warned.fails(rule->id, Verdict::warn);
        const auto answer = warned.judge();
        CHECK(answer.verdict == GoLive::ready);
        CHECK(answer.reasons.size() == (rule->id == "validity" || rule->id == "host-name" ? 1 : 0));
    }
}

TEST_CASE("go-live: versions that were offered and answered") {
    const auto tls13 = [](Partner& p) { tls_of(p.main()).version = TlsVersion::tls1_3; };
    const auto nothing = [](Partner& p) {
        p.ends(Outcome::tls_alert, Stage::handshake);
        p.alert(70);
    };
    check({
        {"TLS 1.1 alone", [](Partner& p) { tls_of(p.main()).version = TlsVersion::tls1_1; },
         "cannot-tell: tls-version open theirs"},
        {"nothing newer was offered",
         [](Partner& p) {
             tls_of(p.main()).version = TlsVersion::tls1_0;
             p.main().as_os = OperatingSystem::windows_server_2008_r2;
         },
         "ready"},
        {"SSL 2.0 alone",
         [&](Partner& p) {
             nothing(p);
             p.variant(0x0002, TlsVersion::ssl2, false);
         },
         "will-fail: tls-version fails theirs"},
        {"TLS 1.3, a hello of 1.1 answered",
         [&](Partner& p) {
             tls13(p);
             p.variant(0x0302, TlsVersion::tls1_1, false);
         },
         "cannot-tell: tls-version open theirs"},
        {"TLS 1.3, a hello of 1.2 answered with 1.1",
         [&](Partner& p) {
             tls13(p);
             p.variant(0x0303, TlsVersion::tls1_1, false);
         },
         "cannot-tell: tls-version open theirs"},
        {"an alert about something else",
         [](Partner& p) {
             p.ends(Outcome::tls_alert, Stage::handshake);
             p.alert(71);
         },
         "will-fail: tls-handshake fails theirs"},
        {"a warning is no alert",
         [](Partner& p) {
             p.ends(Outcome::closed, Stage::handshake);
             tls_of(p.main()).alerts = {{true, false, 40}, {false, true, 40}};
         },
         "cannot-tell: tls-handshake open either"},
    });
    Partner old;
    old.ends(Outcome::tls_alert, Stage::handshake);
    old.variant(0x0300, TlsVersion::ssl3, false);
    const auto reasons = old.judge().reasons;
    REQUIRE(reasons.size() == 2);
    CHECK(reasons[0].message == "speaks nothing newer than SSLv3, which is no TLS");
}

TEST_CASE("go-live: a handshake that ended after the certificate was seen is no refusal of ours") {
    for (const auto code : std::initializer_list<std::uint8_t>{40, 70}) {
        Partner partner;
        partner.main().outcome = Outcome::tls_alert;
        partner.main().stage = Stage::handshake;
        partner.main().answer = {};
        partner.alert(code);
        CHECK(in_short(partner.judge()) == "cannot-tell: tls-handshake open either");
    }
    // What breaks behind the handshake is the conversation's.
    for (const auto outcome :
         {Outcome::tls_alert, Outcome::tls_failure, Outcome::closed, Outcome::reset,
          Outcome::timeout}) {
        Partner partner;
        partner.main().outcome = outcome;
        partner.main().stage = Stage::conversation;
        partner.main().answer = {};
        const auto answer = partner.judge();
        REQUIRE(answer.reasons.size() == 1);
        CHECK(answer.reasons[0].code == "sip");
        partner.ends(outcome, Stage::handshake);
        partner.no_chain = true;
        CHECK(partner.judge().reasons.at(0).code == "tls-handshake");
    }
}

TEST_CASE("go-live: where the way up ends, and what is sent of it") {
    const auto untrusted = [](Partner& p) {
        p.chain.path.trust = TrustPath::Trust::untrusted;
        p.chain.path.path = {p.chain.presented.front()};
        p.chain.complete = false;
    };
    check({
        {"the leaf twice is the leaf alone",
         [&](Partner& p) {
             untrusted(p);
             p.chain.presented.push_back(p.chain.presented.front());
             p.chain.duplicates = {1};
         },
         "will-fail: missing-intermediate fails theirs"},
        {"a self-signed one has nothing above it",
         [&](Partner& p) {
             untrusted(p);
             p.chain.presented = {std::make_shared<Certificate>(root())};
         },
         "will-fail: untrusted-root fails ours"},
        {"complete, its root unknown",
         [&](Partner& p) {
             untrusted(p);
             p.chain.complete = true;
         },
         "will-fail: untrusted-root fails ours"},
        {"nobody knows whether it is complete",
         [&](Partner& p) {
             untrusted(p);
             p.chain.complete.reset();
             p.chain.path.trust = TrustPath::Trust::unknown;
         },
         "cannot-tell: missing-intermediate open theirs"},
        {"an intermediate with a URL, below it one without",
         [](Partner& p) {
             auto sent = intermediate();
             sent.ca_issuer_urls = {"http://pki.fabrikam.com/root.crt"};
             p.chain.presented.push_back(std::make_shared<Certificate>(sent));
             p.chain.path.path = {
                 p.chain.presented[0], p.chain.presented[1], std::make_shared<Certificate>(root())};
             p.chain.path.used_unpresented = true;
         },
         "cannot-tell: missing-intermediate open theirs"},
        {"the leaf has a URL, the intermediate above it that was sent has none",
         [](Partner& p) {
             auto leaf = server();
             leaf.ca_issuer_urls = {"http://pki.fabrikam.com/ca.crt"};
             p.chain.presented = {
                 std::make_shared<Certificate>(leaf),
                 std::make_shared<Certificate>(intermediate())};
             p.chain.path.path = {
                 p.chain.presented[0], p.chain.presented[1], std::make_shared<Certificate>(root())};
             p.chain.path.used_unpresented = true;
         },
         "will-fail: missing-intermediate fails theirs"},
        {"all of the path was sent",
         [](Partner& p) {
             p.chain.path.path = {p.chain.presented[0]};
             p.chain.path.used_unpresented = true;
         },
         "will-fail: missing-intermediate fails theirs"},
    });
    // Of our own domain the fix is another certificate, of a partner our roots.
    for (const auto trust : {TrustPath::Trust::untrusted, TrustPath::Trust::unknown})
        for (const bool self : {false, true}) {
            Partner partner;
            untrusted(partner);
            partner.chain.complete = true;
            partner.chain.path.trust = trust;
            partner.asked.self = self;
            const auto reason = partner.judge().reasons.at(0);
            CHECK(reason.code == "untrusted-root");
            CHECK(reason.fix.starts_with("take a certificate of a public CA") == self);
        }
}

TEST_CASE("go-live: our certificate asked for, offered, sent") {
    check({
        {"offered, demanded, and none sent",
         [](Partner& p) {
             p.main().outcome = Outcome::client_certificate_required;
             p.main().stage = Stage::client_auth;
             p.client().presented.clear();
         },
         "will-fail: client-certificate-refused fails ours"},
        {"not offered, and demanded",
         [](Partner& p) {
             p.main().outcome = Outcome::client_certificate_required;
             p.main().stage = Stage::client_auth;
             p.client().presented.clear();
             p.client().identity_offered = false;
         },
         "cannot-tell: not-tested open ours"},
        {"not offered, and not on the list",
         [](Partner& p) {
             p.client().presented.clear();
             p.client().identity_offered = false;
             p.client().ca_names_count = 3;
             p.client().issuer_in_ca_names = false;
         },
         "cannot-tell: not-tested open ours"},
        {"not asked for, and TLS did not come up",
         [](Partner& p) {
             p.main().client_certificate.reset();
             tls_of(p.main()).handshake_done = false;
         },
         "cannot-tell: not-tested open ours"},
    });
}

TEST_CASE("go-live: our own certificate and its names") {
    const auto judged = [](auto spoil) {
        Partner partner;
        spoil(partner);
        return in_short(partner.judge());
    };
    const auto named = [&](Certificate ours) {
        return judged([&](Partner& p) {
            Chain its;
            its.presented = {std::make_shared<Certificate>(std::move(ours))};
            p.run.identities[0].chain = std::make_shared<Chain>(its);
        });
    };
    auto ours = server();
    ours.san = SubjectAltName{.dns = {"x.litware.com", "access.contoso.com"}, .ip = {}};
    CHECK(named(ours) == "ready");
    ours.san->dns = {"access.eu.contoso.com"}; // not directly in the domain
    CHECK(named(ours) == "ready: our-name note ours");
    ours.san->dns.clear(); // then the common name counts
    CHECK(named(ours) == "ready");
    ours.san.reset();
    CHECK(named(ours) == "ready");
    ours.common_names = {"sip.litware.com"};
    CHECK(named(ours) == "ready: our-name note ours");
    CHECK(judged([](Partner& p) { p.run.identities[0].chain = nullptr; }) == "ready");
    CHECK(judged([](Partner& p) {
              p.run.identities[0].findings = {
                  p.pool.keep(finding_of("validity", Verdict::warn, "soon"))};
          }) == "ready");
    // Nothing of ours is judged where nothing of theirs was reached.
    CHECK(judged([](Partner& p) {
              p.run.identities.clear();
              p.ends(Outcome::refused, Stage::connect);
          }) == "will-fail: reachable fails theirs");
}

TEST_CASE("go-live: addresses that were left out or have no route from here") {
    check({
        {"one more", [](Partner& p) { p.row().addresses_skipped = 1; },
         "ready: not-tested note ours"},
        {"skipped, of another target",
         [](Partner& p) {
             p.add(kEdge, 5061);
             p.ends(Outcome::skipped, Stage::connect);
         },
         "cannot-tell: not-tested open ours"},
        {"skipped before its name was asked for",
         [](Partner& p) {
             p.add(kEdge, 5061).target = 0;
             p.ends(Outcome::skipped, Stage::resolve);
         },
         "cannot-tell: not-tested open ours"},
        {"skipped, and nothing else", [](Partner& p) { p.ends(Outcome::skipped, Stage::connect); },
         "cannot-tell: not-tested open ours"},
    });
}

TEST_CASE("go-live: what a name server says for certain, and what it does not know") {
    const auto direct = [](auto spoil) {
        Partner partner;
        partner.asked.direct = "edge.litware.com";
        auto& host = partner.asked.records.hosts["edge.litware.com"];
        spoil(host);
        partner.asked.endpoints.clear();
        return in_short(partner.judge());
    };
    const auto* gone = "will-fail: direct-host fails theirs";
    const auto* open = "cannot-tell: direct-host open either";
    CHECK(direct([](auto& host) { host.status = DnsStatus::no_such_name; }) == gone);
    CHECK(direct([](auto& host) { host.status = DnsStatus::no_such_record; }) == gone);
    CHECK(direct([](auto& host) { host.status = DnsStatus::server_failure; }) == open);
    CHECK(direct([](auto& host) {
              host.status = DnsStatus::no_such_name;
              host.recursion = false;
          }) == gone);
    CHECK(direct([](auto& host) {
              host.status = DnsStatus::no_such_name;
              host.recursion = false;
              host.aliases = {"edge.example"};
          }) == open);
    CHECK(direct([](auto& host) {
              host.status = DnsStatus::no_such_name;
              host.recursion = true;
              host.aliases = {"edge.example"};
          }) == gone);
    CHECK(direct([](auto& host) {
              host.status = DnsStatus::found;
          }) == "cannot-tell: not-tested open ours");
    // A cause is that of endpoint-reachable, and of no other rule.
    Partner partner;
    partner.no_address(Cause::no_such_name);
    auto other = *partner.run.endpoints[0].findings[0];
    other.rule = "sip";
    partner.run.endpoints[0].findings = {partner.pool.keep(std::move(other))};
    CHECK(in_short(partner.judge()) == "cannot-tell: reachable open either");
}

TEST_CASE("go-live: the fix names --direct where a partner can be entered by name, and not for us"
) {
    for (const bool self : {false, true}) {
        Partner none;
        none.asked.self = self;
        none.answer() = {};
        none.answer().status = DnsStatus::no_such_name;
        none.asked.endpoints.clear();
        CHECK((none.judge().reasons.at(0).fix.find("--direct") == std::string::npos) == self);
        Partner foreign;
        foreign.asked.self = self;
        foreign.answer().targets.clear();
        foreign.record("edge.litware.com", 5061, 0);
        foreign.run.targets[0].host = "edge.litware.com";
        const auto answer = foreign.judge();
        CHECK(answer.reasons.at(0).code == "dns-strict-naming");
        CHECK((answer.reasons.at(0).fix.find("--direct") == std::string::npos) == self);
        Partner hostless; // another reason of the record has no such way out
        hostless.asked.self = self;
        hostless.asked.records.hosts[kEdge].status = DnsStatus::no_such_name;
        hostless.asked.endpoints.clear();
        CHECK(hostless.judge().reasons.at(0).fix.find("--direct") == std::string::npos);
    }
}

TEST_CASE("go-live: a record counts by its priority, host and port") {
    check({
        {"the wrong port of a host that has a good one, too",
         [](Partner& p) {
             p.record(kEdge, 443, 10);
             p.add(kEdge, 443);
             p.row(1).findings = {p.pool.keep(finding_of("validity", Verdict::fail, "old"))};
         },
         "ready: dns-srv-port note theirs, dns-srv-failover note theirs, validity note theirs"},
        {"an endpoint of no record proves nothing",
         [](Partner& p) {
             p.add("other.fabrikam.com", 5061);
             p.ends(Outcome::refused, Stage::connect);
         },
         "cannot-tell: reachable open theirs"},
    });
}

TEST_CASE("go-live: a waiver names the endpoint by id, by name or by host, and a note needs none") {
    const auto waived = [](std::string target) {
        Partner partner;
        partner.run.targets[0].name = "their Edge";
        partner.says(403, "refuses OPTIONS with 403");
        Waiver waiver;
        waiver.rule = "sip-refusal";
        waiver.reason = "known";
        waiver.target = std::move(target);
        return go_live(partner.asked, partner.run, Waivers({waiver}, at("2026-11-30"))).verdict ==
               GoLive::ready;
    };
    CHECK(waived("sip.fabrikam.com:5061/federation"));
    CHECK(waived("their Edge"));
    CHECK(waived(kEdge));
    CHECK(waived(kDomain));
    CHECK(!waived("sip.fabrikam.com:443/federation"));
    Partner noted;
    noted.row().addresses_skipped = 1;
    Waiver all_of_them;
    all_of_them.rule = "*";
    all_of_them.reason = "known";
    const auto answer = go_live(noted.asked, noted.run, Waivers({all_of_them}, at("2026-11-30")));
    for (const auto& reason : answer.reasons)
        if (reason.weight == Weight::note) CHECK(!reason.waived);
}

} // namespace lyncprobe::rules::testing
